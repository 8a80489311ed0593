/**
 * What a report is made of: plain JSON from the phases' artifacts. Every phase is optional; a report says which one is
 * missing. Numbers that a phase could not know may arrive as null (NaN in JSON).
 */
import type { Analysis } from '../analyzing/analysis.ts';
import type { Evaluation } from '../evaluating/evaluation.ts';
import type { TwinReport } from '../modeling/fit-twin.ts';
import type { AuditRecord } from '../transferring/audit.ts';
import type { TransferResult } from '../transferring/transfer.ts';

export interface ReportData {
  readonly title: string;
  readonly summary: ReportSummary;
  readonly learning?: LearningCurves;
  readonly twin?: TwinReport;
  readonly analysis?: Analysis;
  readonly evaluation?: EvaluationData;
  readonly transfer?: TransferData;
  readonly problems: readonly ReportProblem[];
}

export interface ReportSummary {
  /** What was run, as it can be run again. */
  readonly command: string;
  readonly machine: string;
  readonly seeds: readonly number[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly run?: string;
  readonly cluster?: string;
  readonly organization?: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly phases: readonly PhaseSummary[];
}

export interface PhaseSummary {
  readonly phase: string;
  readonly seconds?: number;
  /** One sentence. */
  readonly result: string;
}

export interface LearningCurves {
  readonly seeds: readonly SeedCurve[];
  /** J of the greedy policies on the days kept for choosing, by the journal's `evaluation` events. */
  readonly judged: readonly SeedCurve[];
  /** J of the default HPA, and others, on those days: drawn as level lines. */
  readonly references: readonly { readonly name: string; readonly objective: number }[];
  /** Step at which a seed was said to have converged. */
  readonly converged?: readonly { readonly seed: number; readonly step: number }[];
}

export interface SeedCurve {
  readonly seed: number;
  /** One per training iteration, by the names of the journal's `iteration` events. */
  readonly points: readonly { readonly step: number; readonly metrics: Readonly<Record<string, number | null>> }[];
}

export interface EvaluationData {
  readonly evaluation: Evaluation;
  /** Systems that the others are compared with, pair by pair. */
  readonly bases: readonly string[];
}

export interface TransferData {
  readonly name: string;
  readonly context: string;
  readonly namespace: string;
  readonly result: TransferResult;
  readonly audit: readonly AuditRecord[];
}

export interface ReportProblem {
  readonly level: 'info' | 'warning' | 'error';
  readonly phase?: string;
  readonly message: string;
}
