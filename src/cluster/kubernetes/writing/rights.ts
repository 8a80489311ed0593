/**
 * Every right that KARMA MAS needs on a cluster, in one table. The plan checks these rights, an error about a missing one
 * shows the Role that grants it, and the exported manifests grant them. A client may only make calls that are listed here.
 * Installing the controller needs more rights, which installation.ts learns from the server's dry runs.
 */

export interface Right {
  readonly verb: string;
  /** Includes the subresource, as in deployments/scale. */
  readonly resource: string;
  /** Empty for the core group. */
  readonly group: string;
  /** Empty for the whole cluster. */
  readonly namespace: string;
  /** Limits the right to the object of this name. */
  readonly name?: string;
}

export interface NeededRight extends Right {
  /** Continues the phrase "to ...". */
  readonly why: string;
  /** read: needed to observe. write: needed from the stage `floor` on. optional: a part is missing without it. */
  readonly need: 'read' | 'write' | 'optional';
  /** Who needs it: the transfer itself (these are granted to the controller), the plan before it, or the views of the panel. */
  readonly by: 'transfer' | 'plan' | 'panel';
}

export interface Prometheus {
  readonly namespace: string;
  readonly name: string;
  readonly port: string;
}

export interface RightsOf {
  readonly namespace: string;
  /** Names of the Deployments. */
  readonly services: readonly string[];
  /** The service behind the API server's proxy; absent if Prometheus has a URL. */
  readonly prometheus?: Prometheus | undefined;
}

/** Name of a namespace's Lease and of the controller's ServiceAccount, Roles and Deployment. */
export const LEASE_NAME = 'karma-mas';

interface Entry {
  readonly need: NeededRight['need'];
  readonly by: NeededRight['by'];
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly why: string;
  /** Which names limit the right. Kubernetes cannot limit create, list and watch to names. */
  readonly names?: 'services' | 'lease';
}

const TABLE: readonly Entry[] = [
  {
    need: 'read',
    by: 'transfer',
    group: 'apps',
    resource: 'deployments',
    verbs: ['list'],
    why: 'see the replicas of the services',
  },
  {
    need: 'read',
    by: 'transfer',
    group: '',
    resource: 'pods',
    verbs: ['list'],
    why: 'see which pods are ready, starting or failed',
  },
  {
    need: 'read',
    by: 'transfer',
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: ['get', 'list'],
    why: 'see what the HPAs do',
  },
  ...[
    ['apps', 'deployments'],
    ['', 'pods'],
    ['autoscaling', 'horizontalpodautoscalers'],
  ].map(([group, resource]): Entry => ({
    need: 'optional',
    by: 'panel',
    group,
    resource,
    verbs: ['watch'],
    why: 'show changes as they happen',
  })),
  {
    need: 'write',
    by: 'transfer',
    group: 'apps',
    resource: 'deployments/scale',
    verbs: ['get', 'update'],
    names: 'services',
    why: 'set replicas',
  },
  {
    need: 'write',
    by: 'transfer',
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    verbs: ['update'],
    why: 'raise the minimum of the HPAs, pause and restore them',
  },
  {
    need: 'write',
    by: 'transfer',
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['create'],
    why: 'be the only one who writes',
  },
  {
    need: 'write',
    by: 'transfer',
    group: 'coordination.k8s.io',
    resource: 'leases',
    verbs: ['get', 'update'],
    names: 'lease',
    why: 'be the only one who writes',
  },
  {
    need: 'optional',
    by: 'transfer',
    group: '',
    resource: 'events',
    verbs: ['create'],
    why: 'say on the Deployments what was done',
  },
  {
    need: 'optional',
    by: 'plan',
    group: '',
    resource: 'resourcequotas',
    verbs: ['list'],
    why: 'see whether a quota denies pods',
  },
  {
    need: 'optional',
    by: 'plan',
    group: '',
    resource: 'limitranges',
    verbs: ['list'],
    why: 'see whether a limit denies pods',
  },
  {
    need: 'optional',
    by: 'plan',
    group: 'keda.sh',
    resource: 'scaledobjects',
    verbs: ['list'],
    why: 'see whether KEDA scales the same services',
  },
  {
    need: 'optional',
    by: 'plan',
    group: 'autoscaling.k8s.io',
    resource: 'verticalpodautoscalers',
    verbs: ['list'],
    why: 'see whether a vertical autoscaler changes the same pods',
  },
];

/** Returns the rights in the table, one per verb, resource and object name. */
export function neededRights({ namespace, services, prometheus }: RightsOf): NeededRight[] {
  const rights = TABLE.flatMap(({ need, by, group, resource, verbs, why, names }) => {
    const objects = names === 'services' ? services : names === 'lease' ? [LEASE_NAME] : [undefined];
    return objects.flatMap((name) =>
      verbs.map((verb): NeededRight => ({
        verb,
        resource,
        group,
        namespace,
        ...(name === undefined ? {} : { name }),
        why,
        need,
        by,
      })),
    );
  });
  return prometheus ? [...rights, proxyRight(prometheus)] : rights;
}

const proxyRight = ({ namespace, name, port }: Prometheus): NeededRight => ({
  verb: 'get',
  resource: 'services/proxy',
  group: '',
  namespace,
  name: `${name}:${port}`,
  why: 'read the metrics from Prometheus',
  need: 'read',
  by: 'transfer',
});

/** Returns the name of a resource as kubectl writes it, such as `deployments.apps/scale`. */
export function resourceName({ group, resource }: Pick<Right, 'group' | 'resource'>): string {
  const [kind, subresource] = resource.split('/');
  return `${kind}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** A rule of an RBAC Role. */
export interface RoleRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/** Returns rules that grant exactly these rights: one per resource and set of verbs, and separate ones with names. */
export function roleRules(rights: readonly Right[]): RoleRule[] {
  const objects = groupBy(rights, ({ group, resource, name }) => JSON.stringify([group, resource, name ?? null]));
  const single = objects.map((same) => {
    const [{ group, resource, name }] = same;
    return { group, resource, name, verbs: [...new Set(same.map(({ verb }) => verb))] };
  });
  return groupBy(single, ({ group, resource, name, verbs }) =>
    JSON.stringify([group, resource, name === undefined, verbs]),
  ).map((same): RoleRule => {
    const [{ group, resource, verbs }] = same;
    const resourceNames = same.flatMap(({ name }) => (name === undefined ? [] : [name]));
    return {
      apiGroups: [group],
      resources: [resource],
      ...(resourceNames.length > 0 ? { resourceNames } : {}),
      verbs,
    };
  });
}

/** Returns the YAML of the Roles, one per namespace, and of the ClusterRole for rights on the whole cluster. */
export function grantedBy(rights: readonly Right[], name = LEASE_NAME): string {
  return groupBy(rights, ({ namespace }) => namespace)
    .map((same) => roleOf(name, same[0].namespace, same))
    .join('---\n');
}

function roleOf(name: string, namespace: string, rights: readonly Right[]): string {
  const whole = namespace === '';
  const list = (texts: readonly string[]) => `[${texts.map((text) => JSON.stringify(text)).join(', ')}]`;
  return [
    'apiVersion: rbac.authorization.k8s.io/v1\n',
    `kind: ${whole ? 'ClusterRole' : 'Role'}\n`,
    `metadata: {name: ${name}${whole ? '' : `, namespace: ${namespace}`}}\n`,
    'rules:\n',
    ...roleRules(rights).map(
      (rule) =>
        `- {${Object.entries(rule)
          .map(([field, texts]) => `${field}: ${list(texts as string[])}`)
          .join(', ')}}\n`,
    ),
  ].join('');
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return [...groups.values()];
}
