/**
 * Architecture Invariant: the one function of the product that writes to a cluster. The caps, the dry run and the audit
 * record are inside it, so that no caller can forget them.
 */
import { ClusterError, type Cluster as LiveCluster, type ClusterWrite } from '../cluster/cluster.ts';
import type { Cluster, Transfer } from '../spec/model.ts';
import type { Audit } from './audit.ts';
import type { StageName } from './ladder.ts';

export interface ApplyContext {
  readonly spec: Cluster;
  readonly limits: Transfer['limits'];
  readonly stage: StageName;
  /** true = ask the server whether it would accept, and change nothing. */
  readonly dryRun: boolean;
  readonly audit: Audit;
  /** Seconds, for the audit record. */
  readonly time: number;
  /** Replicas by service index at the moment of the decision, for the caps. */
  readonly current: ArrayLike<number>;
  readonly signal: AbortSignal;
}

export interface Applied {
  readonly accepted: readonly ClusterWrite[];
  readonly refused: readonly { readonly write: ClusterWrite; readonly message: string }[];
}

/**
 * Sends each write as a server-side dry run first and then, unless `dryRun`, for real. A write beyond the caps, or one
 * that the server refuses, changes nothing and is reported; the others go on. Only an abort rejects.
 */
export async function applyWrites(
  cluster: LiveCluster,
  writes: readonly ClusterWrite[],
  context: ApplyContext,
): Promise<Applied> {
  const accepted: ClusterWrite[] = [];
  const refused: { write: ClusterWrite; message: string }[] = [];
  let budget = context.limits.podsPerDecision;
  for (const write of writes) {
    context.signal.throwIfAborted();
    const overstep = beyondCaps(write, context, budget);
    const message = overstep ?? (await send(cluster, write, context));
    if (write.type === 'scale' && !message) budget -= Math.abs(write.replicas - currentOf(write.service, context));
    if (message) refused.push({ write, message });
    else accepted.push(write);
    context.audit({
      type: 'write',
      time: context.time,
      stage: context.stage,
      ...cluster.identity,
      write: withoutOriginal(write),
      dryRun: context.dryRun,
      result: message ? 'refused' : 'accepted',
      message: message ?? '',
    });
  }
  return { accepted, refused };
}

async function send(cluster: LiveCluster, write: ClusterWrite, context: ApplyContext): Promise<string | undefined> {
  try {
    await cluster.write(write, { dryRun: true, signal: context.signal });
    if (!context.dryRun) await cluster.write(write, { dryRun: false, signal: context.signal });
    return undefined;
  } catch (error) {
    if (error instanceof ClusterError && error.reason !== 'aborted') return error.message;
    throw error;
  }
}

/** Handing back to the HPA is never capped: it must always work. */
function beyondCaps(write: ClusterWrite, context: ApplyContext, budget: number): string | undefined {
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

/** The saved object is large and may hold annotations; the record says only what was done. */
function withoutOriginal(write: ClusterWrite): Record<string, unknown> {
  return write.type === 'restoreHpa' ? { type: write.type, service: write.service } : { ...write };
}
