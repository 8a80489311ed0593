/**
 * The systems that every comparison holds beside the policies: found once per cluster and weight of cost, then listed.
 */
import { defaultHpa, hpaSystem } from '../../cluster/hpa/controller.ts';
import type { HpaSettings } from '../../cluster/hpa/settings.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Contender } from '../evaluate.ts';
import type { World } from '../run-systems.ts';
import type { Control, SearchEffort } from './candidate-search.ts';
import { bestConstant } from './best-constant.ts';
import { constant, everythingAtMaximum } from './constant.ts';
import { demandRule } from './demand-rule.ts';
import { safetyStock, type SafetyStockSettings } from './safety-stock.ts';
import { TUNING_EFFORT, type TuningMatches } from './tune.ts';
import { tuneHpa } from './tune-hpa.ts';
import { tuneSafetyStock } from './tune-safety-stock.ts';

/** Plain data, to be kept beside a run. */
export interface BaselineSettings {
  /** Weight of cost in J that they were found for. */
  readonly cost: number;
  readonly constant: readonly number[];
  readonly hpa: readonly HpaSettings[];
  readonly safetyStock: SafetyStockSettings;
}

export const DEFAULT_HPA_NAME = 'default hpa';
export const TUNED_HPA_NAME = 'tuned hpa';

/** Finds the best constant and tunes HPA and safety stock; see their functions. Progress is in thousandths. */
export async function tuneBaselines(
  world: World,
  matches: TuningMatches,
  seed: number,
  effort: SearchEffort = TUNING_EFFORT,
  { signal, onProgress }: Control = {},
): Promise<BaselineSettings> {
  const part = (index: number): Control => ({
    signal,
    onProgress: (done, total) => onProgress?.(Math.floor((1000 * (index + done / total)) / 3), 1000),
  });
  const best = await bestConstant(world, matches.train, part(0));
  const hpa = await tuneHpa(world, matches, seed, effort, part(1));
  const stock = await tuneSafetyStock(world, matches, seed, effort, part(2));
  return {
    cost: world.cluster.objectives.cost,
    constant: best.candidate,
    hpa: hpa.settings,
    safetyStock: stock.settings,
  };
}

export function baselineContenders(cluster: Cluster, found: BaselineSettings): Contender[] {
  const systems = {
    [DEFAULT_HPA_NAME]: defaultHpa,
    [TUNED_HPA_NAME]: hpaSystem(TUNED_HPA_NAME, found.hpa),
    [`best constant (${found.constant.join(', ')})`]: constant('best constant', found.constant),
    'everything at maximum': everythingAtMaximum(cluster),
    'demand rule': demandRule(),
    'safety stock': safetyStock(found.safetyStock),
  };
  return Object.entries(systems).map(([name, system]) => ({ name, seeds: [system] }));
}
