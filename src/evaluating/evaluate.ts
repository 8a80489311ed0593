/** Scenarios x systems x training seeds, on days that nothing was trained or chosen on. */
import type { LoadRecords } from '../cluster/episodes/load-records.ts';
import { ACCOUNTING_INTERVAL, type System } from '../cluster/simulation/simulation.ts';
import type { Scenario } from '../spec/model.ts';
import type { MetricValues } from './episode-metrics.ts';
import { planMatches, type PlannerSettings } from './baselines/planner.ts';
import { METRIC_NAMES, type Evaluation, type SystemResult } from './evaluation.ts';
import { assertSplit, drawMatches, loadsWithoutSplit, type Match } from './shared-episodes.ts';
import { play, type World } from './run-systems.ts';
import type { Control } from './baselines/candidate-search.ts';

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
  /** Lets the clairvoyant planner play the first so many episodes of each scenario too. It is slow. */
  readonly planner?: { readonly settings: PlannerSettings; readonly perScenario: number } | undefined;
}

export const PLANNER_NAME = 'clairvoyant planner';

/**
 * Lets every contender meet the same episodes of the test split: same load, events, luck and warm start, counted at the
 * accounting interval. Progress is in units of one system playing all episodes. Rejects with the signal's reason when
 * aborted; throws a RangeError where two contenders have one name.
 */
export async function evaluate(request: EvaluationRequest, { signal, onProgress }: Control = {}): Promise<Evaluation> {
  const { world, scenarios, contenders, planner, perScenario, seed, seconds } = request;
  const names = contenders.map((contender) => contender.name);
  if (new Set(names).size < names.length) throw new RangeError(`Two systems have one name: ${names.join(', ')}.`);
  const matches = drawMatches(world.cluster, scenarios, request.loads, { split: 'test', perScenario, seed, seconds });
  assertSplit(matches, 'test');
  const planned = matches.flatMap((_, i) => (planner && i % perScenario < planner.perScenario ? [i] : []));
  const plannerWork = planner ? (planned.length / matches.length) * workPerSecond(planner.settings) : 0;
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
      rows.push(await play(world, system, matches, part(1)));
      done++;
    }
    const { interval } = seeds[0].make(world.cluster, 1);
    systems.push({ name, interval, episodes: matches.map((_, i) => i), values: byMetric(rows) });
  }
  if (planner && planned.length > 0) {
    const chosen = planned.map((i) => matches[i]);
    const row = await planMatches(world, chosen, planner.settings, seed, part(plannerWork));
    const { interval } = planner.settings;
    systems.push({ name: PLANNER_NAME, interval, episodes: planned, values: byMetric([row]) });
  }
  return {
    cluster: world.cluster.name,
    cost: world.cluster.objectives.cost,
    accountingInterval: ACCOUNTING_INTERVAL,
    split: 'test',
    seed,
    notHeldOut: loadsWithoutSplit(scenarios),
    episodes: matches.map(infoOf),
    systems,
  };
}

/** Simulated seconds of a planner per second of an episode. */
function workPerSecond({ steps, plans, generations }: PlannerSettings): number {
  return steps * plans * generations;
}

function infoOf({ episode: { scenario, load, seconds }, seed }: Match): Evaluation['episodes'][number] {
  return { scenario, load, seed, seconds };
}

function byMetric(rows: readonly (readonly MetricValues[])[]): SystemResult['values'] {
  const columns = METRIC_NAMES.map((metric) => [metric, rows.map((row) => row.map((values) => values[metric]))]);
  return Object.fromEntries(columns) as SystemResult['values'];
}
