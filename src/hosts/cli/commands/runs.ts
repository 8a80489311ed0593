import { createInterface } from 'node:readline/promises';
import { resolve } from 'node:path';
import type { CommandOptions } from 'commander';
import { readJournal } from '../../../runs/journal.ts';
import { journalPath, runsFolder } from '../../../runs/run-directory.ts';
import { findRun, listRuns, moveToTrash, type RunInfo } from '../../../runs/run-list.ts';
import { requestStop } from '../../../runs/stop.ts';
import { EXIT, UsageError } from '../../../jobs/failure.ts';
import { resumeRun } from '../run-in-foreground.ts';
import type { AddCommand, CommandHost } from '../command.ts';
import { formatDuration } from '../progress.ts';
import { formatTable } from '../table.ts';

const EVENTS_SHOWN = 12;

export const addRuns: AddCommand = (program, run) => {
  const runs = program
    .command('runs')
    .description('list the runs of a folder of specs; show, stop, resume or delete one')
    .addHelpText(
      'after',
      `
A run is named by its id, by the unique beginning of one, by its path, or by "latest".
Examples:
  karma-mas runs
  karma-mas runs show latest
  karma-mas runs resume 20260314-0915 --dir my-cluster`,
    );
  const sub = (name: string, description: string, settings: CommandOptions = {}) =>
    runs.command(name, settings).description(description).option('-d, --dir <dir>', 'the folder of the specs', '.');
  const about = (
    name: string,
    description: string,
    action: (host: CommandHost, info: RunInfo) => Promise<number> | number,
  ) =>
    sub(name, description)
      .argument('<run>', 'the run')
      .action((id: string, { dir }: DirOption) => run((host) => action(host, find(host, id, dir))));

  sub('list', 'list the runs, newest first', { isDefault: true }).action(({ dir }: DirOption) =>
    run((host) => list(host, dir)),
  );
  about('show', 'show one run: what it is, how it went, its last events', show);
  about('stop', 'ask a running one to stop at its next checkpoint', stop);
  about('resume', 'go on with a stopped, failed or killed run from its last checkpoint', resumeRun);
  sub('delete', 'move a run to the trash (.karma/trash)')
    .argument('<run>', 'the run')
    .option('-y, --yes', 'do not ask')
    .action((id: string, { dir, yes }: DirOption & { yes?: boolean }) =>
      run((host) => remove(host, find(host, id, dir), yes === true)),
    );
};

interface DirOption {
  readonly dir: string;
}

function find(host: CommandHost, name: string, dir: string): RunInfo {
  return findRun(runsFolder(resolve(dir)), name, host.now);
}

function list({ output, now }: CommandHost, dir: string): number {
  const { runs, problems } = listRuns(runsFolder(resolve(dir)), now);
  for (const problem of problems) output.warning(problem);
  if (output.json) for (const info of runs) output.result(describe(info), '');
  else if (runs.length === 0) output.result({}, `No runs in ${dir} yet.`);
  else
    output.result(
      {},
      formatTable(
        ['run', 'state', 'step', 'last event'],
        runs.map((info) => row(info, now())),
      ),
    );
  return problems.length > 0 ? EXIT.problems : EXIT.fine;
}

function row(info: RunInfo, now: number): string[] {
  const step = info.step > 0 ? String(info.step) : '';
  return [info.manifest.id, info.state, step, `${formatDuration((now - info.updatedAt) / 1000)} ago`];
}

function show({ output, now }: CommandHost, info: RunInfo): number {
  const { events } = readJournal(journalPath(info.directory));
  const { manifest } = info;
  for (const problem of info.problems) output.warning(problem);
  const lines = [
    `${manifest.id}: ${info.state}`,
    `  job        ${manifest.kind} of ${manifest.name}, seeds ${manifest.seeds.join(', ') || 'none'}`,
    `  directory  ${info.directory}`,
    `  specs      ${manifest.folder} (${manifest.specs.length} files)`,
    `  made       ${new Date(manifest.createdAt).toISOString()}, last event ${formatDuration((now() - info.updatedAt) / 1000)} ago`,
    `  machine    ${manifest.machine.cores} x ${manifest.machine.cpu}`,
    ...(manifest.backend ? [`  backend    ${manifest.backend} on ${manifest.device ?? 'an unnamed device'}`] : []),
    ...(manifest.backendReason ? [`             ${manifest.backendReason}`] : []),
    ...(info.holder ? [`  process    ${info.holder.pid} on ${info.holder.host}`] : []),
    ...(info.message ? [`  failed     ${info.message}`] : []),
    '  events',
    ...events
      .slice(-EVENTS_SHOWN)
      .map(
        ({ seq, t, type, ...data }) =>
          `    ${seq} ${new Date(t).toISOString()} ${type} ${shorten(JSON.stringify(data))}`,
      ),
  ];
  output.result({ ...describe(info), events }, lines.join('\n'));
  return info.problems.length > 0 ? EXIT.problems : EXIT.fine;
}

function stop({ output }: CommandHost, info: RunInfo): number {
  if (info.state !== 'running') throw new UsageError(`${info.manifest.id} does not run: it is ${info.state}.`);
  requestStop(info.directory);
  output.result(
    { type: 'stopRequested', run: info.manifest.id },
    `Asked ${info.manifest.id} to stop at its next checkpoint.`,
  );
  return EXIT.fine;
}

async function remove({ output }: CommandHost, info: RunInfo, yes: boolean): Promise<number> {
  if (info.state === 'running')
    throw new UsageError(`${info.manifest.id} is running: stop it first (karma-mas runs stop ${info.manifest.id}).`);
  if (!yes && !(await confirm(`Move ${info.manifest.id} to the trash? [y/N] `))) {
    output.message('Nothing was deleted.');
    return EXIT.fine;
  }
  const target = moveToTrash(info.directory);
  output.result({ type: 'deleted', run: info.manifest.id, movedTo: target }, `Moved to ${target}.`);
  return EXIT.fine;
}

async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) throw new UsageError('There is no terminal to ask in: pass --yes to delete.');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

/** Describes a run as one JSON object: the manifest without the texts of the specs. */
function describe(info: RunInfo): object {
  const { manifest, ...rest } = info;
  const { specs, ...about } = manifest;
  return { ...about, ...rest, specs: specs.map(({ path, sha256 }) => ({ path, sha256 })) };
}

function shorten(text: string): string {
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
