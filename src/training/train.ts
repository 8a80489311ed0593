/**
 * Trains the policies of one seed: iterates, judges the greedy policies now and then on the days kept for choosing, keeps
 * the best, and leaves checkpoints from which it goes on bit for bit.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { defaultHpa } from '../cluster/hpa/controller.ts';
import { runEpisodes } from '../cluster/simulation/run-controller.ts';
import type { System } from '../cluster/simulation/simulation.ts';
import type { Content, TypedArray } from '../runs/checkpoints.ts';
import type { TrainingMetrics } from './mappo/metrics.ts';
import { policySystem, type Policies } from '../deciding/policy.ts';
import { episodePool, type TrainingSetup } from './setup.ts';
import { Trainer } from './mappo/mappo.ts';

/** Distinct training episodes to cut from: enough that none is learned by heart. */
const TRAINING_EPISODES = 600;
/** Judged so many times over the budget, on so many episodes of the days for choosing. */
const JUDGEMENTS = 20;
const CHOOSING_EPISODES = 40;
/** Iterations between checkpoints: a few seconds of work. */
const CHECKPOINT_EVERY = 25;
/** Seeds of episodes; far from each other, so that no split shares an episode. */
const TRAIN_SEED = 1_000_000;
const CHOOSE_SEED = 2_000_000;

export interface TrainHooks {
  onIteration(step: number, metrics: TrainingMetrics): void;
  /** Mean J of the greedy policies and of the default HPA on the episodes for choosing. */
  onJudgement(step: number, system: string, metrics: TrainingMetrics): void;
  saveCheckpoint(step: number, content: Content): void;
  onProgress(done: number, total: number): void;
  readonly signal: AbortSignal;
}

export interface TrainedSeed {
  readonly state: 'finished' | 'stopped';
  /** The best judged so far. */
  readonly policies: Policies;
  /** Mean J on the episodes for choosing, of the policies and of the default HPA. */
  readonly objective: number;
  readonly hpaObjective: number;
  /** Step at which the convergence rule first held; 0 = it did not. */
  readonly convergedAt: number;
}

/** Aborting `signal` ends after the current iteration, with a checkpoint. */
export async function trainSeed(
  setup: TrainingSetup,
  seed: number,
  hooks: TrainHooks,
  checkpoint?: Content,
): Promise<TrainedSeed> {
  const { cluster, training, backend } = setup;
  const total = training.budget.steps;
  const trainer = new Trainer({
    ...setup,
    seed,
    episodes: TRAINING_EPISODES,
    episodeAt: episodePool(setup, 'train', TRAIN_SEED),
  });
  const chooseAt = episodePool(setup, 'choose', CHOOSE_SEED);
  const choosing = Array.from({ length: CHOOSING_EPISODES }, (_, i) => chooseAt(i));
  // A judgement takes about a second and is not interrupted: a stop between it and its iteration would lose it.
  const judge = async (system: System): Promise<number> => {
    const results = await runEpisodes(setup.makeSimulation, system, cluster, choosing, {
      signal: new AbortController().signal,
    });
    return results.reduce((sum, result) => sum + result.objective, 0) / results.length;
  };
  let best = new Best();
  if (checkpoint) {
    trainer.restore(checkpoint);
    best = Best.restore(checkpoint);
  }
  const save = () => hooks.saveCheckpoint(trainer.steps, best.addTo(trainer.save()));

  if (Number.isNaN(best.hpaObjective)) {
    best.hpaObjective = await judge(defaultHpa);
    hooks.onJudgement(0, 'hpa', { objective: best.hpaObjective });
  }
  while (!trainer.finished && !hooks.signal.aborted) {
    const metrics = trainer.iterate();
    hooks.onIteration(trainer.steps, metrics);
    if (isJudgementDue(trainer, total)) {
      const policies = trainer.policies();
      const objective = await judge(policySystem('karma', policies, backend));
      hooks.onJudgement(trainer.steps, 'karma', { objective });
      best.offer(objective, policies);
    }
    if (trainer.iteration % CHECKPOINT_EVERY === 0 || trainer.finished) save();
    hooks.onProgress(Math.min(trainer.steps, total), total);
    await breathe();
  }
  const state = trainer.finished ? 'finished' : 'stopped';
  if (state === 'stopped') save();
  const result: TrainedSeed = {
    state,
    policies: best.policiesFrom(trainer.policies()),
    objective: best.objective,
    hpaObjective: best.hpaObjective,
    convergedAt: trainer.convergedAt,
  };
  trainer.dispose();
  return result;
}

function isJudgementDue(trainer: Trainer, total: number): boolean {
  const perJudgement = total / JUDGEMENTS;
  const before = trainer.steps - trainer.stepsPerIteration;
  return trainer.finished || Math.floor(trainer.steps / perJudgement) > Math.floor(before / perJudgement);
}

/** The best policies so far, by the days kept for choosing. */
class Best {
  objective = -Infinity;
  hpaObjective = NaN;
  #steps = 0;
  #weights: Float32Array[] = [];
  /** Of the critic beside them; undefined where they come from a checkpoint of an earlier version. */
  #critic: Float32Array | undefined;

  offer(objective: number, policies: Policies): void {
    if (objective <= this.objective) return;
    this.objective = objective;
    this.#steps = policies.steps;
    this.#weights = policies.agents.map((agent) => agent.weights);
    this.#critic = policies.critic?.weights;
  }

  policiesFrom(present: Policies): Policies {
    if (this.#weights.length === 0) return present;
    const agents = present.agents.map((agent, a) => ({ ...agent, weights: this.#weights[a] }));
    const { critic, ...rest } = present;
    const kept = critic && this.#critic ? { critic: { ...critic, weights: this.#critic } } : {};
    return { ...rest, steps: this.#steps, agents, ...kept };
  }

  addTo({ json, arrays }: Content): Content {
    const weights = this.#weights.map((array, a): [string, TypedArray] => [`best${a}`, array]);
    const best = { objective: finite(this.objective), hpaObjective: finite(this.hpaObjective), steps: this.#steps };
    const critic = this.#critic ? { bestCritic: this.#critic } : {};
    return { json: { ...(json as object), best }, arrays: { ...arrays, ...Object.fromEntries(weights), ...critic } };
  }

  static restore({ json, arrays }: Content): Best {
    const saved = (json as { best: { objective: number | null; hpaObjective: number | null; steps: number } }).best;
    const best = new Best();
    best.objective = saved.objective ?? -Infinity;
    best.hpaObjective = saved.hpaObjective ?? NaN;
    best.#steps = saved.steps;
    for (let a = 0; `best${a}` in arrays; a++) best.#weights.push(arrays[`best${a}`] as Float32Array);
    best.#critic = arrays.bestCritic as Float32Array | undefined;
    return best;
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
