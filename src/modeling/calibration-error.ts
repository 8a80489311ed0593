/** How far the queueing model, run along recorded traces, is from what was recorded. */
import type { Cluster } from '../spec/model.ts';
import type { ServiceField } from '../spec/observation.ts';
import type { EmulatorParameters } from '../cluster/emulator/parameters.ts';
import { alignedSeeds, episodeOf, Replay } from './replay.ts';
import { stateColumn } from './traces/layout.ts';
import type { Segment } from './traces/trace.ts';

/** The fields that count, each with the deviation below which a field counts as constant. */
const FIELDS = {
  pending: 1,
  served: 1,
  dropped: 0.5,
  ready: 0.1,
  starting: 0.1,
  utilization: 0.02,
  latency: 0.005,
} as const satisfies Partial<Record<ServiceField, number>>;
const NAMES = Object.keys(FIELDS) as (keyof typeof FIELDS)[];

/** Intervals at the start of a segment that do not count: the model does not know which pods were just starting. */
const BURN_IN = 8;

export interface CalibrationError {
  /** Mean over services. */
  readonly total: number;
  /** [service] mean over fields of (mean absolute error / mean absolute deviation of the record). */
  readonly services: Float64Array;
}

/** Prepares the traces; the returned function runs one candidate. The same seeds for all, so that luck does not decide. */
export function makeCalibrationError(
  cluster: Cluster,
  segments: readonly Segment[],
  seed: number,
): (parameters: EmulatorParameters) => CalibrationError {
  const services = cluster.services.length;
  const long = segments.filter(({ transitions }) => transitions.length > BURN_IN);
  if (long.length === 0)
    throw new RangeError(
      `Too few transitions: a stretch of more than ${BURN_IN} without a gap is needed; collect more.`,
    );
  const seeds = alignedSeeds(cluster, seed, 1);
  const episodes = long.map((segment) => episodeOf(segment, cluster));
  const scales = scalesOf(long, services);

  return (parameters) => {
    const sums = new Float64Array(services);
    let count = 0;
    long.forEach((segment, i) => {
      const replay = new Replay(cluster, parameters, segment, episodes[i], seeds);
      segment.transitions.forEach(({ next }, k) => {
        replay.step(k);
        if (k < BURN_IN) return;
        count++;
        for (let s = 0; s < services; s++)
          for (let f = 0; f < NAMES.length; f++) {
            const error = replay.observation.service[NAMES[f]][s] - next[stateColumn(s, NAMES[f])];
            sums[s] += Math.abs(error) * scales[s * NAMES.length + f];
          }
      });
    });
    const errors = sums.map((sum) => sum / (count * NAMES.length));
    return { total: errors.reduce((sum, error) => sum + error, 0) / services, services: errors };
  };
}

/** [service x field] 1 / mean absolute deviation. */
function scalesOf(segments: readonly Segment[], services: number): Float64Array {
  const rows = segments.flatMap(({ transitions }) => transitions.slice(BURN_IN));
  const scales = new Float64Array(services * NAMES.length);
  for (let s = 0; s < services; s++)
    NAMES.forEach((name, f) => {
      const column = stateColumn(s, name);
      const mean = rows.reduce((sum, { next }) => sum + next[column], 0) / rows.length;
      const deviation = rows.reduce((sum, { next }) => sum + Math.abs(next[column] - mean), 0) / rows.length;
      scales[s * NAMES.length + f] = 1 / Math.max(deviation, FIELDS[name]);
    });
  return scales;
}
