import type { Algorithm, Cluster, Organization, Role, Scenario, SearchRange, Span, Training } from '../model.ts';
import { closest } from '../closest.ts';
import { presetOf } from '../presets.ts';
import { quoted } from '../schema/phrases.ts';
import type { SourceObject } from '../source-object.ts';
import { parseDuration } from '../units.ts';
import { checkAscending, type Context, type Declared } from './context.ts';

type Numbers = number | readonly [number, number];
type Plain = Omit<Algorithm, 'agentMode' | 'entropy' | 'learningRate' | 'maxGradient'>;

export interface TrainingSpec {
  readonly organization: string;
  readonly preset: Training['preset'];
  readonly twin: { readonly kind?: Training['twin']['kind']; readonly residual: Training['twin']['residual'] };
  readonly scenarios: readonly string[];
  readonly attacker: Training['attacker'];
  readonly algorithm: Partial<Plain> & {
    readonly agents?: Algorithm['agentMode'];
    readonly entropy?: Numbers;
    readonly learningRate?: Numbers;
    readonly maxGradient: Partial<Algorithm['maxGradient']>;
  };
  readonly budget: {
    readonly steps?: number;
    readonly episode?: string;
    readonly environments?: number;
    readonly horizon?: number;
  };
  readonly convergence: Training['convergence'];
  readonly seeds: readonly number[];
  readonly backend: Training['backend'];
  readonly search?: {
    readonly trials: number;
    readonly space: Readonly<Record<string, { readonly log?: Span; readonly uniform?: Span }>>;
  };
}

export interface Surroundings {
  readonly organizations: readonly Organization[];
  readonly clusters: readonly Cluster[];
  readonly roles: readonly Role[];
  readonly scenarios: readonly Scenario[];
}

const DEFAULT_INTERVAL = 30;

export function resolveTraining(
  { object, spec }: Declared<TrainingSpec>,
  context: Context,
  { organizations, clusters, roles, scenarios }: Surroundings,
): Training {
  context.refers(object, ['spec', 'organization'], 'Organization', spec.organization);
  spec.scenarios.forEach((name, index) => context.refers(object, ['spec', 'scenarios', index], 'Scenario', name));
  const organization = organizations.find(({ name }) => name === spec.organization);
  const cluster = clusters.find(({ name }) => name === organization?.cluster);
  const preset = presetOf(spec.preset, cluster?.decisionInterval ?? DEFAULT_INTERVAL);
  const { episode, ...counts } = spec.budget;
  const training: Training = {
    kind: 'Training',
    name: object.name,
    origin: object.origin,
    organization: spec.organization,
    preset: spec.preset,
    twin: {
      kind: spec.twin.kind ?? preset.twin,
      residual: { hidden: [...spec.twin.residual.hidden], learningRate: spec.twin.residual.learningRate },
    },
    scenarios: [...spec.scenarios],
    attacker: spec.attacker,
    algorithm: resolveAlgorithm(spec.algorithm, preset.algorithm),
    budget: { ...preset.budget, ...counts, ...(episode === undefined ? {} : { episode: parseDuration(episode) }) },
    convergence: { ...spec.convergence },
    seeds: [...spec.seeds],
    backend: spec.backend,
    ...(spec.search
      ? { search: { trials: spec.search.trials, space: resolveSpace(object, spec.search.space, roles) } }
      : {}),
  };
  checkBudget(object, training, cluster, scenarios);
  return training;
}

const span = (numbers: Numbers): Span => (typeof numbers === 'number' ? [numbers, numbers] : [numbers[0], numbers[1]]);

function resolveAlgorithm(spec: TrainingSpec['algorithm'], preset: Algorithm): Algorithm {
  const { agents, entropy, learningRate, maxGradient, ...rest } = spec;
  return {
    ...preset,
    ...rest,
    agentMode: agents ?? preset.agentMode,
    entropy: entropy === undefined ? preset.entropy : span(entropy),
    learningRate: learningRate === undefined ? preset.learningRate : span(learningRate),
    maxGradient: { ...preset.maxGradient, ...maxGradient },
  };
}

function checkBudget(
  object: SourceObject,
  { budget, algorithm, scenarios: names }: Training,
  cluster: Cluster | undefined,
  scenarios: readonly Scenario[],
): void {
  const { steps, episode, environments, horizon } = budget;
  const path = ['spec', 'budget', 'episode'];
  const interval = cluster?.decisionInterval;
  if (cluster && interval !== undefined && (episode < interval || episode % interval !== 0)) {
    const message = `budget.episode is ${episode}s, but must be a multiple of the decision interval of cluster ${cluster.name}, ${interval}s.`;
    object.report(path, 'episode-length', message);
  }
  const short = scenarios.find(({ name, duration }) => duration < episode && names.includes(name));
  if (short) {
    const message = `budget.episode is ${episode}s, but scenario ${short.name} lasts ${short.duration}s. Shorten the episode, or lengthen the scenario.`;
    object.report(path, 'episode-length', message);
  }
  const batch = environments * horizon;
  if (batch < algorithm.minibatches) {
    const message = `One update has ${environments} environments x ${horizon} steps = ${batch} steps, fewer than its ${algorithm.minibatches} minibatches. Raise environments or horizon.`;
    object.report(['spec', 'budget'], 'batch-too-small', message, { at: 'key' });
  } else if (steps < batch) {
    const message = `budget.steps is ${steps}, but one update needs ${environments} environments x ${horizon} steps = ${batch}. Raise steps, or lower environments or horizon.`;
    object.report(['spec', 'budget', 'steps'], 'batch-too-small', message);
  }
}

/** Numbers of the algorithm that a search may vary. */
const SEARCHABLE = ['clip', 'entropy', 'lambda', 'gamma', 'learningRate', 'criticLearningRate'] as const;

/** Computed once for the roles of a model. */
const keysOf = new WeakMap<readonly Role[], ReadonlySet<string>>();

function searchKeys(roles: readonly Role[]): ReadonlySet<string> {
  const before = keysOf.get(roles);
  if (before) return before;
  const keys = new Set<string>(SEARCHABLE);
  for (const role of [{ name: '*', settings: Object.assign({}, ...roles.map(({ settings }) => settings)) }, ...roles]) {
    keys.add(`roles.${role.name}.hardness`).add(`roles.${role.name}.bonus`);
    for (const setting of Object.keys(role.settings)) keys.add(`roles.${role.name}.settings.${setting}`);
  }
  keysOf.set(roles, keys);
  return keys;
}

function resolveSpace(
  object: SourceObject,
  space: NonNullable<TrainingSpec['search']>['space'],
  roles: readonly Role[],
): Record<string, SearchRange> {
  const known = searchKeys(roles);
  const entries = Object.entries(space).map(([key, { log, uniform }]): [string, SearchRange] => {
    const path = ['spec', 'search', 'space', key];
    if (!known.has(key)) {
      const suggestion = closest(key, [...known]);
      const advice = suggestion
        ? `Did you mean ${suggestion}?`
        : `There is: ${SEARCHABLE.join(', ')}, roles.*.hardness.`;
      const message = `Nothing named ${quoted(key)} can be searched. ${advice}`;
      object.report(
        path,
        'unknown-search-key',
        message,
        suggestion ? { at: 'key', replaceBy: suggestion } : { at: 'key' },
      );
    }
    const [low, high] = (log ?? uniform)!;
    checkAscending(object, [...path, log ? 'log' : 'uniform'], low, high, ['The lowest value', 'the highest'], true);
    return [key, log ? { log: [low, high] } : { uniform: [low, high] }];
  });
  return Object.fromEntries(entries);
}
