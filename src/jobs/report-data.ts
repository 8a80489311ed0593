import { existsSync, readFileSync } from 'node:fs';
import type { Analysis } from '../analyzing/analysis.ts';
import type { Evaluation } from '../evaluating/evaluation.ts';
import type { TwinReport } from '../modeling/fit-twin.ts';
import { settledEvents, type Json, type JournalEvent } from '../runs/events.ts';
import { withIoErrors } from '../runs/io-error.ts';
import { isJobKind } from '../runs/job-kinds.ts';
import { readJournal } from '../runs/journal.ts';
import { readManifest, type Manifest } from '../runs/manifest.ts';
import { artifactPath, journalPath, seedDirectory } from '../runs/run-directory.ts';
import { resolveTraining } from '../training/setup.ts';
import type { AuditRecord } from '../transferring/audit.ts';
import type { LearningCurves, PhaseSummary, ReportData, SeedCurve, TransferData } from '../reporting/data.ts';
import { ANALYSIS_FILE, AUDIT_FILE, EVALUATION_FILE, TRANSFER_FILE, TWIN_REPORT_FILE } from '../runs/artifacts.ts';
import { basesOf } from './kinds/evaluate.ts';
import { flagsOf } from './options/check-options.ts';
import { modelOfRun } from './starting/specs.ts';

/** Collects everything that a report shows from a run directory. Phases that have not run are left out. */
export function gatherReport(directory: string): ReportData {
  const manifest = readManifest(directory);
  const { events, problems } = readJournal(journalPath(directory));
  const settled = settledEvents(events);
  const { cluster, organization } = resolveTraining(modelOfRun(manifest), String(manifest.options.training));
  const read = <T>(name: string): T | undefined => readJson(artifactPath(directory, name)) as T | undefined;
  const twin = read<TwinReport>(TWIN_REPORT_FILE);
  const analysis = read<Analysis>(ANALYSIS_FILE);
  const evaluation = read<Evaluation>(EVALUATION_FILE);
  const transfer = read<Omit<TransferData, 'audit'>>(TRANSFER_FILE);
  const learning = learningOf(directory, manifest);
  return {
    title: `KARMA MAS: ${organization.name} on ${cluster.name}`,
    summary: {
      command: commandOf(manifest),
      machine: `${manifest.machine.cores} x ${manifest.machine.cpu}`,
      seeds: manifest.seeds,
      createdAt: manifest.createdAt,
      run: manifest.id,
      cluster: cluster.name,
      organization: organization.name,
      versions: manifest.versions,
      phases: settled.flatMap(phaseOf),
    },
    ...(learning.seeds.length > 0 ? { learning } : {}),
    ...(twin ? { twin } : {}),
    ...(analysis ? { analysis } : {}),
    ...(evaluation ? { evaluation: { evaluation, bases: basesOf(evaluation) } } : {}),
    ...(transfer ? { transfer: { ...transfer, audit: readAudit(artifactPath(directory, AUDIT_FILE)) } } : {}),
    problems: [
      ...problems.map((message) => ({ level: 'warning', message }) as const),
      ...events.flatMap((event) => (event.type === 'note' ? [{ level: event.level, message: event.message }] : [])),
    ],
  };
}

/** Returns the command that repeats the run, on any number of cores. */
function commandOf({ kind, options, seeds }: Manifest): string {
  const flags = isJobKind(kind) ? flagsOf(kind, { ...options, cores: 0 }) : [];
  return ['karma-mas', kind, '.', ...flags, `--seeds ${seeds.join(',')}`].join(' ');
}

function learningOf(directory: string, manifest: Manifest): LearningCurves {
  const journals = manifest.seeds.map((seed) => ({
    seed,
    events: settledEvents(readJournal(journalPath(seedDirectory(directory, seed))).events),
  }));
  const seeds = journals
    .filter(({ events }) => events.some((event) => event.type === 'iteration'))
    .map(({ seed, events }): SeedCurve => ({
      seed,
      points: events.flatMap((event) =>
        event.type === 'iteration' ? [{ step: event.step, metrics: event.metrics }] : [],
      ),
    }));
  const converged = journals.flatMap(({ seed, events }) => {
    const step = convergedAt(events);
    return step > 0 ? [{ seed, step }] : [];
  });
  const judged = journals.map(({ seed, events }): SeedCurve => ({
    seed,
    points: judgmentsOf(events, 'karma').map(({ step, metrics }) => ({ step: step ?? 0, metrics })),
  }));
  const hpa = journals.flatMap(({ events }) => judgmentsOf(events, 'hpa')).at(0)?.metrics.objective;
  const references = typeof hpa === 'number' ? [{ name: 'default HPA', objective: hpa }] : [];
  return { seeds, judged: judged.filter(({ points }) => points.length > 0), references, converged };
}

const judgmentsOf = (events: readonly JournalEvent[], system: string) =>
  events.flatMap((event) => (event.type === 'evaluation' && event.system === system ? [event] : []));

function convergedAt(events: readonly JournalEvent[]): number {
  const finished = events.findLast((event) => event.type === 'finished');
  const step = (finished?.summary as { readonly convergedAt?: Json } | undefined)?.convergedAt;
  return typeof step === 'number' ? step : 0;
}

function phaseOf(event: JournalEvent): PhaseSummary[] {
  if (event.type !== 'phase' || event.state !== 'finished') return [];
  const seconds = event.seconds === undefined ? {} : { seconds: event.seconds };
  return [{ phase: event.phase, ...seconds, result: inWords(event.summary ?? null) }];
}

/** Returns the top-level numbers of a summary as one sentence. */
function inWords(summary: Json): string {
  if (typeof summary !== 'object' || summary === null || Array.isArray(summary)) return '';
  const figures = Object.entries(summary).filter(([, value]) => value !== null && typeof value !== 'object');
  return figures
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : String(value)}`)
    .join(', ');
}

function readJson(path: string): unknown {
  if (!existsSync(path)) return undefined;
  return JSON.parse(withIoErrors(path, () => readFileSync(path, 'utf8')));
}

function readAudit(path: string): AuditRecord[] {
  if (!existsSync(path)) return [];
  const lines = withIoErrors(path, () => readFileSync(path, 'utf8')).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditRecord);
}
