import { Emulator } from '../../../cluster/emulator/emulator.ts';
import { loadRecords } from '../../../cluster/episodes/load-records.ts';
import { defaultHpa, hpaSystem } from '../../../cluster/hpa/controller.ts';
import type { HpaSettings } from '../../../cluster/hpa/settings.ts';
import { bestConstant } from '../../../evaluating/baselines/best-constant.ts';
import { constant, everythingAtMaximum } from '../../../evaluating/baselines/constant.ts';
import { PLANNER } from '../../../evaluating/baselines/planner.ts';
import { safetyStock, type SafetyStockSettings } from '../../../evaluating/baselines/safety-stock.ts';
import { tuneHpa } from '../../../evaluating/baselines/tune-hpa.ts';
import { tuneSafetyStock } from '../../../evaluating/baselines/tune-safety-stock.ts';
import { evaluate, type Contender } from '../../../evaluating/evaluate.ts';
import { ALL, METRIC_NAMES, overEpisodes } from '../../../evaluating/evaluation.ts';
import { drawMatches } from '../../../evaluating/matches.ts';
import type { World } from '../../../evaluating/play.ts';
import { evaluationCsv, evaluationMarkdown, evaluationText, type Provenance } from '../../../evaluating/tables.ts';
import { readManifest } from '../../../runs/manifest.ts';
import type { SplitName } from '../../../spec/model.ts';
import { policySystem } from '../../../training/policy.ts';
import { resolveTraining } from '../../../training/setup.ts';
import { withBackend } from '../backend.ts';
import type { JobContext, Summary } from '../context.ts';
import type { JobOptions } from '../options.ts';
import { readPolicies } from './policies.ts';

/** Settings found on training days: kept in checkpoints, since finding them takes the most time. */
interface Found {
  readonly hpa?: readonly HpaSettings[];
  readonly safetyStock?: SafetyStockSettings;
  readonly constant?: readonly number[];
}

/** Seed of the judging episodes; those for tuning come from the same seed in other splits, and share none. */
const EPISODE_SEED = 1;
const TUNING_EPISODES = { train: 4, choose: 4 };
/** Shares of the candidates: drawn anew, and near the best, in rounds. */
const DRAWN = 0.6;
const ROUNDS = 12;

/** KARMA against autoscalers and the limit: artifacts/evaluation.{json,csv,md}. */
export function evaluateJob(context: JobContext, options: JobOptions['evaluate']): Promise<Summary> {
  return withBackend('wasm', async (backend) => {
    const { model, folder, run, signal, onProgress } = context;
    const { cluster, scenarios } = resolveTraining(model, options.training);
    const loads = await loadRecords(folder, scenarios);
    const world: World = { cluster, simulate: (environments) => new Emulator(cluster, environments) };
    const progress = (what: string) => (done: number, total: number) =>
      onProgress({ done, total, unit: 'parts', what });
    const control = (what: string) => ({ signal, onProgress: progress(what) });
    const matches = (split: SplitName, perScenario: number) =>
      drawMatches(cluster, scenarios, loads, { split, perScenario, seed: EPISODE_SEED });

    let found = (context.checkpoint?.json ?? {}) as Found;
    const keep = (more: Found) => {
      found = { ...found, ...more };
      run.saveCheckpoint(Object.keys(found).length, { json: found, arrays: {} });
    };
    const tuning = {
      train: matches('train', TUNING_EPISODES.train),
      choose: matches('choose', TUNING_EPISODES.choose),
    };
    const perRound = Math.max(1, Math.round(((1 - DRAWN) * options.tuning) / ROUNDS));
    const effort = { random: Math.ceil(DRAWN * options.tuning), rounds: ROUNDS, perRound };
    if (!found.constant)
      keep({
        constant: (await bestConstant(world, tuning.train, control('finding the best constant'))).candidate,
      });
    if (!found.hpa)
      keep({
        hpa: (await tuneHpa(world, tuning, EPISODE_SEED, effort, control('tuning the HPA'))).settings,
      });
    if (!found.safetyStock)
      keep({
        safetyStock: (await tuneSafetyStock(world, tuning, EPISODE_SEED, effort, control('tuning the safety stock')))
          .settings,
      });

    const contenders: Contender[] = [
      {
        name: 'KARMA',
        seeds: readPolicies(options.policies).map((policies) => policySystem('KARMA', policies, backend)),
      },
      { name: 'tuned HPA', seeds: [hpaSystem('tuned HPA', found.hpa!)] },
      { name: 'default HPA', seeds: [defaultHpa] },
      { name: 'safety stock', seeds: [safetyStock(found.safetyStock!)] },
      { name: `constant ${found.constant!.join(',')}`, seeds: [constant('constant', found.constant!)] },
      { name: 'everything at maximum', seeds: [everythingAtMaximum(cluster)] },
    ];
    const evaluation = await evaluate(
      {
        world,
        scenarios,
        loads,
        contenders,
        perScenario: options.episodes,
        seed: EPISODE_SEED,
        ...(options.planned > 0 ? { planner: { settings: PLANNER, perScenario: options.planned } } : {}),
      },
      control('evaluating'),
    );
    const bases = ['tuned HPA', 'default HPA'];
    const provenance = provenanceOf(run.directory, options);
    run.writeArtifact('evaluation.json', JSON.stringify(evaluation));
    run.writeArtifact('evaluation.csv', evaluationCsv(evaluation));
    run.writeArtifact('evaluation.md', evaluationMarkdown(evaluation, bases, provenance));
    run.writeArtifact('evaluation.txt', evaluationText(evaluation, bases, provenance));
    for (const system of evaluation.systems) {
      const metrics = METRIC_NAMES.map(
        (metric) => [metric, overEpisodes(evaluation, system, metric, ALL).mean] as const,
      );
      run.journal.append('evaluation', { system: system.name, metrics: Object.fromEntries(metrics) });
    }
    return {
      episodes: evaluation.episodes.length,
      J: Object.fromEntries(
        evaluation.systems.map((system) => [system.name, overEpisodes(evaluation, system, 'objective', ALL).mean]),
      ),
    };
  });
}

function provenanceOf(directory: string, options: JobOptions['evaluate']): Provenance {
  const { machine, versions } = readManifest(directory);
  return {
    command: `karma-mas evaluate --episodes ${options.episodes} --planned ${options.planned} --tuning ${options.tuning}`,
    machine: `${machine.cores} x ${machine.cpu}, Node ${versions.node}`,
  };
}
