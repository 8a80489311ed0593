/** From a scenario to one course of load and events. The same arguments give the same episode. */
import { capacityOf } from '../../spec/call-graph.ts';
import type { Cluster, LoadProfile, Scenario, SplitName } from '../../spec/model.ts';
import { Random } from '../random.ts';
import type { Episode } from '../simulation/simulation.ts';
import { applyEvents, drawEvents, type EpisodeColumns } from './events.ts';
import { shapeLoad } from './load-profiles.ts';
import { LoadRecordError, type LoadRecords } from './load-records.ts';
import { playRecord } from './recorded-load.ts';

export { loadRecords, type LoadRecords } from './load-records.ts';

export interface EpisodeOptions {
  readonly split: SplitName;
  readonly seed: number;
  /** Length; the scenario's duration by default. Events drawn per hour are drawn for this length. */
  readonly seconds?: number;
  /** Index of the load profile of every entry point; drawn by default. Tables that want each equally often give it. */
  readonly profile?: number;
}

/** Streams of one seed: loads and events do not change each other. */
const LOADS = 1;
const EVENTS = 2;

/** Throws RangeError or LoadRecordError where the scenario does not fit the cluster or a record is not there. */
export function makeEpisode(
  cluster: Cluster,
  scenario: Scenario,
  loads: LoadRecords,
  options: EpisodeOptions,
): Episode {
  const { split, seed } = options;
  const seconds = Math.round(options.seconds ?? scenario.duration);
  const services = cluster.services.length;
  const columns: EpisodeColumns = {
    rate: new Float32Array(seconds * services),
    attack: new Float32Array(seconds),
    crash: new Float32Array(seconds * services),
    factor: new Float32Array(seconds * services).fill(1),
    kills: [],
  };
  const loadRandom = new Random(seed, LOADS);
  const names: string[] = [];
  for (const { entryPoint, profiles } of scenario.load) {
    const entry = cluster.services.findIndex((service) => service.name === entryPoint);
    if (entry < 0) throw new RangeError(`Cluster ${cluster.name} has no service ${entryPoint}.`);
    const drawn = loadRandom.pick(profiles);
    const profile = options.profile === undefined ? drawn : profiles[options.profile % profiles.length];
    names.push(nameOf(profile));
    const capacity = capacityOf(cluster, entry);
    const rates = ratesOf(profile, capacity, { loads, split, seconds, random: loadRandom });
    for (let t = 0; t < seconds; t++) columns.rate[t * services + entry] += rates[t];
  }
  applyEvents(cluster, drawEvents(cluster, scenario, seconds, new Random(seed, EVENTS)), columns, seconds);
  return { scenario: scenario.name, load: names.join(' + '), split, seconds, ...columns };
}

interface LoadDraw {
  readonly loads: LoadRecords;
  readonly split: SplitName;
  readonly seconds: number;
  readonly random: Random;
}

/** [seconds] requests/s. */
function ratesOf(profile: LoadProfile, capacity: number, { loads, split, seconds, random }: LoadDraw): Float64Array {
  if (profile.type !== 'file') return shapeLoad(profile, capacity, seconds, random);
  const record = loads.get(profile.path);
  if (!record) throw new LoadRecordError(profile.path, 0, 'was not read.');
  return playRecord(profile, record, capacity, { split, seconds, uniform: random.uniform() });
}

/** The file's name without folder and ending, or the type. */
function nameOf(profile: LoadProfile): string {
  return profile.type === 'file' ? profile.path.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '') : profile.type;
}
