import type { Verdict } from '../../modeling/accuracy/verdict.ts';
import type { Preflight } from '../../cluster/live/preflight.ts';
import type { Json, PhaseName } from '../../runs/events.ts';
import type { JobKind } from '../../runs/job-kinds.ts';
import type { Backend } from '../../nn/backend.ts';
import type { TwinKind } from '../../spec/model.ts';
import type { PlannedStage } from '../../transferring/plan.ts';
import { JobError } from '../failure.ts';
import type { StageSummary, TransferResult } from '../../transferring/transfer.ts';

/** What each job ends with: kept in the `finished` event of its journal, and printed. */
export interface JobSummaries {
  /** A summary for each phase, and where the report is, relative to the run directory. */
  readonly run: { readonly [P in PhaseName]?: JobSummary } & { readonly report: string };
  readonly collect: {
    readonly recordings: number;
    readonly transitions: number;
    /** Of a real cluster: observations that could not be used, and how often exploration paused. */
    readonly skipped?: number;
    readonly pauses?: number;
  };
  readonly fit: { readonly kind: TwinKind; readonly verdict: Verdict };
  readonly train: {
    /** Means over the seeds of the best J, and of that of the default HPA. */
    readonly objective: number;
    readonly hpaObjective: number;
    readonly seeds: Readonly<Record<string, SeedSummary>>;
  };
  readonly analyze: {
    readonly groups: number;
    readonly inferredRoles: number;
    readonly inferredGoals: number;
    readonly proposals: number;
    readonly silhouette: number;
    readonly purity: number;
    readonly stability: number | null;
    readonly alignment: number | null;
    readonly alignmentWithoutMask: number | null;
  };
  readonly evaluate: { readonly episodes: number; readonly J: Readonly<Record<string, number>> };
  readonly transfer:
    | { readonly plan: readonly PlannedStage[]; readonly preflight?: Preflight }
    | {
        readonly ended: TransferResult['ended'];
        readonly why: string;
        readonly stages: readonly StageSummary[];
        /** Transitions of the cluster that were added to the trace store. */
        readonly newTransitions: number;
      };
}
export type JobSummary = JobSummaries[JobKind];

/** What the training of one seed ends with. */
export interface SeedSummary {
  readonly objective: number;
  readonly hpaObjective: number;
  /** The environment step from which on J was no longer rising; 0 = there is none. */
  readonly convergedAt: number;
  readonly backend: Backend['name'];
  readonly device: string;
}

/** A summary as a journal holds it. */
export function asJson(summary: object): Json {
  return JSON.parse(JSON.stringify(summary)) as Json;
}

/** The summary of a seed as its process or its journal gives it. Throws a JobError where another version wrote it. */
export function seedSummary(json: Json): SeedSummary {
  if (isSeedSummary(json)) return json;
  throw new JobError('The summary of a seed is not one of this version of karma-mas: start a new run.');
}

function isSeedSummary(json: unknown): json is SeedSummary {
  const { objective, hpaObjective } = (json ?? {}) as { objective?: unknown; hpaObjective?: unknown };
  return typeof objective === 'number' && typeof hpaObjective === 'number';
}
