import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { JOB_KINDS } from '../../../runs/job-kinds.ts';
import { runsFolder } from '../../../runs/run-directory.ts';
import { findRun, type RunInfo } from '../../../runs/run-list.ts';
import { UsageError } from '../../../jobs/failure.ts';
import { completeOptions } from '../../../jobs/options/check-options.ts';
import { JOB_TABLE, type JobKind } from '../../../jobs/options/job-table.ts';
import type { NewRun } from '../../../jobs/starting/new-run.ts';
import type { AddCommand, CommandHost } from '../command.ts';
import { resumeRun, runInForeground } from '../run-in-foreground.ts';
import { addJobOptions, givenJobOptions } from './job-options.ts';

/** Options of the command that do not belong to the job. */
interface RunOptions {
  readonly seed?: number;
  readonly seeds?: readonly number[];
  readonly out?: string;
  readonly force?: boolean;
  readonly resume?: string;
}

export const addJobCommands: AddCommand = (program, run) => {
  for (const kind of JOB_KINDS) {
    const { what, example } = JOB_TABLE[kind];
    const isAnalyze = kind === 'analyze';
    const command = program
      .command(kind)
      .description(what)
      .argument(
        isAnalyze ? '[dir|run]' : '[dir]',
        isAnalyze ? 'the folder of the specs, or a run by its id or path, or "latest"' : 'the folder of the specs',
        '.',
      )
      .addHelpText('after', `\nExamples:\n  ${example}\n  karma-mas ${kind} --resume latest`);
    addJobOptions(command, kind);
    addRunOptions(command);
    command.action((dir: string, options: RunOptions) =>
      run((host) => {
        if (options.resume !== undefined) return resumeAs(host, kind, resolve(dir), options.resume, command);
        return isAnalyze ? analyzeTarget(host, dir, options, command) : start(host, kind, dir, options, command);
      }),
    );
  }
};

async function analyzeTarget(
  host: CommandHost,
  target: string,
  options: RunOptions,
  command: Command,
): Promise<number> {
  const { analyze } = await import('./analyze.ts');
  const { out, force, ...seeds } = options;
  const given = givenOption(command, ['out', 'force', 'cores']);
  return analyze(
    host,
    {
      target,
      out: out === undefined ? undefined : resolve(out),
      force: force === true,
      given: given?.long ?? undefined,
    },
    async (folder, trained) => {
      const asked = givenJobOptions(command, 'analyze');
      const own = trained ? { training: trainingOf(trained), ...asked, policies: trained.directory } : asked;
      const run = await begin(host, 'analyze', folder, own, seeds);
      return { directory: run.directory, code: await runInForeground(host, run.directory, run.id) };
    },
  );
}

function addRunOptions(command: Command): void {
  command
    .addOption(new Option('-s, --seed <n>', 'one seed').argParser(seed).conflicts('seeds'))
    .addOption(
      new Option('--seeds <list>', 'several seeds, separated by commas')
        .argParser(seedList)
        .default(undefined, 'as the Training says'),
    );
  // An analysis has its own --out: the folder of its files for other tools.
  if (command.name() === 'analyze')
    command
      .option('-o, --out <dir>', 'write the results into this folder, as files for other tools')
      .option('--force', 'write over files of the same names in that folder');
  else command.option('-o, --out <dir>', 'make the run in this folder, new or empty, instead of <specs>/.karma/runs');
  command.option('-r, --resume <run>', 'go on with a run from its last checkpoint');
}

/** Returns the Training of a run, since policies are analyzed in the world for which they were trained. */
function trainingOf({ manifest }: RunInfo): string {
  const { training } = manifest.options;
  return typeof training === 'string' ? training : '';
}

async function start(
  host: CommandHost,
  kind: JobKind,
  dir: string,
  options: RunOptions,
  command: Command,
): Promise<number> {
  const run = await begin(host, kind, resolve(dir), givenJobOptions(command, kind), options);
  return runInForeground(host, run.directory, run.id);
}

/** Creates the run. */
async function begin(
  host: CommandHost,
  kind: JobKind,
  folder: string,
  given: Record<string, unknown>,
  { seed, seeds, out }: RunOptions,
): Promise<NewRun> {
  const { newRun } = await import('../../../jobs/starting/new-run.ts');
  const run = await newRun({
    kind,
    folder,
    options: completeOptions(kind, given),
    seeds: seeds ?? (seed === undefined ? [] : [seed]),
    now: host.now(),
    ...(out === undefined ? {} : { out: resolve(out) }),
  });
  for (const warning of run.warnings) host.output.warning(warning);
  return run;
}

function resumeAs(host: CommandHost, kind: JobKind, folder: string, name: string, command: Command): Promise<number> {
  const info = findRun(runsFolder(folder), name, host.now);
  if (info.manifest.kind !== kind)
    throw new UsageError(
      `${info.manifest.id} is a run of "${info.manifest.kind}": resume it with karma-mas runs resume ${name}.`,
    );
  const given = givenOption(command, []);
  if (given) throw new UsageError(`A resumed run keeps its options: leave ${given.long} out, or start a new run.`);
  return resumeRun(host, info);
}

/** Returns the first given option, except for `except` and those that every command has. */
function givenOption(command: Command, except: readonly string[]): Option | undefined {
  return command.options.find(
    (option) =>
      !['resume', 'json', 'color', 'debug', ...except].includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) === 'cli',
  );
}

function seed(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('A seed is a whole number from 0 on.');
  return value;
}

function seedList(text: string): number[] {
  const seeds = text.split(',').map(seed);
  if (new Set(seeds).size < seeds.length) throw new InvalidArgumentError('Each seed may be named once.');
  return seeds;
}
