import { loadRecords } from '../../cluster/episodes/load-records.ts';
import { baselineContenders, tuneBaselines } from '../../evaluating/baselines/all.ts';
import type { BaselineSettings } from '../../evaluating/baselines/baseline.ts';
import { DEFAULT_HPA_NAME } from '../../evaluating/baselines/default-hpa.ts';
import { TUNED_HPA_NAME } from '../../evaluating/baselines/tuned-hpa.ts';
import { evaluate } from '../../evaluating/evaluate.ts';
import { ALL, overEpisodes, type Evaluation } from '../../evaluating/evaluation.ts';
import { byMetric, type Metric } from '../../evaluating/metrics.ts';
import { PLANNER } from '../../evaluating/planner/planner.ts';
import { drawSharedEpisodes } from '../../evaluating/shared-episodes.ts';
import { evaluationCsv, evaluationMarkdown, evaluationText, type Provenance } from '../../evaluating/tables.ts';
import { BEFORE_NAME, KARMA_NAME } from '../../runs/system-names.ts';
import { readManifest } from '../../runs/manifest.ts';
import type { SplitName } from '../../spec/model.ts';
import { policySystem } from '../../deciding/policy.ts';
import { resolveTraining } from '../../training/setup.ts';
import { EPISODES_FILE, EVALUATION_FILE, MARKDOWN_TABLES_FILE, TABLES_FILE } from '../../runs/artifacts.ts';
import { withBackend } from '../backend/backend.ts';
import type { JobContext } from '../running/context.ts';
import type { JobSummaries } from '../running/summaries.ts';
import type { JobOptions, WorldName } from '../options/job-table.ts';
import { makeWorld, worldFor } from '../running/worlds.ts';
import { readPolicies } from './policies.ts';

/** Seed of the judging episodes. Tuning uses the same seed but other splits, so the two have no episode in common. */
const EPISODE_SEED = 1;
/** Share of the tuning candidates that are drawn at random; the others are drawn near the best, in this many rounds. */
const DRAWN = 0.6;
const ROUNDS = 12;
/** Returns the names of the systems with which the others are compared in pairs. */
export function basesOf({ systems }: Evaluation): string[] {
  const isThere = (name: string) => systems.some((system) => system.name === name);
  return [BEFORE_NAME, TUNED_HPA_NAME, DEFAULT_HPA_NAME].filter(isThere);
}

/** Compares KARMA with other autoscalers and with the limit: artifacts/evaluation.{json,csv,md,txt}. */
export function evaluateJob(context: JobContext, options: JobOptions['evaluate']): Promise<JobSummaries['evaluate']> {
  return withBackend('wasm', async (backend) => {
    const { model, folder, run, checkpoint, signal, onProgress } = context;
    const { cluster, scenarios, training } = resolveTraining(model, options.training);
    const loads = await loadRecords(folder, scenarios);
    const worldName = options.on || worldFor(training);
    const world = makeWorld(worldName, cluster);
    const control = (what: string) => ({
      signal,
      onProgress: (done: number, total: number) => onProgress({ done, total, unit: 'parts', what }),
    });
    const episodesOf = (split: SplitName, perScenario: number) =>
      drawSharedEpisodes(cluster, scenarios, loads, { split, perScenario, seed: EPISODE_SEED });

    // Policies of other services are refused before minutes of tuning.
    const contender = (name: string, folder: string) => ({
      name,
      seeds: readPolicies(folder, cluster).map((policies) => policySystem(name, policies, backend)),
    });
    const karma = contender(KARMA_NAME, options.policies);
    const earlier = options.before === '' ? [] : [contender(BEFORE_NAME, options.before)];

    // Tuning takes the most time, so a checkpoint keeps its result.
    let found = checkpoint?.json as BaselineSettings | undefined;
    if (!found) {
      const task = {
        train: episodesOf('train', options.tuningEpisodes),
        choose: episodesOf('choose', options.tuningEpisodes),
        seed: EPISODE_SEED,
        effort: effortOf(options.tuning),
      };
      found = await tuneBaselines(world, task, control('tuning the baselines'));
      run.saveCheckpoint(1, { json: found, arrays: {} });
    }
    const evaluation = await evaluate(
      {
        world,
        scenarios,
        loads,
        contenders: [karma, ...earlier, ...baselineContenders(cluster, found)],
        perScenario: options.episodes,
        seed: EPISODE_SEED,
        ...(options.planned > 0 ? { planner: { settings: PLANNER, perScenario: options.planned } } : {}),
      },
      control('evaluating'),
    );
    const provenance = provenanceOf(run.directory, options, worldName);
    run.writeArtifact(EVALUATION_FILE, JSON.stringify(evaluation));
    run.writeArtifact(EPISODES_FILE, evaluationCsv(evaluation));
    const bases = basesOf(evaluation);
    run.writeArtifact(MARKDOWN_TABLES_FILE, evaluationMarkdown(evaluation, bases, provenance));
    run.writeArtifact(TABLES_FILE, evaluationText(evaluation, bases, provenance));
    const mean = (system: (typeof evaluation.systems)[number], metric: Metric) =>
      overEpisodes(evaluation, system, metric, ALL).mean;
    for (const system of evaluation.systems) {
      const metrics = byMetric((metric) => mean(system, metric));
      run.journal.append('evaluation', { system: system.name, metrics });
    }
    return {
      episodes: evaluation.episodes.length,
      J: Object.fromEntries(evaluation.systems.map((system) => [system.name, mean(system, 'objective')])),
    };
  });
}

function effortOf(candidates: number) {
  const perRound = Math.max(1, Math.round(((1 - DRAWN) * candidates) / ROUNDS));
  return { random: Math.ceil(DRAWN * candidates), rounds: ROUNDS, perRound };
}

function provenanceOf(directory: string, options: JobOptions['evaluate'], on: WorldName): Provenance {
  const { machine, versions } = readManifest(directory);
  const { training, episodes, planned, tuning, tuningEpisodes } = options;
  return {
    command: `karma-mas evaluate --training ${training} --on ${on} --episodes ${episodes} --planned ${planned} --tuning ${tuning} --tuning-episodes ${tuningEpisodes}`,
    machine: `${machine.cores} x ${machine.cpu}, Node ${versions.node}`,
  };
}
