/**
 * Trains the policies of one seed: iterates an algorithm, judges the policies at intervals on the days kept for choosing, keeps the
 * best, and writes checkpoints from which a training resumes bit for bit.
 */
import { breathe } from '../cluster/breathe.ts';
import { defaultHpa } from '../cluster/hpa/controller.ts';
import { runEpisodes } from '../cluster/simulation/run-controller.ts';
import type { System } from '../cluster/simulation/simulation.ts';
import type { Content } from '../runs/checkpoints.ts';
import { packPolicies, policySystem, unpackPolicies, type Policies } from '../deciding/policy.ts';
import type { TrainingMetrics } from './algorithm.ts';
import { ALGORITHMS } from './algorithms.ts';
import { episodePool, type TrainingSetup } from './setup.ts';

/** Distinct training episodes to cut from, so many that none is memorized. */
const TRAINING_EPISODES = 600;
/** The policies are judged this many times over the budget, on this many episodes of the days kept for choosing. */
const JUDGMENTS = 20;
const CHOOSING_EPISODES = 40;
/** Iterations between checkpoints: a few seconds of work. */
const CHECKPOINT_EVERY = 25;
/** First seeds of the episodes, far enough apart that training and choosing share no episode. */
const TRAIN_SEED = 1_000_000;
const CHOOSE_SEED = 2_000_000;

export interface TrainHooks {
  onIteration(step: number, metrics: TrainingMetrics): void;
  /** Mean J of the policies ('karma') or of the default HPA ('hpa') on the episodes for choosing. */
  onJudgment(step: number, system: string, metrics: { readonly objective: number }): void;
  saveCheckpoint(step: number, content: Content): void;
  onProgress(done: number, total: number): void;
  readonly signal: AbortSignal;
}

export interface TrainedSeed {
  readonly state: 'finished' | 'stopped';
  /** The best judged so far. */
  readonly policies: Policies;
  /** Mean J of the policies and of the default HPA on the episodes for choosing. */
  readonly objective: number;
  readonly hpaObjective: number;
  /** The step at which the convergence rule first held; 0 = it never did. */
  readonly convergedAt: number;
}

/** Trains with the algorithm of the setup's training. Aborting `signal` ends it after the current iteration, with a checkpoint. */
export async function trainSeed(
  setup: TrainingSetup,
  seed: number,
  hooks: TrainHooks,
  checkpoint?: Content,
): Promise<TrainedSeed> {
  const { cluster, training, backend } = setup;
  const total = training.budget.steps;
  const algorithm = ALGORITHMS[training.algorithm.name].make({
    ...setup,
    seed,
    episodes: TRAINING_EPISODES,
    episodeAt: episodePool(setup, 'train', TRAIN_SEED),
  });
  const chooseAt = episodePool(setup, 'choose', CHOOSE_SEED);
  const choosing = Array.from({ length: CHOOSING_EPISODES }, (_, i) => chooseAt(i));
  // A judgment takes about a second and is not interrupted: a stop between it and its iteration would lose it.
  const judge = async (system: System): Promise<number> => {
    const results = await runEpisodes(setup.makeSimulation, system, cluster, choosing, {
      signal: new AbortController().signal,
    });
    return results.reduce((sum, result) => sum + result.objective, 0) / results.length;
  };
  let best = new Best();
  if (checkpoint) {
    algorithm.restore(checkpoint);
    best = Best.restore(checkpoint);
  }
  const isFinished = () => algorithm.steps >= total;
  const save = () => hooks.saveCheckpoint(algorithm.steps, best.addTo(algorithm.save()));

  if (Number.isNaN(best.hpaObjective)) {
    best.hpaObjective = await judge(defaultHpa);
    hooks.onJudgment(0, 'hpa', { objective: best.hpaObjective });
  }
  while (!isFinished() && !hooks.signal.aborted) {
    const before = algorithm.steps;
    const metrics = algorithm.iterate();
    hooks.onIteration(algorithm.steps, metrics);
    if (isFinished() || isJudgmentDue(before, algorithm.steps, total)) {
      const policies = algorithm.policies();
      const objective = await judge(policySystem('karma', policies, backend));
      hooks.onJudgment(algorithm.steps, 'karma', { objective });
      best.offer(objective, policies);
    }
    if (algorithm.iteration % CHECKPOINT_EVERY === 0 || isFinished()) save();
    hooks.onProgress(Math.min(algorithm.steps, total), total);
    await breathe();
  }
  const state = isFinished() ? 'finished' : 'stopped';
  if (state === 'stopped') save();
  const result: TrainedSeed = {
    state,
    policies: best.policies ?? algorithm.policies(),
    objective: best.objective,
    hpaObjective: best.hpaObjective,
    convergedAt: algorithm.convergedAt,
  };
  algorithm.dispose();
  return result;
}

/** Whether an iteration from `before` to `after` steps reached another part of the budget. */
function isJudgmentDue(before: number, after: number, total: number): boolean {
  const perJudgment = total / JUDGMENTS;
  return Math.floor(after / perJudgment) > Math.floor(before / perJudgment);
}

/** The best policies so far, by the days kept for choosing. */
export class Best {
  policies: Policies | undefined;
  objective = -Infinity;
  /** Of the default HPA on the same episodes; NaN = not judged yet. */
  hpaObjective = NaN;

  /** Keeps the policies if they are better. An objective that is no number is never better. */
  offer(objective: number, policies: Policies): void {
    if (!(objective > this.objective)) return;
    this.objective = objective;
    this.policies = policies;
  }

  addTo({ json, arrays }: Content): Content {
    const best = { objective: finite(this.objective), hpaObjective: finite(this.hpaObjective) };
    return {
      json: { ...(json as object), best },
      arrays: { ...arrays, ...(this.policies ? { best: packPolicies(this.policies) } : {}) },
    };
  }

  static restore({ json, arrays }: Content): Best {
    const saved = (json as { best: { objective: number | null; hpaObjective: number | null } }).best;
    const best = new Best();
    best.hpaObjective = saved.hpaObjective ?? NaN;
    // A checkpoint of an earlier version kept the best in another form: the search for the best begins anew there.
    if (!(arrays.best instanceof Uint8Array)) return best;
    best.policies = unpackPolicies(arrays.best);
    best.objective = saved.objective ?? -Infinity;
    return best;
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
