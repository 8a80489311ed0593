import type { Random } from '../../cluster/random.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Control } from '../control.ts';
import type { World } from '../run-systems.ts';
import type { SearchSpace } from '../tuning/candidate-search.ts';
import { tune, type Tuned, type TuningTask } from '../tuning/tune.ts';
import { tunedBaseline } from './baseline.ts';
import { SAFETY_STOCK_HEADS, safetyStock, type SafetyStockSettings } from './safety-stock.ts';

/** Heads of the safety-stock rule, and how long it waits before it shrinks, for the cluster's weight of cost. */
export function tuneSafetyStock(
  world: World,
  task: TuningTask,
  control: Control = {},
): Promise<Tuned<SafetyStockSettings>> {
  const { cluster } = world;
  const known = { heads: cluster.services.map((_, i) => SAFETY_STOCK_HEADS[i] ?? 1.4), queue: 0.03, holdOff: 60 };
  return tune(world, { space: spaceOf(cluster), known: [known], systemOf: safetyStock }, task, control);
}

export const safetyStockBaseline = tunedBaseline(
  'safetyStock',
  async (world, task, control) => (await tuneSafetyStock(world, task, control)).settings,
  (settings) => {
    const system = safetyStock(settings);
    return { name: system.name, system };
  },
);

const HOLD_OFFS = [0, 15, 30, 45, 60, 90, 120, 180, 240, 300];

function spaceOf(cluster: Cluster): SearchSpace<SafetyStockSettings> {
  const head = (random: Random): number => random.between(1, 2.2);
  return {
    draw: (random) => {
      const common = head(random);
      const own = random.uniform() < 0.7;
      return {
        heads: cluster.services.map(() => (own ? head(random) : common)),
        queue: random.between(0, 0.1),
        holdOff: random.pick(HOLD_OFFS),
      };
    },
    neighbor: (of, random) => ({
      heads: of.heads.map((value) => (random.uniform() < 0.5 ? Math.max(1, value + 0.1 * random.normal()) : value)),
      queue: random.uniform() < 0.3 ? Math.max(0, of.queue + 0.02 * random.normal()) : of.queue,
      holdOff: random.uniform() < 0.3 ? random.pick(HOLD_OFFS) : of.holdOff,
    }),
  };
}
