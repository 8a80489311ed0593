/**
 * The audit trail: one line per decision, stage and write, in append-only JSON lines that `karma-mas explain` reads. A number
 * that is unknown (NaN) or unlimited (Infinity) is null in JSON.
 */
import type { HpaState } from '../cluster/live/live-cluster.ts';
import type { StageName, StageTerms } from './ladder.ts';

/** What one agent saw, what it could choose and what it chose. */
export interface AgentRecord {
  readonly agent: string;
  readonly roles: readonly string[];
  /** Whether a rule of its roles matched. */
  readonly active: boolean;
  /** Options that it could choose from, as text (`b +1`), with their probabilities. */
  readonly options: readonly { readonly option: string; readonly probability: number }[];
  readonly choice: string;
  /** The rules that matched, with the values that made them match. */
  readonly reasons: readonly string[];
}

export interface DecisionRecord {
  readonly type: 'decision';
  readonly decision: number;
  /** Seconds of the cluster's clock. */
  readonly time: number;
  readonly stage: StageName;
  /** Values by field, for each service and for the cluster. */
  readonly state: Readonly<Record<string, number>>;
  readonly agents: readonly AgentRecord[];
  /** Replicas by service: now, as the agents propose, after the caps, and what was in force afterwards. */
  readonly current: Readonly<Record<string, number>>;
  readonly proposed: Readonly<Record<string, number>>;
  readonly limited: Readonly<Record<string, number>>;
  readonly caps: readonly string[];
  /** Whether something was written, or why not. */
  readonly outcome: 'applied' | 'shadow' | 'hold' | 'nothing to do' | 'fallback';
  readonly why: string;
  readonly drift: number;
  readonly oldestMetric: number;
  /** Replicas that the HPAs requested at that moment, by service. Services without an HPA are absent. */
  readonly hpa: Readonly<Record<string, number>>;
  /** The HPAs as observed, before the writes of this decision. */
  readonly hpas: Readonly<Record<string, HpaRecord>>;
  /** J, measured over the preceding interval. */
  readonly objective: number;
}

export interface WriteRecord {
  readonly type: 'write';
  readonly time: number;
  readonly stage: StageName;
  readonly context: string;
  readonly server: string;
  readonly namespace: string;
  readonly write: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
  readonly result: 'accepted' | 'refused';
  readonly message: string;
}

/** The bounds of an HPA, and whether it acts. */
export type HpaRecord = Pick<HpaState, 'minReplicas' | 'maxReplicas' | 'paused'>;

export interface StageRecord {
  readonly type: 'stage';
  readonly time: number;
  readonly stage: StageName;
  readonly why: string;
  /** The terms of the stage; absent for a fallback. */
  readonly terms?: StageTerms;
  /** How the transfer ended; only present for a fallback. */
  readonly ended?: TransferEnd;
  /** The HPAs as read back after a fallback; absent if the cluster did not answer. */
  readonly hpas?: Readonly<Record<string, RestoredHpa>>;
}

export type TransferEnd = 'finished' | 'fallback' | 'stopped' | 'declined';
export type RestoredHpa = HpaRecord & { readonly asBefore: boolean };

export type AuditRecord = DecisionRecord | WriteRecord | StageRecord;
/** Appends one record, which is stored when the call returns. */
export type Audit = (record: AuditRecord) => void;
