/** Which runs are transfers to a cluster, and what they were asked for; plain code. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { flag, list, number, object, oneOf, text, type Of } from '../../../../webview/protocol/shape.ts';
import {
  findingShape,
  planShape,
  type ClusterStatus,
  type PlannedStage,
} from '../../../../webview/protocol/cluster.ts';
import type { ClusterDigest } from '../../../language/protocol.ts';
import type { RunEntry, RunOffer } from '../runs/run-entry.ts';

const request = object({
  transfer: text,
  upTo: oneOf('plan', 'shadow', 'floor', 'canary', 'full'),
  dryRun: flag,
  pace: number,
  /** Of a real cluster: where it may write; empty = nowhere. */
  writeTo: text,
});
export type TransferRequest = Of<typeof request>;

/** What a run of all phases transfers with: see runner/jobs/run-all.ts. */
const OF_ALL_PHASES: Omit<TransferRequest, 'transfer'> = { upTo: 'full', dryRun: false, pace: 0, writeTo: '' };

/** What the run was asked for as a transfer; undefined where it is none, or its manifest cannot be read. */
export async function transferRequest(
  { directory, kind, name }: RunEntry,
  of: ClusterDigest,
): Promise<TransferRequest | undefined> {
  if (kind === 'run') {
    const transfer = of.transfers.find(({ training }) => training === name);
    return transfer && { ...OF_ALL_PHASES, transfer: transfer.name };
  }
  if (kind !== 'transfer') return undefined;
  try {
    const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as {
      readonly options?: unknown;
    };
    const options = { pace: 0, writeTo: '', ...(manifest.options as object) };
    return request.problem(options, 'options') === undefined ? (options as TransferRequest) : undefined;
  } catch {
    return undefined;
  }
}

/** The plan that a run of `--up-to plan` ended with. */
export function planOf({ summary }: RunEntry): readonly PlannedStage[] | null {
  const plan = (summary as { readonly plan?: unknown } | null | undefined)?.plan;
  return planShape.problem(plan, 'plan') === undefined ? (plan as readonly PlannedStage[]) : null;
}

const preflight = object({ rights: list(object({ allowed: flag })), findings: list(findingShape) });

/** What stands in the way of a transfer, as that plan found it; null where it was of an emulated cluster. */
export function preflightOf({ summary }: RunEntry): ClusterStatus['preflight'] {
  const found = (summary as { readonly preflight?: unknown } | null | undefined)?.preflight;
  if (preflight.problem(found, 'preflight') !== undefined) return null;
  const { rights, findings } = found as Of<typeof preflight>;
  return {
    rights: rights.length,
    granted: rights.filter(({ allowed }) => allowed).length,
    findings: findings.map(({ severity, service, message }) => ({ severity, service, message })),
  };
}

/** What a transfer offers that nobody has started since. */
export function openOffers({ offers = [], name, project }: RunEntry, runs: readonly RunEntry[]): RunOffer[] {
  return offers.filter(
    ({ job, t }) =>
      !runs.some((run) => run.project === project && run.kind === job && run.name === name && run.createdAt > t),
  );
}

/** The newest policies of a Training, or undefined where there are none. */
export function newestPolicies(runs: readonly RunEntry[], folder: string, training: string): RunEntry | undefined {
  return runs.find(
    ({ project, name, state, results }) =>
      project === folder && name === training && state === 'finished' && results.includes('policies'),
  );
}
