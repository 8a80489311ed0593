/**
 * Architecture Invariant: the one function of the product that writes to a cluster. The caps, the lease, the dry run and the
 * audit record are inside it, so that no caller can forget them.
 */
import { ClusterError, type ClusterWrite, type LiveCluster } from '../cluster/live/live-cluster.ts';
import type { Cluster, Transfer } from '../spec/model.ts';
import type { Audit } from './audit.ts';
import type { StageName } from './ladder.ts';
import { WriterLeaseError, type Fence } from './writer-lease.ts';

/** HPAs that are edited at once. Hundreds of them must be paused, and restored, within seconds. */
const HPAS_AT_ONCE = 8;

export interface ApplyContext {
  readonly spec: Cluster;
  readonly limits: Transfer['limits'];
  readonly stage: StageName;
  /** Whether only to ask the server if it would accept the writes. */
  readonly dryRun: boolean;
  readonly audit: Audit;
  /** Seconds, for the audit record. */
  readonly time: number;
  /** Replicas by service index at the moment of the decision, for the caps. */
  readonly current: ArrayLike<number>;
  readonly signal: AbortSignal;
  /** The lease that allows writes, asked before each write that is not a dry run. Needed if the cluster is shared. */
  readonly fence?: Fence | undefined;
}

export interface Applied {
  readonly accepted: readonly ClusterWrite[];
  readonly refused: readonly Refusal[];
}

export interface Refusal {
  readonly write: ClusterWrite;
  readonly reason: 'caps' | WriterLeaseError['reason'] | ClusterError['reason'];
  readonly message: string;
}

/** Reasons that may no longer hold at the next attempt. */
export const PASSING: ReadonlySet<Refusal['reason']> = new Set(['unreachable', 'timeout', 'conflict', 'expired']);

/**
 * Sends each write as a server-side dry run first and then, unless `dryRun`, for real. Restoring an HPA needs no dry run first.
 * A write that exceeds the caps, lacks the lease or is refused by the server changes nothing and is reported; the others
 * continue. Only an abort rejects.
 */
export async function applyWrites(
  cluster: LiveCluster,
  writes: readonly ClusterWrite[],
  context: ApplyContext,
): Promise<Applied> {
  if (cluster.kind === 'shared' && !context.fence && !context.dryRun && writes.length > 0)
    throw new Error('A cluster that has a lease is written to by its holder only.');
  const accepted: ClusterWrite[] = [];
  const refused: Refusal[] = [];
  let budget = context.limits.podsPerDecision;
  /** Why no write can succeed. The remaining writes are then not tried. */
  let closed: Reason | undefined;
  const note = (write: ClusterWrite, refusal: Reason | undefined): void =>
    context.audit({
      type: 'write',
      time: context.time,
      stage: context.stage,
      ...cluster.identity,
      write: withoutOriginal(write),
      dryRun: context.dryRun,
      result: refusal ? 'refused' : 'accepted',
      message: refusal?.message ?? '',
    });
  const apply = async (write: ClusterWrite): Promise<void> => {
    context.signal.throwIfAborted();
    const refusal = await attempt(write).catch((error: unknown) => {
      note(write, { reason: 'aborted', message: 'stopped meanwhile' });
      throw error;
    });
    note(write, refusal);
    if (!refusal) accepted.push(write);
    else refused.push({ write, reason: refusal.reason, message: refusal.message });
    if (refusal && CLOSED.has(refusal.reason)) closed = refusal;
    else if (write.type === 'scale' && !refusal) budget -= Math.abs(write.replicas - currentOf(write.service, context));
  };
  const attempt = async (write: ClusterWrite): Promise<Reason | undefined> =>
    beyondCaps(write, context, budget) ?? closed ?? (await send(cluster, write, context));
  for (const batch of batchesOf(writes)) {
    // If one write is aborted, wait for the others, so that none is in progress once this has rejected.
    const settled = await Promise.allSettled(batch.map(apply));
    const aborted = settled.find((each) => each.status === 'rejected');
    if (aborted) throw aborted.reason;
  }
  return { accepted, refused };
}

/** Puts one scaling into each batch, since scalings share the budget of a decision. Edits of HPAs have no budget. */
function batchesOf(writes: readonly ClusterWrite[]): ClusterWrite[][] {
  const batches: ClusterWrite[][] = [];
  for (const write of writes) {
    const last = batches.at(-1);
    if (last && write.type !== 'scale' && last[0].type !== 'scale' && last.length < HPAS_AT_ONCE) last.push(write);
    else batches.push([write]);
  }
  return batches;
}

type Reason = Omit<Refusal, 'write'>;

/** Reasons that apply to every write until the situation changes. */
const CLOSED: ReadonlySet<Refusal['reason']> = new Set(['unreachable', 'timeout', 'taken', 'expired']);

async function send(cluster: LiveCluster, write: ClusterWrite, context: ApplyContext): Promise<Reason | undefined> {
  const { signal, dryRun, fence } = context;
  try {
    if (dryRun || write.type !== 'restoreHpa') await cluster.write(write, { dryRun: true, signal });
    if (dryRun) return undefined;
    using allowed = await fence?.check(signal);
    const bounded = allowed ? AbortSignal.any([signal, allowed.signal]) : signal;
    const mayStillWrite = () => fence?.isHeld ?? true;
    await cluster.write(write, { dryRun: false, signal: bounded, mayStillWrite });
  } catch (error) {
    if (error instanceof WriterLeaseError) return error;
    if (error instanceof ClusterError && !signal.aborted)
      return error.reason === 'aborted'
        ? { reason: 'expired', message: `${write.service}: the write was cut off before the lease ran out.` }
        : error;
    throw error;
  }
  return undefined;
}

/** Restoring an HPA is never capped, since it must always work. */
function beyondCaps(write: ClusterWrite, context: ApplyContext, budget: number): Reason | undefined {
  const message = overstep(write, context, budget);
  return message === undefined ? undefined : { reason: 'caps', message };
}

function overstep(write: ClusterWrite, context: ApplyContext, budget: number): string | undefined {
  if (write.type === 'restoreHpa' || write.type === 'pauseHpa') return undefined;
  const service = context.spec.services.find((candidate) => candidate.name === write.service);
  if (!service) return `${write.service} is not a service of cluster ${context.spec.name}.`;
  const replicas = write.type === 'scale' ? write.replicas : write.minReplicas;
  const { min, max } = service.replicas;
  if (!Number.isInteger(replicas) || replicas < min || replicas > max)
    return `${replicas} replicas of ${write.service} are outside its bounds ${min}..${max}.`;
  if (write.type !== 'scale') return undefined;
  const move = Math.abs(replicas - currentOf(write.service, context));
  if (move > context.limits.move)
    return `A move of ${move} pods of ${write.service} exceeds limits.move ${context.limits.move}.`;
  if (move > budget)
    return `${write.service}: this decision may move ${context.limits.podsPerDecision} pods in all (limits.podsPerDecision).`;
  return undefined;
}

const currentOf = (name: string, context: ApplyContext): number =>
  context.current[context.spec.services.findIndex((service) => service.name === name)];

/** Leaves out the saved object, which is large and may hold annotations. */
function withoutOriginal(write: ClusterWrite): Record<string, unknown> {
  return write.type === 'restoreHpa' ? { type: write.type, service: write.service } : { ...write };
}
