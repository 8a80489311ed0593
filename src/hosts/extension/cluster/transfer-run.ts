/** Finds the runs that are transfers to a cluster, and their requests. Does not import vscode. */
import { readFile } from 'node:fs/promises';
import { manifestPath } from '../../../runs/manifest.ts';
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

/** The options with which a run of all phases transfers: see src/jobs/kinds/run-all.ts. */
const OF_ALL_PHASES: Omit<TransferRequest, 'transfer'> = { upTo: 'full', dryRun: false, pace: 0, writeTo: '' };

/** The transfer that the run was asked for; undefined if the run is no transfer or its manifest cannot be read. */
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
    const manifest = JSON.parse(await readFile(manifestPath(directory), 'utf8')) as {
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

/** The obstacles to a transfer that the plan found; null if the plan was for an emulated cluster. */
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

/** The runs that a transfer offers and that nobody has started since. */
export function openOffers({ offers = [], name, project }: RunEntry, runs: readonly RunEntry[]): RunOffer[] {
  return offers.filter(
    ({ job, t }) =>
      !runs.some((run) => run.project === project && run.kind === job && run.name === name && run.createdAt > t),
  );
}

/** The newest policies of a Training; undefined if there are none. */
export function newestPolicies(runs: readonly RunEntry[], folder: string, training: string): RunEntry | undefined {
  return runs.find(
    ({ project, name, state, results }) =>
      project === folder && name === training && state === 'finished' && results.includes('policies'),
  );
}
