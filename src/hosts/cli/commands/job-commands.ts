import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { runsFolder } from '../../../runs/run-directory.ts';
import { findRun, type RunInfo } from '../../../runs/run-list.ts';
import { BACKENDS } from '../../../spec/model.ts';
import { UsageError } from '../../../jobs/failure.ts';
import { DEFAULT_OPTIONS } from '../../../jobs/options/default-options.ts';
import { cores } from '../../../jobs/machine.ts';
import type { NewRun } from '../../../jobs/starting/new-run.ts';
import { WORLDS, type JobKind, type JobOptions } from '../../../jobs/options/options.ts';
import { resumeRun, runInForeground } from '../foreground-job.ts';
import type { AddCommand, CommandHost } from '../program.ts';

/** What commander gives an action: the options by name. */
type Values = Record<string, unknown>;

interface JobCommand<K extends JobKind> {
  readonly kind: K;
  readonly description: string;
  readonly example: string;
  /** Options beside those of every job; their defaults are the job's. */
  readonly options: readonly Option[];
}

const writeTo = (what: string) =>
  new Option('--write-to <context/namespace>', `of a real cluster: ${what}`).default('', 'nothing is written there');

const policies = () =>
  new Option('-p, --policies <run>', 'the run that trained them, or a folder of policies').default(
    '',
    'the newest training',
  );
const episodes = (perScenario: number) =>
  new Option('-n, --episodes <n>', 'episodes per scenario').argParser(positiveInteger).default(perScenario);

const traceStore = () => new Option('--traces <file>', 'the trace store').default('', '.karma/traces.sqlite');
const twin = () => new Option('--twin <run>', 'the run that fitted the twin').default('', 'the newest fit');
const tuning = (candidates: number) =>
  new Option('--tuning <n>', 'candidates tried for each tuned system').argParser(positiveInteger).default(candidates);

const planned = (perScenario: number) =>
  new Option('--planned <n>', 'episodes per scenario that the clairvoyant planner, which is slow, plays')
    .argParser(wholeNumber)
    .default(perScenario);

const COMMANDS: readonly { readonly [K in JobKind]: JobCommand<K> }[JobKind][] = [
  {
    kind: 'run',
    description: 'all phases: collect traces, fit a twin, train, analyze, evaluate, transfer; writes report.html',
    example: 'karma-mas run chained-services --out first-run --seed 1',
    options: [
      new Option('--steps <n>', 'environment steps of training per seed')
        .argParser(positiveInteger)
        .default(DEFAULT_OPTIONS.run.steps, 'as the Training says'),
      new Option('--hours <n>', 'hours of the cluster to collect')
        .argParser(positiveNumber)
        .default(DEFAULT_OPTIONS.run.hours),
      episodes(DEFAULT_OPTIONS.run.episodes),
      planned(DEFAULT_OPTIONS.run.planned),
      tuning(DEFAULT_OPTIONS.run.tuning),
      new Option(
        '--refines <run>',
        'train, analyze and evaluate again what that run trained, by the specs as they are now, and compare with it',
      ).default('', 'none: all phases'),
    ],
  },
  {
    kind: 'collect',
    description: 'record traces of the cluster under exploration into .karma/traces.sqlite',
    example: 'karma-mas collect chained-services --hours 8',
    options: [
      new Option('--hours <n>', 'hours of the cluster to record')
        .argParser(positiveNumber)
        .default(DEFAULT_OPTIONS.collect.hours),
      traceStore(),
      new Option('--exploration <share>', 'share of decisions that are random moves, 0 to 1')
        .argParser(share)
        .default(DEFAULT_OPTIONS.collect.exploration),
      new Option('--context <name>', 'of a real cluster: context of the kubeconfig').default(
        '',
        'that of its Transfer, or the current one',
      ),
      writeTo('explore there, inside the caps of its Transfer'),
    ],
  },
  {
    kind: 'fit',
    description: 'fit a digital twin to traces and report how far it can be trusted',
    example: 'karma-mas fit chained-services --twin calibrated',
    options: [
      traceStore(),
      new Option('--twin <kind>', 'kind of twin')
        .choices(['calibrated', 'recorded-then-mlp', 'emulator'])
        .default('', 'as the Training says'),
    ],
  },
  {
    kind: 'train',
    description: 'train the policies of the organisation in the twin, one process per seed',
    example: 'karma-mas train chained-services --seeds 1,2,3,4,5',
    options: [
      new Option('--steps <n>', 'environment steps per seed')
        .argParser(positiveInteger)
        .default(DEFAULT_OPTIONS.train.steps, 'as the Training says'),
      twin(),
      new Option('--backend <name>', 'what computes the networks')
        .choices(BACKENDS)
        .default('', 'as the Training says'),
    ],
  },
  {
    kind: 'analyze',
    description:
      'infer roles, goals and relations from trajectories of the policies; --out writes files for other tools',
    example: 'karma-mas analyze latest --out results',
    options: [
      policies(),
      episodes(DEFAULT_OPTIONS.analyze.episodes),
      new Option('--sequences <n>', 'action sequences that are compared at most')
        .argParser(positiveInteger)
        .default(DEFAULT_OPTIONS.analyze.sequences),
      new Option('-o, --out <dir>', 'write the results into this folder, as files for other tools'),
      new Option('--force', 'write over files of the same names in that folder'),
    ],
  },
  {
    kind: 'evaluate',
    description: 'compare the policies with autoscalers and with the limit, paired by episode and seed',
    example: 'karma-mas evaluate chained-services --episodes 20',
    options: [
      policies(),
      new Option('--before <run>', 'earlier policies to judge on the same episodes, or a folder of them').default(
        '',
        'none',
      ),
      episodes(DEFAULT_OPTIONS.evaluate.episodes),
      planned(DEFAULT_OPTIONS.evaluate.planned),
      tuning(DEFAULT_OPTIONS.evaluate.tuning),
      new Option('--tuning-episodes <n>', 'episodes per scenario that each candidate plays')
        .argParser(positiveInteger)
        .default(DEFAULT_OPTIONS.evaluate.tuningEpisodes),
      new Option('--on <world>', 'judge in the emulator of the specs, or on the emulated cluster that traces come from')
        .choices(WORLDS)
        .default('', 'where the Training is meant for'),
    ],
  },
  {
    kind: 'transfer',
    description: 'bring the policies to the cluster step by step: plan, shadow, floor, canary, full',
    example: 'karma-mas transfer chained-services --up-to plan',
    options: [
      policies(),
      traceStore(),
      new Option('--transfer <name>', 'the Transfer to go by').default('', 'the only one'),
      twin(),
      new Option('--up-to <stage>', 'the highest stage to climb to; plan shows what each would write and ends')
        .choices(['plan', 'shadow', 'floor', 'canary', 'full'])
        .default(DEFAULT_OPTIONS.transfer.upTo),
      new Option('--full-for <seconds>', 'how long the stage "full" lasts before the transfer ends')
        .argParser(positiveNumber)
        .default(DEFAULT_OPTIONS.transfer.fullFor),
      new Option('--dry-run', 'show the plan and write nothing to the cluster').default(
        DEFAULT_OPTIONS.transfer.dryRun,
      ),
      writeTo('what the stages from "floor" on may write to'),
      new Option('--pace <n>', 'seconds of the emulated cluster per second, to watch it; 0 = as fast as it can')
        .argParser(numberFromZero)
        .default(DEFAULT_OPTIONS.transfer.pace),
    ],
  },
];

export const addJobCommands: AddCommand = (program, run) => {
  for (const { kind, description, example, options } of COMMANDS) {
    const isAnalyze = kind === 'analyze';
    const command = program
      .command(kind)
      .description(description)
      .argument(
        isAnalyze ? '[dir|run]' : '[dir]',
        isAnalyze ? 'the folder of the specs, or a run by its id or path, or "latest"' : 'the folder of the specs',
        '.',
      )
      .addHelpText('after', `\nExamples:\n  ${example}\n  karma-mas ${kind} --resume latest`);
    const common = commonOptions().filter(({ long }) => !options.some((own) => own.long === long));
    for (const option of [...options, ...common]) command.addOption(option);
    command.action((dir: string, values: Values) =>
      run((host) => (isAnalyze ? analyzeTarget(host, dir, values, command) : start(host, kind, dir, values, command))),
    );
  }
};

async function analyzeTarget(host: CommandHost, target: string, values: Values, command: Command): Promise<number> {
  const { out, force, resume, ...options } = values;
  if (typeof resume === 'string') return start(host, 'analyze', target, values, command);
  const { analyze } = await import('./analyze.ts');
  const given = givenOption(command, ['out', 'force', 'cores']);
  return analyze(
    host,
    {
      target,
      out: typeof out === 'string' ? resolve(out) : undefined,
      force: force === true,
      given: given?.long ?? undefined,
    },
    async (folder, trained) => {
      const own = trained && { policies: trained.directory, training: options.training || trainingOf(trained) };
      const run = await begin(host, 'analyze', folder, { ...options, ...own });
      return { directory: run.directory, code: await runInForeground(host, run.directory, run.id) };
    },
  );
}

function commonOptions(): Option[] {
  return [
    new Option('-t, --training <name>', 'the Training to go by').default('', 'the first one'),
    new Option('-s, --seed <n>', 'one seed').argParser(seed).conflicts('seeds'),
    new Option('--seeds <list>', 'several seeds, separated by commas')
      .argParser(seedList)
      .default(undefined, 'as the Training says'),
    new Option('-j, --cores <n>', 'processes at once').argParser(positiveInteger).default(cores(), 'all cores'),
    new Option('-o, --out <dir>', 'make the run in this folder, new or empty, instead of <specs>/.karma/runs'),
    new Option('-r, --resume <run>', 'go on with a run from its last checkpoint'),
  ];
}

/** The Training that a run went by: policies are analyzed where they are meant for. */
const trainingOf = ({ manifest }: RunInfo): string => (manifest.options as { training?: string }).training ?? '';

async function start(host: CommandHost, kind: JobKind, dir: string, values: Values, command: Command): Promise<number> {
  const folder = resolve(dir);
  const { resume, ...given } = values;
  if (typeof resume === 'string') return resumeAs(host, kind, folder, resume, command);
  const run = await begin(host, kind, folder, given);
  return runInForeground(host, run.directory, run.id);
}

/** Makes the run. */
async function begin(host: CommandHost, kind: JobKind, folder: string, values: Values): Promise<NewRun> {
  const { seed, seeds, out, ...options } = values;
  const { newRun } = await import('../../../jobs/starting/new-run.ts');
  const run = await newRun({
    kind,
    folder,
    // The options of COMMANDS have the names of JobOptions; the tests start each of them.
    options: options as unknown as JobOptions[JobKind],
    seeds: (seeds as number[] | undefined) ?? (seed === undefined ? [] : [seed as number]),
    now: host.now(),
    ...(typeof out === 'string' ? { out: resolve(out) } : {}),
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

/** The first option that was given, but for these and those that every command has. */
function givenOption(command: Command, except: readonly string[]): Option | undefined {
  return command.options.find(
    (option) =>
      !['resume', 'json', 'color', 'debug', ...except].includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) === 'cli',
  );
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1 on.');
  return value;
}

function wholeNumber(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number from 0 on.');
  return value;
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function numberFromZero(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= 0) || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number from 0 on.');
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
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
