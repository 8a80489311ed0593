import { join } from 'node:path';
import { writeFileAtomic } from '../../runs/atomic-file.ts';
import type { PhaseName } from '../../runs/events.ts';
import { artifactPath, type RunWriter } from '../../runs/run-directory.ts';
import type { JobContext } from '../running/context.ts';
import { asJson, type JobSummaries, type JobSummary } from '../running/summaries.ts';
import { withDefaults } from '../options/check-options.ts';
import type { JobOptions } from '../options/job-table.ts';
import { writeReport } from '../../reporting/write-report.ts';
import { POLICIES_FOLDER, REPORT_FILE, TRACES_FILE, TWIN_FOLDER } from '../../runs/artifacts.ts';
import { trainingOf, transferOf } from '../starting/prepare.ts';
import { gatherReport } from '../report-data.ts';
import { analyzeJob } from './analyze.ts';
import type { BackendName } from '../../spec/model.ts';
import { resolveTraining } from '../../training/setup.ts';
import { collectJob } from './collect.ts';
import { evaluateJob } from './evaluate.ts';
import { fitJob } from './fit.ts';
import { trainJob } from './train.ts';
import { transferJob } from './transfer.ts';

/** Seconds in stage `full` of the phase that transfers the policies to the emulated cluster. */
const FULL_FOR = 1800;
const TUNING_EPISODES = 4;
/** The phases that depend on changed specifications. */
const REFINED: ReadonlySet<PhaseName> = new Set(['training', 'analyzing', 'evaluating']);
/** Step of a checkpoint: the number of the phase times this, plus the phase's own step. */
const PHASE_STEP = 1000;

/** The contents of a checkpoint: summaries of the finished phases, and the state of the current one. */
interface PhasesState {
  readonly done: { readonly [P in PhaseName]?: JobSummary };
  readonly inner: unknown;
}

/**
 * Runs all phases in one run directory, each on what the earlier ones left in artifacts/, and writes report.html. A run that
 * refines another one uses its twin, judges its policies beside the new ones, and does not touch the cluster.
 */
export async function runAllJob(context: JobContext, options: JobOptions['run']): Promise<JobSummaries['run']> {
  const { run, model } = context;
  const { training, cores, hours, episodes, tuning, planned, refines, before } = options;
  const policies = artifactPath(run.directory, POLICIES_FOLDER);
  const twin = artifactPath(run.directory, TWIN_FOLDER);
  const traces = artifactPath(run.directory, TRACES_FILE);
  const common = { training, cores };
  const spec = trainingOf(model, training);
  const isReal = resolveTraining(model, training).cluster.metrics.source !== 'emulator';

  const all: readonly [PhaseName, (inner: JobContext) => Promise<JobSummary>][] = [
    ['collecting', (inner) => collectJob(inner, withDefaults('collect', { ...common, hours, traces }))],
    ['modeling', (inner) => fitJob(inner, withDefaults('fit', { ...common, traces, twin: spec.twin.kind }))],
    ['training', (inner) => trainJob(inner, trainOptions(run.directory, options, spec.backend))],
    ['analyzing', (inner) => analyzeJob(inner, withDefaults('analyze', { ...common, policies, episodes }))],
    [
      'evaluating',
      (inner) =>
        evaluateJob(
          inner,
          withDefaults('evaluate', {
            ...common,
            policies,
            before,
            episodes,
            tuning,
            tuningEpisodes: TUNING_EPISODES,
            planned,
          }),
        ),
    ],
    [
      'transferring',
      (inner) =>
        transferJob(
          inner,
          withDefaults('transfer', {
            ...common,
            policies,
            twin,
            traces,
            transfer: transferOf(model, '', spec),
            // A real cluster is written to only at a user's explicit request.
            upTo: isReal ? 'plan' : 'full',
            fullFor: FULL_FOR,
          }),
        ),
    ],
  ];
  const phases = refines === '' ? all : all.filter(([phase]) => REFINED.has(phase));
  if (refines === '') transferOf(model, '', spec); // fails before any phase starts
  let state = (context.checkpoint?.json as PhasesState | undefined) ?? { done: {}, inner: undefined };
  for (const [index, [phase, work]] of phases.entries()) {
    if (state.done[phase]) continue;
    const summary = await runPhase(context, phase, index * PHASE_STEP, state, work);
    state = { done: { ...state.done, [phase]: summary }, inner: undefined };
    run.saveCheckpoint((index + 1) * PHASE_STEP, { json: state, arrays: {} });
    context.signal.throwIfAborted();
  }
  // The report is only a view of the run and contains wall times, so the journal does not record it as an artifact.
  const report = join(run.directory, REPORT_FILE);
  writeFileAtomic(report, writeReport(gatherReport(run.directory)));
  return { ...state.done, report: REPORT_FILE };
}

/** Returns the options of the training phase, which the processes of the seeds use too. */
export function trainOptions(directory: string, options: JobOptions['run'], backend: BackendName): JobOptions['train'] {
  const { training, cores, steps, refines } = options;
  const twin = refines === '' ? artifactPath(directory, TWIN_FOLDER) : options.twin;
  return withDefaults('train', { training, cores, steps, twin, backend });
}

async function runPhase(
  context: JobContext,
  phase: PhaseName,
  firstStep: number,
  state: PhasesState,
  work: (inner: JobContext) => Promise<JobSummary>,
): Promise<JobSummary> {
  const { run, checkpoint, now } = context;
  const begin = now();
  run.journal.append('phase', { phase, state: 'started' });
  // The checkpoints of the phase are stored inside those of the whole run.
  const innerRun: RunWriter = {
    ...run,
    saveCheckpoint: (step, { json, arrays }) =>
      run.saveCheckpoint(firstStep + step, { json: { ...state, inner: json }, arrays }),
  };
  const inner = state.inner === undefined ? undefined : checkpoint && { ...checkpoint, json: state.inner };
  const summary = await work({ ...context, run: innerRun, checkpoint: inner });
  run.journal.append('phase', { phase, state: 'finished', summary: asJson(summary), seconds: (now() - begin) / 1000 });
  return summary;
}
