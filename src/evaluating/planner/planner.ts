/**
 * The clairvoyant planner: at every decision it branches the simulation, tries plans for the next minutes against the
 * load, the events and the luck that will really come, and takes the first step of the best. A limit for reading the
 * results of others, not a proven bound: the search is finite and looks no further than its horizon.
 */
import { breathe } from '../../cluster/breathe.ts';
import { Random } from '../../cluster/random.ts';
import { initialReplicas } from '../../cluster/episodes/warm-start.ts';
import { ACCOUNTING_INTERVAL, type Simulation } from '../../cluster/simulation/simulation.ts';
import type { Control } from '../control.ts';
import { EpisodeMetrics } from '../episode-metrics.ts';
import type { MetricValues } from '../metrics.ts';
import type { World } from '../run-systems.ts';
import type { SharedEpisode } from '../shared-episodes.ts';
import { PlanSearch } from './plan-search.ts';

export interface PlannerSettings {
  /** Seconds between decisions, a multiple of the accounting interval; also what a step of a plan lasts. */
  readonly interval: number;
  /** Steps of a plan. */
  readonly steps: number;
  /** Plans tried at once, and how often, at each decision. */
  readonly plans: number;
  readonly generations: number;
}

/** Four minutes ahead. */
export const PLANNER: PlannerSettings = { interval: 15, steps: 16, plans: 32, generations: 6 };

/**
 * Plans through every episode and returns its metrics. All environments (one per plan that is tried at once) run the same
 * episode with the same luck from the same start, so that one saved state is the root of every branch.
 */
export async function planEpisodes(
  world: World,
  episodes: readonly SharedEpisode[],
  settings: PlannerSettings,
  seed: number,
  { signal, onProgress }: Control = {},
): Promise<MetricValues[]> {
  const simulation = world.simulate(settings.plans);
  const results: MetricValues[] = [];
  for (const [index, shared] of episodes.entries()) {
    const search = new PlanSearch(simulation.cluster.services, settings.steps, new Random(seed, index));
    const advanced = (share: number): void => onProgress?.(index + share, episodes.length);
    results.push(await planEpisode(simulation, shared, settings, search, { signal, onProgress: advanced }));
  }
  return results;
}

async function planEpisode(
  simulation: Simulation,
  { episode, seed }: SharedEpisode,
  settings: PlannerSettings,
  search: PlanSearch,
  { signal, onProgress }: Control,
): Promise<MetricValues> {
  const { environments, services } = simulation;
  const episodes = Array.from({ length: environments }, () => episode);
  const replicas = initialReplicas(simulation.cluster, episode, 0);
  for (let e = 0; e < environments; e++) simulation.reset(e, episode, { second: 0, seed, replicas });
  const metrics = new EpisodeMetrics(episode);
  for (let decision = 0; !metrics.complete; decision++) {
    const root = simulation.save();
    const present = simulation.desired.slice(0, services);
    let plans = search.begin(present, decision === 0 ? 0 : 1, environments);
    for (let generation = 0; ; generation++) {
      search.tell(plans, tryPlans(simulation, plans, settings));
      simulation.restore(root, episodes);
      await breathe();
      signal?.throwIfAborted();
      if (generation + 1 >= settings.generations) break;
      plans = search.ask(environments);
    }
    const chosen = Array.from({ length: environments }, () => search.best);
    setStep(simulation, chosen, 0);
    for (let t = 0; t < settings.interval; t += ACCOUNTING_INTERVAL) {
      simulation.advance(ACCOUNTING_INTERVAL);
      metrics.add(simulation.outcome, 0);
    }
    onProgress?.(Math.min(1, ((decision + 1) * settings.interval) / episode.seconds), 1);
  }
  return metrics.values();
}

/** Mean J of each plan, one per environment. Leaves the simulation at the end of the plans. */
function tryPlans(simulation: Simulation, plans: readonly Int16Array[], settings: PlannerSettings): Float64Array {
  const values = new Float64Array(plans.length);
  for (let step = 0; step < settings.steps; step++) {
    setStep(simulation, plans, step);
    simulation.advance(settings.interval);
    for (let e = 0; e < plans.length; e++) values[e] += simulation.outcome.objective[e] / settings.steps;
  }
  return values;
}

function setStep(simulation: Simulation, plans: readonly Int16Array[], step: number): void {
  const { services } = simulation;
  const desired = new Int32Array(plans.length * services);
  for (const [e, plan] of plans.entries())
    desired.set(plan.subarray(step * services, (step + 1) * services), e * services);
  simulation.setDesired(desired);
}
