/** A run as views show it, rebuilt from its directory; plain data. */
import type { Json } from '../../../runs/events.ts';
import type { Progress } from '../../../runs/progress-file.ts';
import type { RunState } from '../../../runs/run-list.ts';

/**
 * Beside the states of a readable run: `unreadable`, its manifest is damaged or missing; `other-version`, another version of
 * KARMA MAS made it, which this one does not read; `incomplete`, it is just being made: the folder is there, the manifest not.
 */
export type RunEntryState = RunState | 'unreadable' | 'other-version' | 'incomplete';

export interface RunEntry {
  readonly directory: string;
  /** The folder of specifications that it belongs to. */
  readonly project: string;
  /** Name of its folder. */
  readonly id: string;
  readonly state: RunEntryState;
  /** The job: 'train', 'run', ...; empty where it cannot be read, as `name`. */
  readonly kind: string;
  /** Of the Training. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch of the last event of the run or of one of its seeds. */
  readonly updatedAt: number;
  /** Id of the run whose proposals were accepted before it trained; left out: none. */
  readonly refines?: string;
  /** The farthest training step of any seed. */
  readonly step: number;
  /** While it runs. */
  readonly progress?: Progress;
  /** The phase that it is in or ended in, of a run of all phases. */
  readonly phase?: string;
  /** A stop was asked for and has not come into effect. */
  readonly stopping: boolean;
  /** The highest J that a policy of any seed was judged with, and that of the default HPA on the same episodes. */
  readonly bestObjective?: number;
  readonly hpaObjective?: number;
  readonly backend?: string;
  readonly device?: string;
  /** Who works on it. */
  readonly holder?: { readonly pid: number; readonly host: string };
  /** Why it failed, or why it cannot be read. */
  readonly message?: string;
  /** What it ended with. */
  readonly summary?: Json;
  /** Of a transfer: what has become due meanwhile, the newest of each. */
  readonly offers?: readonly RunOffer[];
  /** What of the directory could not be read, in sentences. */
  readonly problems: readonly string[];
  readonly seeds: readonly number[];
  /** What there is to open or to go on from. */
  readonly results: readonly RunResult[];
}

/** A run that a person may start. */
export interface RunOffer {
  readonly what: 'twin' | 'policies';
  readonly job: 'fit' | 'train';
  readonly why: string;
  /** Milliseconds since the epoch. */
  readonly t: number;
}

/** curves: of a training; twin: with its report; policies: trained ones; analysis: of trajectories; report: report.html. */
export type RunResult = 'curves' | 'twin' | 'policies' | 'analysis' | 'report';
