/**
 * Every right that KARMA MAS needs on a cluster, in one table. The plan asks for them, an error about a missing one shows the
 * Role that grants it, and the exported manifests grant them: what is not here, no client may call. Who installs the controller
 * needs more, which installation.ts learns from the server's dry runs.
 */

export interface Right {
  readonly verb: string;
  /** With its subresource: deployments/scale. */
  readonly resource: string;
  /** Empty = the core group. */
  readonly group: string;
  /** Empty = the whole cluster. */
  readonly namespace: string;
  /** Only the object of this name. */
  readonly name?: string;
}

export interface NeededRight extends Right {
  /** Goes on "to ...". */
  readonly why: string;
  /** read: to observe. write: from the stage `floor` on. optional: without it things go on, and something is missing. */
  readonly need: 'read' | 'write' | 'optional';
  /** The transfer itself (that is what the controller is granted), the plan before it, or the views of the panel. */
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
  /** Behind the API server's proxy; absent where it has a URL. */
  readonly prometheus?: Prometheus | undefined;
}

/** Name of the Lease of a namespace, and of the controller's ServiceAccount, Roles and Deployment. */
export const LEASE_NAME = 'karma-mas';

interface Entry {
  readonly need: NeededRight['need'];
  readonly by: NeededRight['by'];
  readonly group: string;
  readonly resource: string;
  readonly verbs: readonly string[];
  readonly why: string;
  /** Whose name the object has. Kubernetes cannot limit create, list and watch to names. */
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

/** One entry per verb, resource and name. */
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

/** As kubectl names it: `deployments.apps/scale`. */
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

/** The rules that grant these rights and nothing more: one per resource, set of verbs, and whether names limit it. */
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

/** YAML of the Roles, one per namespace, and the ClusterRole where a right is for the whole cluster. */
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
