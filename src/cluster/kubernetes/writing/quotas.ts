/** Checks whether the quotas and limits of a namespace leave room for the maximum replicas of the specs. */
import type { Cluster } from '../../../spec/model.ts';
import type { Finding } from '../../live/preflight.ts';
import type { Container, Deployment, Metadata } from '../client/objects.ts';
import { quantity } from '../client/quantity.ts';

type Quantities = Readonly<Record<string, string>>;

export interface ResourceQuota {
  readonly metadata: Metadata;
  readonly status?: { readonly hard?: Quantities; readonly used?: Quantities };
}

export interface LimitRange {
  readonly metadata: Metadata;
  readonly spec?: {
    readonly limits?: readonly { readonly type?: string; readonly max?: Quantities; readonly min?: Quantities }[];
  };
}

/** By resource of a quota: how much of it one pod uses. */
const COUNTED: Readonly<Record<string, (containers: readonly Container[]) => number>> = {
  pods: () => 1,
  'count/pods': () => 1,
  cpu: (containers) => sumOf(containers, 'requests', 'cpu'),
  memory: (containers) => sumOf(containers, 'requests', 'memory'),
  'requests.cpu': (containers) => sumOf(containers, 'requests', 'cpu'),
  'requests.memory': (containers) => sumOf(containers, 'requests', 'memory'),
  'limits.cpu': (containers) => sumOf(containers, 'limits', 'cpu'),
  'limits.memory': (containers) => sumOf(containers, 'limits', 'memory'),
};

/** A pod over quota is denied. Setting the replicas gives no error, but the Deployment stays short of them. */
export function quotaFindings(
  spec: Cluster,
  deployments: ReadonlyMap<string, Deployment>,
  quotas: readonly ResourceQuota[],
): Finding[] {
  return quotas.flatMap(({ metadata, status }) =>
    Object.entries(status?.hard ?? {}).flatMap(([resource, hard]): Finding[] => {
      const takenBy = COUNTED[resource];
      if (!takenBy) return [];
      const more = spec.services.reduce((sum, { name, replicas }) => {
        const deployment = deployments.get(name);
        if (!deployment) return sum;
        const pods = Math.max(0, replicas.max - (deployment.spec.replicas ?? 1));
        return sum + pods * takenBy(deployment.spec.template.spec.containers);
      }, 0);
      const free = quantity(hard) - quantity(status?.used?.[resource] ?? '0');
      if (!(more > free)) return [];
      return [
        {
          severity: 'warns',
          code: 'quotaTooSmall',
          service: '',
          message: `ResourceQuota ${metadata.name} leaves ${shown(free)} of ${resource}, and all services at their most replicas need ${shown(more)} more: pods would be denied. Raise it, or lower replicas.max.`,
        },
      ];
    }),
  );
}

/** Reports requests outside a LimitRange. Running pods continue, but new ones are denied. */
export function limitFindings(
  spec: Cluster,
  deployments: ReadonlyMap<string, Deployment>,
  ranges: readonly LimitRange[],
): Finding[] {
  return spec.services.flatMap(({ name }) => {
    const containers = deployments.get(name)?.spec.template.spec.containers ?? [];
    return ranges.flatMap(({ metadata, spec: range }) =>
      (range?.limits ?? []).flatMap(({ type, max = {}, min = {} }): Finding[] => {
        const groups = type === 'Pod' ? [containers] : type === 'Container' ? containers.map((one) => [one]) : [];
        const broken = groups.flatMap((group) =>
          ['cpu', 'memory'].flatMap((resource) => {
            const requested = sumOf(group, 'requests', resource);
            if (requested === 0) return [];
            if (resource in max && requested > quantity(max[resource])) return [`more ${resource} than its maximum`];
            return requested < quantity(min[resource] ?? '0') ? [`less ${resource} than its minimum`] : [];
          }),
        );
        if (broken.length === 0) return [];
        return [
          {
            severity: 'warns',
            code: 'limitRangeTooSmall',
            service: name,
            message: `${name} requests ${[...new Set(broken)].join(' and ')} in LimitRange ${metadata.name}: new pods are denied. Change the limit or the Deployment.`,
          },
        ];
      }),
    );
  });
}

const sumOf = (containers: readonly Container[], kind: 'requests' | 'limits', resource: string): number =>
  containers.reduce((sum, { resources }) => sum + quantity(resources?.[kind]?.[resource] ?? '0'), 0);

const shown = (value: number): string =>
  value >= 2 ** 20 ? `${Math.round(value / 2 ** 20)} Mi` : String(Math.round(1000 * value) / 1000);
