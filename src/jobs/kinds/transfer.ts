import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { LiveCluster, Snapshot } from '../../cluster/live/live-cluster.ts';
import { EmulatedCluster } from '../../cluster/live/emulated-cluster.ts';
import { truthParameters } from '../../cluster/emulator/parameters.ts';
import { loadRecords } from '../../cluster/episodes/load-records.ts';
import { makeEpisode } from '../../cluster/episodes/make-episode.ts';
import { TraceStore } from '../../modeling/traces/trace-store.ts';
import { stateOf } from '../../modeling/traces/layout.ts';
import { driftMeterOf, loadTwin } from '../../modeling/twin.ts';
import { writeFileAtomic } from '../../runs/atomic-file.ts';
import { withIoErrors } from '../../runs/io-error.ts';
import { artifactPath } from '../../runs/run-directory.ts';
import { takeSteering } from '../../runs/steering.ts';
import type { Cluster, Transfer } from '../../spec/model.ts';
import { named, resolveTraining } from '../../training/setup.ts';
import { runGuardedTransfer } from '../../transferring/guarded-transfer.ts';
import type { OriginalHpas } from '../../transferring/ladder.ts';
import { planTransfer } from '../../transferring/plan.ts';
import { blocking, planLines } from '../../transferring/plan-text.ts';
import { RefreshOffers } from '../../transferring/refresh-offers.ts';
import { makeTraceRecorder } from '../../transferring/trace-recorder.ts';
import { AUDIT_FILE, ORIGINAL_HPAS_FILE, TRANSFER_FILE } from '../../runs/artifacts.ts';
import { continueAuditFile, startAuditFile } from '../running/audit-file.ts';
import { withBackend } from '../backend/backend.ts';
import type { JobContext } from '../running/context.ts';
import { JobError } from '../failure.ts';
import type { JobSummaries } from '../running/summaries.ts';
import type { JobOptions } from '../options/job-table.ts';
import { tellLease } from '../running/lease-messages.ts';
import { atPace } from '../running/paced-cluster.ts';
import { assertMayWrite, connectReal, leaseOptions } from '../running/real-cluster.ts';
import { startWatchdog } from '../running/watchdog.ts';
import { readPolicies } from './policies.ts';

/** Seconds for which restoring the HPAs of a real cluster is repeated. */
export const RESTORE_FOR = 300;

/**
 * Climbs the ladder on the emulated cluster, or on the real one that the Transfer names. Each decision adds a line to
 * artifacts/audit.jsonl.
 */
export function transferJob(context: JobContext, options: JobOptions['transfer']): Promise<JobSummaries['transfer']> {
  return withBackend('wasm', async (backend) => {
    const { model, run, signal, onProgress, log } = context;
    const transfer = named(model.transfers, 'Transfer', options.transfer);
    const { cluster: spec } = resolveTraining(model, options.training);
    const { cluster, isReal } = await openCluster(context, options, spec, transfer);
    const meter = options.twin === '' ? undefined : driftMeterOf(loadTwin(options.twin));
    const driftOf = (snapshot: Snapshot) => meter?.distance(stateOf(snapshot.observation)) ?? NaN;
    const originals = artifactPath(run.directory, ORIGINAL_HPAS_FILE);
    const auditPath = artifactPath(run.directory, AUDIT_FILE);
    // When a transfer resumes, the emulated cluster starts over, while a real one is as the last attempt left it.
    const audit = isReal ? continueAuditFile(auditPath) : startAuditFile(auditPath);
    if (!isReal) withIoErrors(originals, () => rmSync(originals, { force: true }));
    const agents = { policies: readPolicies(options.policies, spec)[0], backend, driftOf };
    using store = new TraceStore(options.traces);
    using watchdogs = new DisposableStack();
    const recorder = makeTraceRecorder(store, spec, cluster.identity, `transfer of ${run.directory}`);
    try {
      if (options.upTo === 'plan') {
        const stages = await planTransfer({ cluster, spec, transfer, agents, audit, signal });
        const preflight = cluster.kind === 'shared' ? await cluster.preflight(signal) : undefined;
        for (const line of planLines(stages, preflight)) log(line);
        run.recordArtifact(AUDIT_FILE);
        return { plan: stages, ...(preflight ? { preflight } : {}) };
      }
      const writes = options.upTo !== 'shadow' && !options.dryRun;
      if (isReal && writes) assertMayWrite(cluster.identity, options.writeTo, `Transfer ${transfer.name}`);
      if (writes) await assertNothingInTheWay(cluster, signal);
      const offers = new RefreshOffers(transfer.refresh);
      const lease = leaseOptions();
      const result = await runGuardedTransfer({
        ...lease,
        cluster,
        spec,
        transfer,
        agents,
        climb: {
          upTo: options.upTo,
          fullFor: options.fullFor,
          dryRun: options.dryRun,
          // Nobody else uses the emulated cluster. For a real one, the user has already named the place: see assertMayWrite.
          confirm: () => Promise.resolve(true),
          steer: () => takeSteering(run.directory),
          restoreFor: isReal ? RESTORE_FOR : 0,
        },
        originals: {
          read: () => (existsSync(originals) ? (JSON.parse(readFileSync(originals, 'utf8')) as OriginalHpas) : {}),
          write: (saved) => writeFileAtomic(originals, JSON.stringify(saved)),
        },
        listeners: {
          audit,
          onTransition: (before, after) => {
            recorder.record(before, after);
            for (const offer of offers.due(after.time, recorder.transitions)) run.journal.append('offer', { ...offer });
          },
          onProgress: (done, total, stage) =>
            onProgress({ done, total, unit: 's of the cluster', what: `stage ${stage}` }),
        },
        onLease: (event) => {
          if (event.event === 'held') watchdogs.use(startWatchdog(run.directory, lease.identity, log));
          tellLease(event, log);
        },
        signal,
      });
      if (result.ended === 'stopped') throw signal.reason;
      run.recordArtifact(AUDIT_FILE);
      const { context: name, namespace } = cluster.identity;
      run.writeArtifact(TRANSFER_FILE, JSON.stringify({ name: transfer.name, context: name, namespace, result }));
      return {
        ended: result.ended,
        why: result.why,
        stages: result.stages,
        newTransitions: recorder.transitions,
      };
    } finally {
      await cluster.close();
    }
  });
}

/** Throws JobError if the transfer would not work or would conflict with somebody. The caller waits for a held lease. */
async function assertNothingInTheWay(cluster: LiveCluster, signal: AbortSignal): Promise<void> {
  if (cluster.kind === 'own') return;
  const stops = blocking(await cluster.preflight(signal)).filter(({ code }) => code !== 'leaseHeld');
  if (stops.length > 0)
    throw new JobError(`The transfer cannot begin. ${stops.map(({ message }) => message.trimEnd()).join('\n')}`);
}

/** Opens the real cluster of the Transfer's context, or the emulated one on an ordinary day, as the Cluster spec says. */
async function openCluster(
  context: JobContext,
  options: JobOptions['transfer'],
  spec: Cluster,
  transfer: Transfer,
): Promise<{ cluster: LiveCluster; isReal: boolean }> {
  if (spec.metrics.source !== 'emulator') {
    const cluster = await connectReal(spec, transfer.target, context);
    const { context: name, server, namespace } = cluster.identity;
    context.log(`Transfer ${transfer.name} to context ${name}, server ${server}, namespace ${namespace}.`);
    return { cluster, isReal: true };
  }
  const { model, folder, seeds } = context;
  const { scenarios } = resolveTraining(model, options.training);
  const loads = await loadRecords(folder, scenarios);
  const seconds = transfer.stages.reduce((sum, stage) => sum + ('lasts' in stage ? stage.lasts : options.fullFor), 0);
  // The load of the first scenario without disturbances.
  const ordinary = { ...scenarios[0], events: [], random: [] };
  const episode = makeEpisode(spec, ordinary, loads, { split: 'test', seed: seeds[0], seconds });
  const emulated = new EmulatedCluster(spec, { episode, seed: seeds[0], parameters: truthParameters(spec) });
  return { cluster: atPace(emulated, options.pace), isReal: false };
}
