/** Where every system starts, so that none is judged by its first minutes. */
import { callsPerRequest } from '../../spec/call-graph.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Episode } from '../simulation/simulation.ts';

/** Share of the throughput that the starting replicas are loaded to. */
const WARM_LOAD = 0.7;

/** Replicas of each service for the load at a second of the episode, at 70 % of the pods' throughput, within the bounds. */
export function initialReplicas(cluster: Cluster, episode: Episode, second: number): Int32Array {
  const { services } = cluster;
  const calls = callsPerRequest(cluster);
  const row = Math.max(0, Math.min(second, episode.seconds - 1)) * services.length;
  return Int32Array.from(services, ({ replicas, emulator }, s) => {
    let demand = 0;
    for (let entry = 0; entry < services.length; entry++)
      demand += episode.rate[row + entry] * calls[entry * services.length + s];
    const needed = Math.ceil(demand / (WARM_LOAD * emulator.throughput));
    return Math.max(replicas.min, Math.min(replicas.max, needed));
  });
}
