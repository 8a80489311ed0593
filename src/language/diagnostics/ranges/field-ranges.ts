/** Between which values the fields of a cluster lie in every state that it can be in. */
import type { AnyServiceField } from '../../../spec/cel/vocabulary.ts';
import type { Cluster } from '../../../spec/model.ts';
import type { ClusterField } from '../../../spec/observation.ts';
import { exactly, range, type NumberRange } from './number-range.ts';

/** Larger than anything that a metric counts. */
export const UNBOUNDED = 1e15;

/** Counts: always whole numbers. */
const WHOLE: ReadonlySet<string> = new Set(['ready', 'desired', 'failed', 'starting']);
export const isWhole = (field: string): boolean => WHOLE.has(field);

/**
 * A number field of one service. What the emulator plays is bounded by the numbers of the Cluster; of a real cluster only
 * what no cluster can break is known.
 */
export function serviceFieldRange(cluster: Cluster, service: number, field: AnyServiceField): NumberRange {
  const { replicas, emulator, cpu } = cluster.services[service];
  switch (field) {
    case 'throughput':
      return exactly(emulator.throughput);
    case 'min':
      return exactly(replicas.min);
    case 'max':
      return exactly(replicas.max);
    case 'demand':
      return range(0, UNBOUNDED * UNBOUNDED);
    default:
  }
  if (cluster.metrics.source !== 'emulator') return range(0, UNBOUNDED);
  switch (field) {
    case 'desired':
      return range(replicas.min, replicas.max);
    case 'ready':
    case 'failed':
    case 'starting':
      return range(0, replicas.max);
    case 'pending':
      return range(0, emulator.queue);
    case 'utilization':
      return range(0, 1);
    case 'cpu':
      return range(0, replicas.max * cpu);
    case 'capacity':
      return range(0, replicas.max * emulator.throughput);
    default:
      return range(0, UNBOUNDED);
  }
}

export function clusterFieldRange(field: ClusterField): NumberRange {
  return field === 'latency' ? range(0, UNBOUNDED) : range(0, 1);
}
