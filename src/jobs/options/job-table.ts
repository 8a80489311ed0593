import type { JobKind } from '../../runs/job-kinds.ts';
import { BACKENDS, TWIN_KINDS } from '../../spec/model.ts';
import {
  choice,
  flag,
  number,
  settled,
  share,
  text,
  wholeNumber,
  type Option,
  type OptionValue,
  type SettledOption,
} from './option.ts';

export type { JobKind } from '../../runs/job-kinds.ts';

/**
 * Where policies are judged. 'emulator' computes with the numbers of the specification. 'cluster' is the emulated cluster from
 * which traces are collected and to which policies are transferred, with retries and slow starts that no twin models.
 */
export const WORLDS = ['emulator', 'cluster'] as const;
export type WorldName = (typeof WORLDS)[number];

/** The highest stage of a transfer; 'plan' writes nothing. */
export const HIGHEST_STAGES = ['plan', 'shadow', 'floor', 'canary', 'full'] as const;

export interface JobDescription {
  /** What the job does, as a phrase. */
  readonly what: string;
  /** An example of a command line. */
  readonly example: string;
  readonly options: Readonly<Record<string, Option>>;
}

const policies = text('the run that trained them, or a folder of policies', {
  value: 'run',
  short: 'p',
  open: 'the newest training',
});
const traces = text('the trace store', { value: 'file', open: '.karma/traces.sqlite' });
const twin = text('the run that fitted the twin', { value: 'run', open: 'the newest fit' });
const episodes = wholeNumber('episodes per scenario', { short: 'n', from: 1, default: 20 });
const tuning = wholeNumber('candidates tried for each tuned system', { from: 1, default: 246 });
const planned = (perScenario: number) =>
  wholeNumber('episodes per scenario that the clairvoyant planner, which is slow, plays', {
    from: 0,
    default: perScenario,
  });
const writeTo = (what: string) =>
  text(`of a real cluster: ${what}`, { value: 'context/namespace', open: 'nothing is written there' });

/** Options that every job has. */
const COMMON = {
  training: text('the Training to go by', { short: 't', open: 'the first one' }),
  cores: wholeNumber('processes at once', { short: 'j', from: 1, open: 'all cores' }),
};

/**
 * Every job with all its options, in one place. The table determines the types (JobOptions), the check of requests and manifests
 * (check-options.ts), the options and the help of the command line, the schema of tasks in package.json, and docs/jobs.md (`node
 * tools/job-tables.ts` writes the last two).
 */
export const JOB_TABLE = {
  run: {
    what: 'all phases: collect traces, fit a twin, train, analyze, evaluate, transfer; writes report.html',
    example: 'karma-mas run chained-services --out first-run --seed 1',
    options: {
      steps: wholeNumber('environment steps of training per seed', { from: 1, open: 'as the Training says' }),
      hours: number('hours of the cluster to collect', { above: 0, default: 8 }),
      episodes,
      planned: planned(2),
      tuning,
      refines: text(
        'train, analyze and evaluate again what that run trained, by the specs as they are now, and compare with it',
        { value: 'run', open: 'none: all phases' },
      ),
      before: settled(text('folder of the policies of the run that is refined', { open: 'none' })),
      twin: settled(text('folder of the twin that they were trained in', { open: 'the emulator of the specs' })),
      ...COMMON,
    },
  },
  collect: {
    what: 'record traces of the cluster under exploration into .karma/traces.sqlite',
    example: 'karma-mas collect chained-services --hours 8',
    options: {
      hours: number('hours of the cluster to record', { above: 0, default: 8 }),
      traces,
      exploration: share('share of decisions that are random moves, 0 to 1', { default: 0.25 }),
      context: text('of a real cluster: context of the kubeconfig', {
        open: 'that of its Transfer, or the current one',
      }),
      writeTo: writeTo('explore there, inside the caps of its Transfer'),
      ...COMMON,
    },
  },
  fit: {
    what: 'fit a digital twin to traces and report how far it can be trusted',
    example: 'karma-mas fit chained-services --twin calibrated',
    options: {
      traces,
      twin: choice('kind of twin', TWIN_KINDS, { value: 'kind', open: 'as the Training says' }),
      ...COMMON,
    },
  },
  train: {
    what: 'train the policies of the organization in the twin, one process per seed',
    example: 'karma-mas train chained-services --seeds 1,2,3,4,5',
    options: {
      steps: wholeNumber('environment steps per seed', { from: 1, open: 'as the Training says' }),
      twin,
      backend: choice('what computes the networks', BACKENDS, { open: 'as the Training says' }),
      ...COMMON,
    },
  },
  analyze: {
    what: 'infer roles, goals and relations from trajectories of the policies; --out writes files for other tools',
    example: 'karma-mas analyze latest --out results',
    options: {
      policies,
      episodes,
      sequences: wholeNumber('action sequences that are compared at most', { from: 1, default: 160 }),
      ...COMMON,
    },
  },
  evaluate: {
    what: 'compare the policies with autoscalers and with the limit, paired by episode and seed',
    example: 'karma-mas evaluate chained-services --episodes 20',
    options: {
      policies,
      before: text('earlier policies to judge on the same episodes, or a folder of them', {
        value: 'run',
        open: 'none',
      }),
      episodes,
      planned: planned(4),
      tuning,
      tuningEpisodes: wholeNumber('episodes per scenario that each candidate plays', { from: 1, default: 20 }),
      on: choice('judge in the emulator of the specs, or on the emulated cluster that traces come from', WORLDS, {
        value: 'world',
        open: 'where the Training is meant for',
      }),
      ...COMMON,
    },
  },
  transfer: {
    what: 'bring the policies to the cluster step by step: plan, shadow, floor, canary, full',
    example: 'karma-mas transfer chained-services --up-to plan',
    options: {
      policies,
      traces,
      transfer: text('the Transfer to go by', { open: 'the only one' }),
      twin,
      upTo: choice('the highest stage to climb to; plan shows what each would write and ends', HIGHEST_STAGES, {
        value: 'stage',
        default: 'full',
      }),
      fullFor: number('how long the stage "full" lasts before the transfer ends', {
        value: 'seconds',
        above: 0,
        default: 3600,
      }),
      dryRun: flag('show the plan and write nothing to the cluster'),
      writeTo: writeTo('what the stages from "floor" on may write to'),
      pace: number('seconds of the emulated cluster per second, to watch it; 0 = as fast as it can', {
        from: 0,
        default: 0,
      }),
      ...COMMON,
    },
  },
} as const satisfies Readonly<Record<JobKind, JobDescription>>;

type Table = typeof JOB_TABLE;
type ValueOf<O> = O extends Option<infer T extends OptionValue> ? T : never;

/** The options of each job, as in a manifest. */
export type JobOptions = {
  readonly [K in JobKind]: {
    readonly [N in keyof Table[K]['options']]: ValueOf<Table[K]['options'][N]>;
  };
};

/** The options that can be requested for each job. Omitted ones get their defaults. */
export type GivenOptions = {
  readonly [K in JobKind]: {
    readonly [N in keyof Table[K]['options'] as Table[K]['options'][N] extends SettledOption ? never : N]?: ValueOf<
      Table[K]['options'][N]
    >;
  };
};

/** Returns the options of a job by name, in the order of help and tables. */
export function optionsOf(kind: JobKind): Readonly<Record<string, Option>> {
  return JOB_TABLE[kind].options;
}

/** Returns the options of a job that can be requested. */
export function givableOptionsOf(kind: JobKind): readonly (readonly [string, Option])[] {
  return Object.entries(optionsOf(kind)).filter(([, option]) => !('settled' in option));
}

/** Converts 'tuningEpisodes' to '--tuning-episodes'. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
