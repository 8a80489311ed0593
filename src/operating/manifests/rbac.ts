/** The identity and the rights of the controller: exactly those of cluster/kubernetes/writing/rights.ts that a transfer needs. */
import { NAMESPACES_ANNOTATION } from '../../cluster/kubernetes/client/labels.ts';
import { parseService } from '../../cluster/kubernetes/reading/prometheus.ts';
import { neededRights, roleRules, type NeededRight } from '../../cluster/kubernetes/writing/rights.ts';
import type { Cluster } from '../../spec/model.ts';
import { metadata, NAME } from './labels.ts';

/** Returns the rights that the controller is granted. */
export function controllerRights({ services, metrics }: Cluster, namespace: string): NeededRight[] {
  const service = metrics.source === 'prometheus' ? metrics.service : undefined;
  return neededRights({
    namespace,
    services: services.map(({ name }) => name),
    prometheus: service === undefined ? undefined : parseService(service),
  }).filter(({ by }) => by === 'transfer');
}

/** Returns the ServiceAccount, and a Role with its binding for each namespace. Prometheus usually has a namespace of its own. */
export function rbacObjects(spec: Cluster, namespace: string): object[] {
  const rights = controllerRights(spec, namespace);
  const namespaces = [...new Set(rights.map((right) => right.namespace))];
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: {
      ...metadata(NAME, namespace),
      // Tells a removal in which namespaces to search.
      annotations: { [NAMESPACES_ANNOTATION]: namespaces.join(',') },
    },
    // Only the Deployment mounts the token.
    automountServiceAccountToken: false,
  };
  return [account, ...namespaces.flatMap((where) => roleAndBinding(where, namespace, rights))];
}

function roleAndBinding(where: string, namespace: string, rights: readonly NeededRight[]): object[] {
  // Others may use this namespace too, so the name says whose the Role is.
  const name = where === namespace ? NAME : `${NAME}-${namespace}`;
  return [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: metadata(name, where, namespace),
      rules: roleRules(rights.filter((right) => right.namespace === where)),
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata(name, where, namespace),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: NAME, namespace }],
    },
  ];
}
