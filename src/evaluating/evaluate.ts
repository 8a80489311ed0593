/** Scenarios x systems x training seeds, on days that nothing was trained or chosen on. */
import type { LoadRecords } from '../cluster/episodes/load-records.ts';
import { ACCOUNTING_INTERVAL, type System } from '../cluster/simulation/simulation.ts';
import type { Scenario } from '../spec/model.ts';
import type { Control } from './control.ts';
import type { Evaluation, SystemResult } from './evaluation.ts';
import { byMetric, type MetricValues } from './metrics.ts';
import { planEpisodes, type PlannerSettings } from './planner/planner.ts';
import { runSystem, type World } from './run-systems.ts';
import { assertSplit, drawSharedEpisodes, loadsWithoutSplit, type SharedEpisode } from './shared-episodes.ts';

export interface Contender {
  readonly name: string;
  /** One system per training seed; one alone for what is not trained. */
  readonly seeds: readonly System[];
}

export interface EvaluationRequest {
  /** The world that judges. */
  readonly world: World;
  readonly scenarios: readonly Scenario[];
  readonly loads: LoadRecords;
  readonly contenders: readonly Contender[];
  readonly perScenario: number;
  /** Fixes episodes and luck. */
  readonly seed: number;
  /** Length of an episode; the scenario's duration by default. */
  readonly seconds?: number | undefined;
  /** Runs the clairvoyant planner too, in the first `perScenario` episodes of each scenario. It is slow. */
  readonly planner?: { readonly settings: PlannerSettings; readonly perScenario: number } | undefined;
}

export const PLANNER_NAME = 'clairvoyant planner';

/**
 * Lets every contender meet the same episodes of the test split: same load, events, luck and warm start, counted at the
 * accounting interval. Progress is in units of one system in all episodes. Rejects with the signal's reason when
 * aborted; throws a RangeError where two contenders have one name.
 */
export async function evaluate(request: EvaluationRequest, { signal, onProgress }: Control = {}): Promise<Evaluation> {
  const { world, scenarios, contenders, planner, perScenario, seed, seconds } = request;
  const names = contenders.map((contender) => contender.name);
  if (new Set(names).size < names.length) throw new RangeError(`Two systems have one name: ${names.join(', ')}.`);
  const episodes = drawSharedEpisodes(world.cluster, scenarios, request.loads, {
    split: 'test',
    perScenario,
    seed,
    seconds,
  });
  assertSplit(episodes, 'test');
  const planned = episodes.flatMap((_, i) => (planner && i % perScenario < planner.perScenario ? [i] : []));
  const plannerWork = planner ? (planned.length / episodes.length) * workPerSecond(planner.settings) : 0;
  const total = contenders.reduce((sum, contender) => sum + contender.seeds.length, plannerWork);
  let done = 0;
  const part = (work: number): Control => ({
    signal,
    onProgress: (n, of) => onProgress?.(done + (work * n) / of, total),
  });

  const systems: SystemResult[] = [];
  for (const { name, seeds } of contenders) {
    const rows: MetricValues[][] = [];
    for (const system of seeds) {
      rows.push(await runSystem(world, system, episodes, part(1)));
      done++;
    }
    const { interval } = seeds[0].make(world.cluster, 1);
    systems.push({ name, interval, episodes: episodes.map((_, i) => i), values: columnsOf(rows) });
  }
  if (planner && planned.length > 0) {
    const chosen = planned.map((i) => episodes[i]);
    const row = await planEpisodes(world, chosen, planner.settings, seed, part(plannerWork));
    const { interval } = planner.settings;
    systems.push({ name: PLANNER_NAME, interval, episodes: planned, values: columnsOf([row]) });
  }
  return {
    cluster: world.cluster.name,
    cost: world.cluster.objectives.cost,
    accountingInterval: ACCOUNTING_INTERVAL,
    split: 'test',
    seed,
    notHeldOut: loadsWithoutSplit(scenarios),
    episodes: episodes.map(infoOf),
    systems,
  };
}

/** Simulated seconds of a planner per second of an episode. */
function workPerSecond({ steps, plans, generations }: PlannerSettings): number {
  return steps * plans * generations;
}

function infoOf({ episode: { scenario, load, seconds }, seed }: SharedEpisode): Evaluation['episodes'][number] {
  return { scenario, load, seed, seconds };
}

function columnsOf(rows: readonly (readonly MetricValues[])[]): SystemResult['values'] {
  return byMetric((metric) => rows.map((row) => row.map((values) => values[metric])));
}
