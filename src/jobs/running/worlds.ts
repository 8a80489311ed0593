/** The two worlds in which policies are judged. */
import { Emulator } from '../../cluster/emulator/emulator.ts';
import { specParameters, truthParameters } from '../../cluster/emulator/parameters.ts';
import type { World } from '../../evaluating/run-systems.ts';
import type { Cluster, Training } from '../../spec/model.ts';
import type { WorldName } from '../options/job-table.ts';

/** Policies are judged where they will be used: in the emulator if they were trained without traces, otherwise on the cluster. */
export const worldFor = (training: Training): WorldName => (training.twin.kind === 'emulator' ? 'emulator' : 'cluster');

export function makeWorld(name: WorldName, cluster: Cluster): World {
  const parameters = name === 'emulator' ? specParameters(cluster) : truthParameters(cluster);
  return { cluster, simulate: (environments) => new Emulator(cluster, environments, parameters) };
}
