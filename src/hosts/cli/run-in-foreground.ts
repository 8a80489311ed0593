import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../runs/events.ts';
import type { RunInfo } from '../../runs/run-list.ts';
import { changedSpecs } from '../../runs/manifest.ts';
import { artifactPath } from '../../runs/run-directory.ts';
import { TABLES_FILE } from '../../runs/artifacts.ts';
import { describeFailure, EXIT, UsageError } from '../../jobs/failure.ts';
import type { JobEnd } from '../../jobs/running/run-job.ts';
import { stopOnInterrupt } from './interrupt.ts';
import type { CommandHost } from './command.ts';
import { ProgressLine } from './progress.ts';

/** Continues a run from its newest checkpoint, with its own copies of specs and options. Resolves with the exit code. */
export async function resumeRun(host: CommandHost, info: RunInfo): Promise<number> {
  if (info.state === 'finished') throw new UsageError(`${info.manifest.id} has finished: there is nothing to resume.`);
  const { readSpecs } = await import('../../jobs/starting/specs.ts');
  const { copies } = await readSpecs(info.manifest.folder);
  for (const sentence of changedSpecs(info.manifest, copies)) host.output.warning(sentence);
  return runInForeground(host, info.directory, info.manifest.id);
}

/** Runs the job of a run directory in this process and shows its progress on the terminal. Resolves with the exit code. */
export async function runInForeground(host: CommandHost, directory: string, id: string): Promise<number> {
  const { output, now } = host;
  const progress = new ProgressLine(process.stderr, now);
  output.beforeMessage = () => progress.clear();
  const stop = stopOnInterrupt(() => output.message('Stopping at the next checkpoint; Ctrl-C again ends at once.'));
  try {
    if (output.json) output.result({ type: 'run', run: id, directory }, '');
    else output.message(`Run ${id}`);
    const { executeRun } = await import('../../jobs/running/execute-run.ts');
    const end = await executeRun(directory, {
      now,
      signal: stop.signal,
      onProgress: (step) => progress.update(step),
      onLog: (message, level) => {
        if (level === 'warning') output.warning(message);
        else output.message(message);
      },
    });
    return tellEnd(host, end, id, directory);
  } finally {
    progress.clear();
    stop.dispose();
  }
}

function tellEnd({ output }: CommandHost, end: JobEnd, run: string, directory: string): number {
  switch (end.state) {
    case 'finished':
      output.result(
        { type: 'finished', run, directory, summary: end.summary },
        [formatSummary(end.summary), ...readTables(directory)].join('\n\n'),
      );
      output.message(`Results are in ${directory}${reportIn(end.summary, directory)}`);
      return EXIT.fine;
    case 'stopped':
      output.message(`Stopped after step ${end.step}. Go on with: karma-mas runs resume ${run}`);
      if (output.json) output.result({ type: 'stopped', run, directory, step: end.step }, '');
      return EXIT.stopped;
    case 'failed': {
      const { message, exitCode, stack } = describeFailure(end.error);
      output.error(message, stack);
      output.message(`What is done is kept in ${directory}. Go on with: karma-mas runs resume ${run}`);
      return exitCode;
    }
  }
}

/** Reads the tables that a job wrote for people. */
function readTables(directory: string): string[] {
  const path = artifactPath(directory, TABLES_FILE);
  return existsSync(path) ? [readFileSync(path, 'utf8').trimEnd()] : [];
}

/** Formats a summary as aligned lines, with nested ones indented. */
export function formatSummary(summary: Json, indent = ''): string {
  if (typeof summary !== 'object' || summary === null) return `${indent}${formatValue(summary)}`;
  if (Array.isArray(summary)) return summary.map((item: Json) => formatSummary(item, indent)).join('\n');
  const entries = Object.entries(summary as { readonly [key: string]: Json });
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries
    .map(([name, value]) =>
      typeof value === 'object' && value !== null
        ? `${indent}${name}\n${formatSummary(value, `${indent}  `)}`
        : `${indent}${name.padEnd(width)}  ${formatValue(value)}`,
    )
    .join('\n');
}

function formatValue(value: Json): string {
  if (typeof value === 'number' && !Number.isInteger(value)) return String(Number(value.toPrecision(5)));
  return value === null ? '-' : String(value);
}

/** Returns a line with the report of a run of all phases, which a user opens first. */
function reportIn(summary: Json, directory: string): string {
  const report = typeof summary === 'object' && summary !== null && 'report' in summary ? summary.report : undefined;
  return typeof report === 'string' ? `\nReport: ${join(directory, report)}` : '';
}
