import type { Random } from '../../cluster/random.ts';
import { hpaSystem } from '../../cluster/hpa/controller.ts';
import { DEFAULT_HPA, type HpaSettings, type ScalingPolicy, type ScalingRules } from '../../cluster/hpa/settings.ts';
import type { Cluster } from '../../spec/model.ts';
import type { Control } from '../control.ts';
import type { World } from '../run-systems.ts';
import type { SearchSpace } from '../tuning/candidate-search.ts';
import { tune, type TunableSystem, type Tuned, type TuningTask } from '../tuning/tune.ts';
import { tunedBaseline } from './baseline.ts';

export const TUNED_HPA_NAME = 'tuned hpa';

/** What is searched: targets and minimum replicas per service, the rest in common. */
interface Genes {
  readonly targets: readonly number[];
  readonly minReplicas: readonly number[];
  readonly tolerance: number;
  readonly scaleUp: ScalingRules;
  readonly scaleDown: ScalingRules;
}

/**
 * The HPA with the settings that suit this cluster, its scenarios and its weight of cost best: an HPA as good as an
 * administrator could make it. Searches the target (.4 to .95, per service or common), the tolerance, both
 * stabilization windows, both policies and the minimum replicas; the default HPA takes part. Returns one HpaSettings
 * per service.
 */
export async function tuneHpa(
  world: World,
  task: TuningTask,
  control: Control = {},
): Promise<Tuned<readonly HpaSettings[]>> {
  const { cluster } = world;
  const known: Genes = {
    targets: cluster.services.map(() => DEFAULT_HPA.cpuTarget),
    minReplicas: cluster.services.map((service) => service.replicas.min),
    tolerance: DEFAULT_HPA.tolerance,
    scaleUp: DEFAULT_HPA.scaleUp,
    scaleDown: DEFAULT_HPA.scaleDown,
  };
  const tunable: TunableSystem<Genes> = {
    space: spaceOf(cluster),
    known: [known],
    systemOf: (genes) => hpaSystem(TUNED_HPA_NAME, settingsOf(genes)),
  };
  const tuned = await tune(world, tunable, task, control);
  return { ...tuned, settings: settingsOf(tuned.settings) };
}

export const tunedHpaBaseline = tunedBaseline(
  'hpa',
  async (world, task, control) => (await tuneHpa(world, task, control)).settings,
  (settings) => ({ name: TUNED_HPA_NAME, system: hpaSystem(TUNED_HPA_NAME, settings) }),
);

function settingsOf({ targets, minReplicas, tolerance, scaleUp, scaleDown }: Genes): HpaSettings[] {
  return targets.map((cpuTarget, i) => ({ cpuTarget, minReplicas: minReplicas[i], tolerance, scaleUp, scaleDown }));
}

const pods = (value: number, periodSeconds: number): ScalingPolicy => ({ type: 'Pods', value, periodSeconds });
const percent = (value: number, periodSeconds: number): ScalingPolicy => ({ type: 'Percent', value, periodSeconds });

const UP_WINDOWS = [0, 0, 15, 30, 60];
const DOWN_WINDOWS = [0, 15, 30, 45, 60, 90, 120, 180, 300, 600];
const UP_POLICIES = [DEFAULT_HPA.scaleUp.policies, [pods(1, 15)], [pods(2, 15)], [pods(1, 30)], [pods(2, 60)]];
const DOWN_POLICIES = [
  DEFAULT_HPA.scaleDown.policies,
  [pods(1, 15)],
  [pods(1, 30)],
  [pods(1, 60)],
  [pods(2, 30)],
  [pods(1, 120)],
  [percent(50, 60)],
];

const rules = (
  random: Random,
  windows: readonly number[],
  policies: readonly (readonly ScalingPolicy[])[],
): ScalingRules => ({
  stabilizationSeconds: random.pick(windows),
  policies: random.pick(policies),
  selectPolicy: 'Max',
});

function spaceOf(cluster: Cluster): SearchSpace<Genes> {
  const minimums = (random: Random): number[] =>
    cluster.services.map(({ replicas: { min, max } }) =>
      random.uniform() < 0.5 ? min : random.integer(min, Math.max(min, max - 1)),
    );
  const target = (value: number): number => Math.max(0.4, Math.min(0.95, value));
  return {
    draw: (random) => {
      const common = random.between(0.4, 0.95);
      const own = random.uniform() < 0.6;
      return {
        targets: cluster.services.map(() => (own ? random.between(0.4, 0.95) : common)),
        minReplicas: random.uniform() < 0.6 ? cluster.services.map(({ replicas }) => replicas.min) : minimums(random),
        tolerance: random.between(0, 0.2),
        scaleUp: rules(random, UP_WINDOWS, UP_POLICIES),
        scaleDown: rules(random, DOWN_WINDOWS, DOWN_POLICIES),
      };
    },
    neighbor: (of, random) => {
      const sometimes = (): boolean => random.uniform() < 0.25;
      return {
        targets: of.targets.map((value) => (random.uniform() < 0.5 ? target(value + 0.06 * random.normal()) : value)),
        minReplicas: sometimes()
          ? of.minReplicas.map((value, i) => {
              const { min, max } = cluster.services[i].replicas;
              return Math.max(min, Math.min(max, value + random.integer(-1, 1)));
            })
          : of.minReplicas,
        tolerance: sometimes() ? Math.max(0, Math.min(0.3, of.tolerance + 0.03 * random.normal())) : of.tolerance,
        scaleUp: sometimes() ? rules(random, UP_WINDOWS, UP_POLICIES) : of.scaleUp,
        scaleDown: sometimes() ? rules(random, DOWN_WINDOWS, DOWN_POLICIES) : of.scaleDown,
      };
    },
  };
}
