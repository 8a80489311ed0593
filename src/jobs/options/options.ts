export type { JobKind } from '../../runs/job-kinds.ts';

/** The jobs and their options: what a manifest holds, and what the command line and the extension fill in. */

export interface JobOptions {
  /** All phases, and report.html; or, where it refines another run, what changed specifications change. */
  run: CommonOptions &
    Refinement & {
      /** Environment steps of training per seed; 0 = as the Training says. */
      readonly steps: number;
      /** Hours of the cluster to collect. */
      readonly hours: number;
      /** Episodes per scenario to evaluate on. */
      readonly episodes: number;
      /** Candidates tried for each tuned system. */
      readonly tuning: number;
      /** Episodes per scenario that the clairvoyant planner plays. */
      readonly planned: number;
    };
  collect: CommonOptions & {
    readonly hours: number;
    /** Share of decisions that are random moves. */
    readonly exploration: number;
    /** The trace store. */
    readonly traces: string;
    /** Of a real cluster: context of the kubeconfig; left out: that of its Transfer, or the current one. */
    readonly context?: string;
    /** Of a real cluster: 'context/namespace', where the user wants exploration; left out: it is watched, and nothing written. */
    readonly writeTo?: string;
  };
  fit: CommonOptions & {
    readonly traces: string;
    /** Kind of twin. */
    readonly twin: string;
  };
  train: CommonOptions & {
    readonly steps: number;
    /** Folder of the twin; empty = the emulator with the numbers of the spec. */
    readonly twin: string;
    readonly backend: string;
  };
  analyze: CommonOptions & {
    /** Folder of policies, one file per training seed. */
    readonly policies: string;
    readonly episodes: number;
    /** Action sequences that are compared at most; left out: as analyzing/analyze.ts says. */
    readonly sequences?: number;
  };
  evaluate: CommonOptions & {
    readonly policies: string;
    /** Folder of earlier policies to judge on the same episodes; empty = none. */
    readonly before: string;
    readonly episodes: number;
    /** Episodes per scenario that the clairvoyant planner, which is slow, plays. */
    readonly planned: number;
    /** Candidates of each tuned system, and the episodes per scenario that each candidate plays. */
    readonly tuning: number;
    readonly tuningEpisodes: number;
    /** The world that judges; empty = the one that the Training is meant for. */
    readonly on: WorldName | '';
  };
  transfer: CommonOptions & {
    readonly policies: string;
    /** Folder of the twin whose traces tell what is usual; empty = drift is not watched. */
    readonly twin: string;
    /** Name of the Transfer. */
    readonly transfer: string;
    /** Trace store that the observed transitions go to. */
    readonly traces: string;
    /** The highest stage to climb to. */
    readonly upTo: 'plan' | 'shadow' | 'floor' | 'canary' | 'full';
    /** Seconds in the stage `full` before the transfer ends. */
    readonly fullFor: number;
    readonly dryRun: boolean;
    /** Of a real cluster: 'context/namespace' or 'context/namespace on server', which the user allows to be written to. */
    readonly writeTo?: string;
    /** Seconds of the emulated cluster per second of wall time; 0 = as fast as it can. */
    readonly pace: number;
  };
}

/** A run that trains anew what another run trained, after its proposals have been accepted. */
export interface Refinement {
  /** Id of the run whose analysis was acted on; empty = none: the run does all phases. */
  readonly refines: string;
  /** Folders of that run's policies, and of the twin that they were trained in (empty = the emulator with the numbers of the spec). */
  readonly before: string;
  readonly twin: string;
}

/**
 * Where policies are judged. 'emulator': by the numbers of the specification. 'cluster': on the emulated cluster that traces
 * are collected from and policies transferred to, with retries and slow starts that no twin models.
 */
export const WORLDS = ['emulator', 'cluster'] as const;
export type WorldName = (typeof WORLDS)[number];

export interface CommonOptions {
  /** Name of the Training to go by. */
  readonly training: string;
  /** Processes at once. */
  readonly cores: number;
}
