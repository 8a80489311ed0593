import type { Verdict } from '../../modeling/accuracy/verdict.ts';
import type { Preflight } from '../../cluster/live/preflight.ts';
import type { Json, PhaseName } from '../../runs/events.ts';
import type { JobKind } from '../../runs/job-kinds.ts';
import type { Backend } from '../../nn/backend.ts';
import type { TwinKind } from '../../spec/model.ts';
import type { PlannedStage } from '../../transferring/plan.ts';
import { JobError } from '../failure.ts';
import type { StageSummary, TransferResult } from '../../transferring/transfer.ts';

/** The result of each job. The `finished` event of its journal keeps it, and it is printed. */
export interface JobSummaries {
  /** One summary per phase, and the path of the report relative to the run directory. */
  readonly run: { readonly [P in PhaseName]?: JobSummary } & { readonly report: string };
  readonly collect: {
    readonly recordings: number;
    readonly transitions: number;
    /** Only for a real cluster: the number of unusable observations, and how often exploration paused. */
    readonly skipped?: number;
    readonly pauses?: number;
  };
  readonly fit: { readonly kind: TwinKind; readonly verdict: Verdict };
  readonly train: {
    /** Means over the seeds: the best J, and the J of the default HPA. */
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
        /** Number of the cluster's transitions that were added to the trace store. */
        readonly newTransitions: number;
      };
}
export type JobSummary = JobSummaries[JobKind];

/** The result of training one seed. */
export interface SeedSummary {
  readonly objective: number;
  readonly hpaObjective: number;
  /** The environment step at which J stopped rising; 0 if there is none. */
  readonly convergedAt: number;
  readonly backend: Backend['name'];
  readonly device: string;
}

/** Converts a summary to the JSON that a journal holds. */
export function asJson(summary: object): Json {
  return JSON.parse(JSON.stringify(summary)) as Json;
}

/** Checks the summary of a seed from its process or its journal. Throws a JobError if another version wrote it. */
export function seedSummary(json: Json): SeedSummary {
  if (isSeedSummary(json)) return json;
  throw new JobError('The summary of a seed is not one of this version of karma-mas: start a new run.');
}

function isSeedSummary(json: unknown): json is SeedSummary {
  const { objective, hpaObjective } = (json ?? {}) as { objective?: unknown; hpaObjective?: unknown };
  return typeof objective === 'number' && typeof hpaObjective === 'number';
}
