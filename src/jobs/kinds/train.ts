import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Emulator } from '../../cluster/emulator/emulator.ts';
import { loadRecords } from '../../cluster/episodes/load-records.ts';
import type { Backend } from '../../nn/backend.ts';
import { createTwinSimulation, loadTwin } from '../../modeling/twin.ts';
import { withIoErrors } from '../../runs/io-error.ts';
import type { Computed } from '../../runs/manifest.ts';
import { artifactPath, seedDirectory } from '../../runs/run-directory.ts';
import type { Selection } from '../../nn/select-backend.ts';
import { packPolicies } from '../../deciding/policy.ts';
import { resolveTraining, type TrainingSetup } from '../../training/setup.ts';
import { ALGORITHMS } from '../../training/algorithms.ts';
import { trainSeed } from '../../training/train.ts';
import { withBackend } from '../backend/backend.ts';
import type { JobContext } from '../running/context.ts';
import { seedSummary, type JobSummaries, type SeedSummary } from '../running/summaries.ts';
import type { JobOptions } from '../options/job-table.ts';
import { POLICIES_FOLDER, SEED_POLICIES_FILE } from '../../runs/artifacts.ts';
import { runSeeds } from '../seeds/seed-pool.ts';

/** Trains each seed in a separate process and collects the policies in artifacts/policies/<seed>.bin. */
export async function trainJob(context: JobContext, options: JobOptions['train']): Promise<JobSummaries['train']> {
  const { run, seeds, signal, onProgress, log } = context;
  const { cores } = options;
  const ended = await runSeeds({ runDirectory: run.directory, seeds, cores, signal, onProgress, onLog: log });
  const summaries = ended.map((summary) => seedSummary(summary));
  for (const seed of seeds) {
    const trained = artifactPath(seedDirectory(run.directory, seed), SEED_POLICIES_FILE);
    run.writeArtifact(
      join(POLICIES_FOLDER, `${seed}.bin`),
      withIoErrors(trained, () => readFileSync(trained)),
    );
  }
  const mean = (name: 'objective' | 'hpaObjective') =>
    summaries.reduce((sum, summary) => sum + summary[name], 0) / seeds.length;
  return {
    objective: mean('objective'),
    hpaObjective: mean('hpaObjective'),
    seeds: Object.fromEntries(seeds.map((seed, i) => [seed, summaries[i]])),
  };
}

/**
 * Trains one seed from its newest checkpoint on. `onBackend` is called as soon as the backend is known, and returns whether that
 * was news to the run, so that only one of several seeds reports a failed backend.
 */
export function trainSeedJob(
  context: JobContext,
  options: JobOptions['train'],
  onBackend: (computed: Computed) => boolean,
): Promise<SeedSummary> {
  const resolved = resolveTraining(context.model, options.training);
  const work = async (backend: Backend, { reason, warning }: Selection): Promise<SeedSummary> => {
    const { run, checkpoint, signal, onProgress, log } = context;
    const computed = { backend: backend.name, device: backend.device };
    const isNews = onBackend({ ...computed, backendReason: reason });
    if (warning !== undefined && isNews) log(warning, 'warning');
    const setup = await setUp(context, resolved, options, backend);
    const trained = await trainSeed(
      setup,
      context.seeds[0],
      {
        onIteration: (step, metrics) => run.journal.append('iteration', { step, metrics }),
        onJudgment: (step, system, metrics) => run.journal.append('evaluation', { step, system, metrics }),
        saveCheckpoint: (step, content) => run.saveCheckpoint(step, content),
        onProgress: (done, total) => onProgress({ done, total, unit: 'steps', what: 'training' }),
        signal,
      },
      checkpoint,
    );
    if (trained.state === 'stopped') throw signal.reason;
    run.writeArtifact(SEED_POLICIES_FILE, packPolicies(trained.policies));
    const { objective, hpaObjective, convergedAt } = trained;
    return { objective, hpaObjective, convergedAt, ...computed };
  };
  return withBackend(
    options.backend || resolved.training.backend,
    work,
    ALGORITHMS[resolved.training.algorithm.name].largestStep(resolved),
  );
}

async function setUp(
  { folder }: JobContext,
  resolved: ReturnType<typeof resolveTraining>,
  options: JobOptions['train'],
  backend: Backend,
): Promise<TrainingSetup> {
  const { cluster, scenarios } = resolved;
  const budget = { ...resolved.training.budget, ...(options.steps > 0 ? { steps: options.steps } : {}) };
  const twin = options.twin === '' ? undefined : loadTwin(options.twin);
  return {
    ...resolved,
    training: { ...resolved.training, budget },
    loads: await loadRecords(folder, scenarios),
    backend,
    makeSimulation: (environments) =>
      twin ? createTwinSimulation(twin, cluster, environments, backend) : new Emulator(cluster, environments),
  };
}
