/**
 * The systems that every comparison holds beside the policies. A new one is a file of this folder that exports a Baseline,
 * and a line in the list.
 */
import type { Cluster } from '../../spec/model.ts';
import type { Control } from '../control.ts';
import type { Contender } from '../evaluate.ts';
import type { World } from '../run-systems.ts';
import type { TuningTask } from '../tuning/tune.ts';
import type { Baseline, BaselineSettings } from './baseline.ts';
import { bestConstantBaseline } from './best-constant.ts';
import { maximumBaseline } from './constant.ts';
import { defaultHpaBaseline } from './default-hpa.ts';
import { demandRuleBaseline } from './demand-rule.ts';
import { tunedHpaBaseline } from './tuned-hpa.ts';
import { safetyStockBaseline } from './tuned-safety-stock.ts';

/** In the order of the tables. */
const BASELINES: readonly Baseline[] = [
  defaultHpaBaseline,
  tunedHpaBaseline,
  bestConstantBaseline,
  maximumBaseline,
  demandRuleBaseline,
  safetyStockBaseline,
];

/** Finds the settings of all baselines that have some, one after the other. Progress is in thousandths. */
export async function tuneBaselines(
  world: World,
  task: TuningTask,
  { signal, onProgress }: Control = {},
): Promise<BaselineSettings> {
  const tunings = BASELINES.flatMap(({ tuning }) => tuning ?? []);
  const found: [string, unknown][] = [];
  for (const [index, { key, find }] of tunings.entries()) {
    const settings = await find(world, task, {
      signal,
      onProgress: (done, total) => onProgress?.(Math.floor((1000 * (index + done / total)) / tunings.length), 1000),
    });
    found.push([key, settings]);
  }
  return { cost: world.cluster.objectives.cost, ...Object.fromEntries(found) };
}

export function baselineContenders(cluster: Cluster, found: BaselineSettings): Contender[] {
  return BASELINES.map(({ make }) => make(cluster, found)).map(({ name, system }) => ({ name, seeds: [system] }));
}
