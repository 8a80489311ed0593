/** Ends a transfer: restores the original HPAs and reads them back. */
import type { ClusterWrite, HpaState, LiveCluster } from '../cluster/live/live-cluster.ts';
import { Deadline, type Timers } from '../cluster/live/timers.ts';
import { applyWrites, PASSING, type ApplyContext, type Refusal } from './apply.ts';
import type { RestoredHpa } from './audit.ts';
import { hpaRecord } from './decision-record.ts';
import { messageOf } from './holding-lease.ts';
import type { OriginalHpas } from './ladder.ts';

/** Seconds that one attempt may take, and seconds between two attempts. */
const ATTEMPT = 10;
const RETRY = 2;

export interface RestoringOptions {
  readonly cluster: LiveCluster;
  readonly timers: Timers;
  /** Seconds during which failed attempts are repeated. */
  readonly restoreFor: number;
  readonly context: Omit<ApplyContext, 'signal'>;
}

/** Resolves with the refusals that remain. Temporary refusals and those for a missing right are tried again. */
export async function restoreOriginals(
  writes: readonly ClusterWrite[],
  options: RestoringOptions,
): Promise<readonly Refusal[]> {
  const refused: Refusal[] = [];
  let left = writes;
  for (let waited = 0; left.length > 0; waited += RETRY) {
    const isLast = waited + RETRY > options.restoreFor;
    const refusals = await attempt(left, options);
    const passing = refusals.filter(({ reason }) => (PASSING.has(reason) || reason === 'forbidden') && !isLast);
    refused.push(...refusals.filter((refusal) => !passing.includes(refusal)));
    left = passing.map(({ write }) => write);
    if (left.length > 0) await options.cluster.wait(RETRY, new AbortController().signal);
  }
  return refused;
}

async function attempt(
  writes: readonly ClusterWrite[],
  { cluster, timers, context }: RestoringOptions,
): Promise<readonly Refusal[]> {
  using deadline = new Deadline(timers, ATTEMPT);
  try {
    return (await applyWrites(cluster, writes, { ...context, signal: deadline.signal })).refused;
  } catch (error) {
    const message = messageOf(error);
    return writes.map((write) => ({ write, reason: 'timeout', message }));
  }
}

/** Returns the current HPAs and whether they equal the originals; undefined if the cluster does not answer. */
export async function readBack(
  cluster: LiveCluster,
  originals: OriginalHpas,
  timers: Timers,
): Promise<Record<string, RestoredHpa> | undefined> {
  using deadline = new Deadline(timers, ATTEMPT);
  try {
    const { hpas } = await cluster.observe(deadline.signal);
    const entries = hpas.flatMap((hpa): [string, RestoredHpa][] =>
      hpa ? [[hpa.service, { ...hpaRecord(hpa), asBefore: isAsBefore(hpa, originals[hpa.service]) }]] : [],
    );
    return Object.fromEntries(entries);
  } catch {
    // Reading back only confirms the writes, which already have their own records.
    return undefined;
  }
}

function isAsBefore(hpa: HpaState, original: HpaState | undefined): boolean {
  if (hpa.paused) return false;
  return !original || (hpa.minReplicas === original.minReplicas && hpa.maxReplicas === original.maxReplicas);
}
