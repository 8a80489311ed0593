/** Events of a scenario, fixed and drawn, laid over an episode's columns. */
import type { Cluster, RandomEvent, Scenario, ScenarioEvent } from '../../spec/model.ts';
import { definitionOf, effectAt } from '../../spec/scenario-events.ts';
import type { Random } from '../random.ts';

/** Requests/s of one kappa, the attacker's unit of rate (ours). */
export const KAPPA = 30;
/** sigma: the crash probability per pod and 30 s is this much times the data of an attack. */
const SIGMA = 10;

/** The fixed events, then the random ones, for an episode of the given length. */
export function drawEvents(cluster: Cluster, scenario: Scenario, seconds: number, random: Random): ScenarioEvent[] {
  return [...scenario.events, ...scenario.random.flatMap((event) => drawRandom(cluster, event, seconds, random))];
}

function drawRandom(cluster: Cluster, event: RandomEvent, seconds: number, random: Random): ScenarioEvent[] {
  const places = placesOf(cluster, event);
  if (places.length === 0) return [];
  const expected = (random.integer(event.perHour[0], event.perHour[1]) * seconds) / 3600;
  const count = Math.floor(expected) + (random.uniform() < expected % 1 ? 1 : 0);
  return Array.from({ length: count }, () => {
    const lasts = Math.round(random.between(event.lasts[0], event.lasts[1]));
    const at = random.integer(0, Math.max(0, seconds - lasts));
    const place = random.pick(places);
    const size = random.between(event.size[0], event.size[1]);
    const data = random.between(event.data[0], event.data[1]);
    return { at, lasts, ...effectAt(event.type, place, size, [data]) };
  });
}

/** Names of the services at which an event may happen. */
function placesOf(cluster: Cluster, event: RandomEvent): string[] {
  const needsEntry = definitionOf(event.type).place === 'entryPoint';
  const fitting = cluster.services.filter((service) => service.entryPoint || !needsEntry).map(({ name }) => name);
  return event.at.length === 0 ? fitting : fitting.filter((name) => event.at.includes(name));
}

/** The mutable columns of an episode that is being made. */
export interface EpisodeColumns {
  readonly rate: Float32Array;
  readonly attack: Float32Array;
  readonly crash: Float32Array;
  readonly factor: Float32Array;
  readonly kills: { second: number; service: number; pods: number }[];
}

/**
 * Lays events over the columns. Bursts multiply the load and not an attack's part of it: apply them first. Crash probabilities of
 * several events combine as those of independent causes, contentions multiply.
 */
export function applyEvents(
  cluster: Cluster,
  events: readonly ScenarioEvent[],
  columns: EpisodeColumns,
  seconds: number,
): void {
  const services = cluster.services.length;
  const indexOf = (name: string): number => {
    const index = cluster.services.findIndex((service) => service.name === name);
    if (index < 0) throw new RangeError(`Cluster ${cluster.name} has no service ${name}.`);
    return index;
  };
  const during = (event: ScenarioEvent, apply: (second: number) => void): void => {
    const end = Math.min(seconds, Math.round(event.at + event.lasts));
    for (let t = Math.max(0, Math.round(event.at)); t < end; t++) apply(t);
  };
  const addCrashes = (event: ScenarioEvent, service: number, probability: number): void =>
    during(event, (t) => {
      const i = t * services + service;
      columns.crash[i] = 1 - (1 - columns.crash[i]) * (1 - Math.min(1, probability));
    });

  for (const event of events) {
    if (event.type !== 'burst') continue;
    const entry = indexOf(event.entryPoint);
    during(event, (t) => (columns.rate[t * services + entry] *= event.factor));
  }
  for (const event of events) {
    switch (event.type) {
      case 'burst':
        break;
      case 'attack': {
        const entry = indexOf(event.entryPoint);
        during(event, (t) => {
          columns.rate[t * services + entry] += event.rate * KAPPA;
          columns.attack[t] += event.rate * KAPPA;
        });
        if (event.data > 0) addCrashes(event, entry, event.data / SIGMA);
        break;
      }
      case 'crashes':
        addCrashes(event, indexOf(event.service), event.probability);
        break;
      case 'contention': {
        const service = indexOf(event.service);
        during(event, (t) => (columns.factor[t * services + service] *= event.factor));
        break;
      }
      case 'crash':
        if (event.at < seconds)
          columns.kills.push({ second: Math.round(event.at), service: indexOf(event.service), pods: event.pods });
        break;
    }
  }
}
