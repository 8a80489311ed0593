import { existsSync, readFileSync, rmSync } from 'node:fs';
import type { Snapshot } from '../../../cluster/cluster.ts';
import { EmulatedCluster } from '../../../cluster/emulated-cluster.ts';
import { truthParameters } from '../../../cluster/emulator/parameters.ts';
import { loadRecords } from '../../../cluster/episodes/load-records.ts';
import { makeEpisode } from '../../../cluster/episodes/make-episode.ts';
import { TraceStore } from '../../../modeling/traces/trace-store.ts';
import { stateOf } from '../../../modeling/traces/layout.ts';
import { driftMeterOf, loadTwin } from '../../../modeling/twin.ts';
import { writeFileAtomic } from '../../../runs/atomic-file.ts';
import type { Json } from '../../../runs/events.ts';
import { withIoErrors } from '../../../runs/io-error.ts';
import { artifactPath } from '../../../runs/run-directory.ts';
import { named, resolveTraining } from '../../../training/setup.ts';
import type { OriginalHpas } from '../../../transferring/ladder.ts';
import { planTransfer } from '../../../transferring/plan.ts';
import { makeTraceRecorder } from '../../../transferring/trace-recorder.ts';
import { runTransfer } from '../../../transferring/transfer.ts';
import { AUDIT_FILE, TRANSFER_FILE } from '../artifacts.ts';
import { startAuditFile } from '../audit-file.ts';
import { withBackend } from '../backend.ts';
import { JobError, type JobContext, type Summary } from '../context.ts';
import type { JobOptions } from '../options.ts';
import { atPace } from '../paced-cluster.ts';
import { readPolicies } from './policies.ts';

const ORIGINALS_FILE = 'original-hpas.json';

/** Climbs the ladder on the emulated cluster; every decision is a line of artifacts/audit.jsonl. */
export function transferJob(context: JobContext, options: JobOptions['transfer']): Promise<Summary> {
  return withBackend('wasm', async (backend) => {
    const { model, folder, run, seeds, signal, onProgress } = context;
    const transfer = named(model.transfers, 'Transfer', options.transfer);
    const { cluster: spec, scenarios } = resolveTraining(model, options.training);
    if (spec.metrics.source !== 'emulator')
      throw new JobError(
        `Cluster ${spec.name} has metrics.source ${spec.metrics.source}: transfers go to the emulated cluster; set it to emulator.`,
      );
    const loads = await loadRecords(folder, scenarios);
    const seconds = transfer.stages.reduce((sum, stage) => sum + ('lasts' in stage ? stage.lasts : options.fullFor), 0);
    // An ordinary day: the load of the first scenario without its disturbances.
    const ordinary = { ...scenarios[0], events: [], random: [] };
    const episode = makeEpisode(spec, ordinary, loads, { split: 'test', seed: seeds[0], seconds });
    const emulated = new EmulatedCluster(spec, { episode, seed: seeds[0], parameters: truthParameters(spec) });
    const cluster = atPace(emulated, options.pace);
    const meter = options.twin === '' ? undefined : driftMeterOf(loadTwin(options.twin));
    const driftOf = (snapshot: Snapshot) => meter?.distance(stateOf(snapshot.observation)) ?? NaN;
    const originals = artifactPath(run.directory, ORIGINALS_FILE);
    // A resumed transfer meets the emulated cluster as it was in the beginning.
    const audit = startAuditFile(artifactPath(run.directory, AUDIT_FILE));
    withIoErrors(originals, () => rmSync(originals, { force: true }));
    const policies = readPolicies(options.policies, spec)[0];
    using store = new TraceStore(options.traces);
    const recorder = makeTraceRecorder(store, spec, cluster.identity, `transfer of ${run.directory}`);
    try {
      if (options.upTo === 'plan') {
        const stages = await planTransfer({ cluster, spec, transfer, policies, backend, driftOf, audit, signal });
        run.recordArtifact(AUDIT_FILE);
        return { plan: stages as unknown as Json };
      }
      const result = await runTransfer({
        cluster,
        spec,
        transfer,
        policies,
        backend,
        driftOf,
        fullFor: options.fullFor,
        upTo: options.upTo,
        dryRun: options.dryRun,
        // The emulated cluster is nobody's: nothing has to be asked.
        confirm: () => Promise.resolve(true),
        audit,
        originals: {
          read: () => (existsSync(originals) ? (JSON.parse(readFileSync(originals, 'utf8')) as OriginalHpas) : {}),
          write: (saved) => writeFileAtomic(originals, JSON.stringify(saved)),
        },
        onTransition: (before, after) => recorder.record(before, after),
        onProgress: (done, total, stage) =>
          onProgress({ done, total, unit: 's of the cluster', what: `stage ${stage}` }),
        signal,
      });
      if (result.ended === 'stopped') throw signal.reason;
      run.recordArtifact(AUDIT_FILE);
      const { context: name, namespace } = cluster.identity;
      run.writeArtifact(TRANSFER_FILE, JSON.stringify({ name: transfer.name, context: name, namespace, result }));
      return {
        ended: result.ended,
        why: result.why,
        stages: result.stages as unknown as Json,
        newTransitions: recorder.transitions,
      };
    } finally {
      await cluster.close();
    }
  });
}
