import type { ClusterWrite, Snapshot } from '../../cluster/live/live-cluster.ts';
import { collectLive, type LiveExploration } from '../../modeling/collect-live.ts';
import { TraceStore } from '../../modeling/traces/trace-store.ts';
import { artifactPath } from '../../runs/run-directory.ts';
import { ACCOUNTING_INTERVAL } from '../../cluster/simulation/simulation.ts';
import type { Cluster, Transfer } from '../../spec/model.ts';
import { applyWrites } from '../../transferring/apply.ts';
import type { Audit } from '../../transferring/audit.ts';
import { withLease } from '../../transferring/holding-lease.ts';
import { limitDecision } from '../../transferring/limits.ts';
import { restoreChangedHpas } from '../../transferring/restore-changed-hpas.ts';
import type { Fence } from '../../transferring/writer-lease.ts';
import { COLLECT_AUDIT_FILE } from '../../runs/artifacts.ts';
import { continueAuditFile } from '../running/audit-file.ts';
import type { JobContext } from '../running/context.ts';
import { JobError } from '../failure.ts';
import type { JobSummaries } from '../running/summaries.ts';
import type { JobOptions } from '../options/job-table.ts';
import { assertMayWrite, connectReal, leaseOptions } from '../running/real-cluster.ts';
import { targetOf } from '../starting/target.ts';

/** Caps on exploration if no Transfer sets any. The twin should notice the exploration, but nobody else. */
const CAREFUL: Transfer['limits'] = { move: 1, podsPerDecision: 2 };
/** Success rate of requests below which exploration must stop. */
const LEAST_SUCCESS = 0.95;

/**
 * Records a real cluster. It only observes unless the user named the place (`writeTo`); then it explores within the caps. A
 * resumed run records the remaining time, and restores what an earlier attempt left paused.
 */
export async function collectRealJob(
  context: JobContext,
  options: JobOptions['collect'],
  spec: Cluster,
): Promise<JobSummaries['collect']> {
  const { model, run, seeds, signal, onProgress, log } = context;
  const target = targetOf(model, spec);
  const cluster = await connectReal(spec, { ...target, context: options.context || target.context }, context);
  const { writeTo } = options;
  const notes = `run ${run.directory}`;
  using store = new TraceStore(options.traces);
  try {
    if (writeTo !== '') assertMayWrite(cluster.identity, writeTo, 'Collecting with exploration');
    const earlier = store.recordings().filter((recording) => recording.notes === notes);
    const source = `${cluster.identity.context}/${cluster.identity.namespace}`;
    const other = earlier.find((recording) => recording.source !== source);
    if (other)
      throw new JobError(
        `This run began to record ${other.source}, and would go on with ${source}: choose that context, or start a new run.`,
      );
    const before = earlier.reduce((sum, { transitions }) => sum + transitions, 0);
    const total = Math.round(options.hours * 3600);
    const left = Math.max(0, total - before * ACCOUNTING_INTERVAL);
    const audit = continueAuditFile(artifactPath(run.directory, COLLECT_AUDIT_FILE));
    const record = (explore?: LiveExploration, until = signal) =>
      collectLive({
        spec,
        cluster,
        store,
        seconds: left,
        seed: seeds[0],
        notes,
        ...(explore ? { explore } : {}),
        signal: until,
        onState: (message) => log(message, 'warning'),
        onProgress: (done, all) =>
          onProgress({
            done: total - left + (all === 0 ? 0 : (left * done) / all),
            total,
            unit: 's of the cluster',
            what: 'collecting',
          }),
      });
    const { server } = cluster.identity;
    log(`Recording ${source} on ${server}${writeTo === '' ? '; nothing is written there' : ', with exploration'}.`);
    const lease = { ...leaseOptions(), cluster, signal };
    const collected =
      writeTo === ''
        ? await record()
        : await withLease(lease, async (fence) => {
            const transfer = transferOf(context, spec);
            await restoreChangedHpas({ ...lease, spec, transfer: { limits: transfer.limits }, audit }, fence);
            const explore = exploration(cluster, spec, transfer.limits, options.exploration, audit, fence);
            return record(explore, AbortSignal.any([signal, fence.taken])).catch((error: unknown) => {
              throw fence.taken.aborted ? fence.taken.reason : error;
            });
          });
    run.recordArtifact(COLLECT_AUDIT_FILE);
    const { transitions, skipped, pauses } = collected;
    return { recordings: earlier.length + Number(transitions > 0), transitions: before + transitions, skipped, pauses };
  } finally {
    await cluster.close();
  }
}

/** Returns the caps of the Transfer that targets this cluster. */
function transferOf({ model }: JobContext, spec: Cluster): { limits: Transfer['limits'] } {
  const { transfers, trainings, organizations } = model;
  const found = transfers.find(({ training }) => {
    const organization = trainings.find(({ name }) => name === training)?.organization;
    return organizations.find(({ name }) => name === organization)?.cluster === spec.name;
  });
  return { limits: found?.limits ?? CAREFUL };
}

function exploration(
  cluster: Awaited<ReturnType<typeof connectReal>>,
  spec: Cluster,
  limits: Transfer['limits'],
  share: number,
  audit: Audit,
  fence: Fence,
): LiveExploration {
  return {
    settings: { share },
    limit: (current, wanted) => limitDecision(spec, limits, current, wanted).replicas,
    broken: (snapshot) => brokenObjective(spec, snapshot),
    async write(writes: readonly ClusterWrite[], now, signal) {
      const current = now.observation.service.desired;
      const place = { spec, limits, stage: 'exploration', dryRun: false, audit, time: now.time, current } as const;
      const { refused } = await applyWrites(cluster, writes, { ...place, signal, fence });
      // A deleted HPA needs no restoring, and whoever took the lease restores what is left.
      return refused
        .filter(({ reason, write }) => !(write.type === 'restoreHpa' && (reason === 'notFound' || reason === 'taken')))
        .map(({ message }) => message);
    },
  };
}

/** Returns which objective is broken at the entry points, or an empty text. A missing metric breaks none, since it means hold. */
export function brokenObjective({ objectives }: Cluster, { observation }: Snapshot): string {
  const latency = observation.cluster.latency[0];
  const success = observation.cluster.successRate[0];
  if (latency > objectives.maxLatency) return `latency is ${latency.toFixed(2)} s, above ${objectives.maxLatency} s`;
  if (success < LEAST_SUCCESS) return `${(100 * success).toFixed(1)} % of the requests succeed`;
  return '';
}
