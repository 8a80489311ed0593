/** Short scenarios whose load needs no record. */
import { Emulator } from '../../../src/cluster/emulator/emulator.ts';
import { drawSharedEpisodes, type SharedEpisode } from '../../../src/evaluating/shared-episodes.ts';
import type { World } from '../../../src/evaluating/run-systems.ts';
import type { Cluster, RandomEvent, Scenario, SplitName } from '../../../src/spec/model.ts';
import { origin, sampleCluster } from '../cluster/sample.ts';

const event = (type: RandomEvent['type'], size: RandomEvent['size']): RandomEvent => ({
  type,
  at: [],
  perHour: [6, 6],
  lasts: [180, 300],
  size,
  data: [0, 2],
});

const scenario = (name: string, random: RandomEvent): Scenario => ({
  kind: 'Scenario',
  name,
  origin,
  description: '',
  duration: 900,
  load: [
    {
      entryPoint: 'a',
      profiles: [
        { type: 'sine', relative: true, mean: 0.7, amplitude: 0.25, period: 700 },
        { type: 'bursts', relative: true, base: 0.5, peak: 0.95, every: 200, lasts: 150 },
      ],
    },
  ],
  events: [],
  random: [random],
});

export const scenarios: readonly Scenario[] = [
  scenario('ddos', event('attack', [2, 3])),
  scenario('failures', event('crashes', [0.2, 0.4])),
];

export const worldOf = (cluster: Cluster): World => ({
  cluster,
  simulate: (environments) => new Emulator(cluster, environments),
});
export const world = worldOf(sampleCluster);

export function sharedEpisodes(split: SplitName, perScenario: number, seed = 1): SharedEpisode[] {
  return drawSharedEpisodes(sampleCluster, scenarios, new Map(), { split, perScenario, seed });
}
