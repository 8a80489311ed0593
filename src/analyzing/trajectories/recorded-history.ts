/** Recorded episodes as the histories that guides and goals read, many side by side. */
import { HistoryRing, MEMORY } from '../../cluster/history.ts';
import { CLUSTER_FIELDS, SERVICE_FIELDS, type Observation, type ObservationHistory } from '../../spec/observation.ts';
import { splitField } from './recorded-states.ts';
import type { Trajectories, TrajectoryEpisode } from './trajectories.ts';

/** Episodes stepped together. */
const BATCH = 64;

/**
 * Steps through the episodes (indices) as they were recorded, in batches. `begin` makes what reads a batch of that many
 * environments; it is called at every decision with the index of the environment's episode, or -1 behind its end.
 */
export function replay(
  trajectories: Trajectories,
  episodes: readonly number[],
  begin: (environments: number) => (history: ObservationHistory, step: number, playing: readonly number[]) => void,
): void {
  const writers = fieldWriters(trajectories);
  for (let first = 0; first < episodes.length; first += BATCH) {
    const batch = episodes.slice(first, first + BATCH);
    const read = begin(batch.length);
    const history = new HistoryRing(batch.length, trajectories.services.length, trajectories.interval, MEMORY);
    const longest = Math.max(...batch.map((episode) => trajectories.episodes[episode].steps));
    for (let step = 0; step < longest; step++) {
      history.push({
        observe: (into) => {
          for (const [e, episode] of batch.entries()) writeStep(writers, trajectories.episodes[episode], step, into, e);
        },
      });
      if (step === 0) for (let e = 0; e < batch.length; e++) history.fill(e);
      read(
        history,
        step,
        batch.map((episode) => (step < trajectories.episodes[episode].steps ? episode : -1)),
      );
    }
  }
}

type FieldWriter = (into: Observation, environment: number, value: number) => void;

/** One per column of the states; a column that observations do not have is passed over. */
function fieldWriters({ services, stateFields }: Trajectories): FieldWriter[] {
  return stateFields.map((name): FieldWriter => {
    const { owner, field } = splitField(name);
    const service = services.indexOf(owner);
    if (owner === 'cluster' && field in CLUSTER_FIELDS)
      return (into, e, value) => (into.cluster[field as keyof typeof CLUSTER_FIELDS][e] = value);
    if (service >= 0 && field in SERVICE_FIELDS)
      return (into, e, value) =>
        (into.service[field as keyof typeof SERVICE_FIELDS][e * into.services + service] = value);
    return () => undefined;
  });
}

/** Behind its end an episode stays as it ended. */
function writeStep(
  writers: readonly FieldWriter[],
  { states, steps }: TrajectoryEpisode,
  step: number,
  into: Observation,
  environment: number,
): void {
  const row = Math.min(step, steps - 1) * writers.length;
  for (const [column, write] of writers.entries()) write(into, environment, states[row + column]);
}
