/**
 * The seam of training: what an algorithm must offer so that `trainSeed` (train.ts) can run it, judge its policies, keep the best of
 * them and resume it. The algorithms stand by name in algorithms.ts.
 */
import type { Episode } from '../cluster/simulation/simulation.ts';
import type { Policies } from '../deciding/policy.ts';
import type { Content } from '../runs/checkpoints.ts';
import type { MetricName } from '../runs/metric-names.ts';
import type { TrainingSetup } from './setup.ts';

/** What an iteration reports. */
export type TrainingMetrics = Readonly<Partial<Record<MetricName, number>>>;

/** Training of one seed. */
export interface TrainingAlgorithm {
  /** Environment steps taken so far; the training ends when they reach the budget. */
  readonly steps: number;
  /** Calls of `iterate` so far, those before a resume included. */
  readonly iteration: number;
  /** The step at which the convergence rule first held; 0 = it has not held yet. */
  readonly convergedAt: number;
  /** Gathers experience and learns from it. Lasts seconds at most: a run stops and reports between two iterations. */
  iterate(): TrainingMetrics;
  /** The policies as they are now. How they choose is a matter of deciding/policy.ts `policySystem`. */
  policies(): Policies;
  /** Everything that the next iteration depends on: a resumed training equals an uninterrupted one bit for bit. */
  save(): Content;
  /** Takes back what `save` gave, on a fresh object with the same options. */
  restore(content: Content): void;
  dispose(): void;
}

export interface AlgorithmOptions extends TrainingSetup {
  readonly seed: number;
  /** How many training episodes there are to cut from. */
  readonly episodes: number;
  /** The training episodes by index, 0 to episodes - 1; made on demand. */
  readonly episodeAt: (index: number) => Episode;
}

export interface AlgorithmEntry {
  make(options: AlgorithmOptions): TrainingAlgorithm;
  /** Parameters times rows of its largest training step, by which the backend 'auto' decides whether a GPU pays. */
  largestStep(setup: Pick<TrainingSetup, 'cluster' | 'training' | 'layouts'>): number;
}
