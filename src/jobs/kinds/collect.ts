import { ClusterError } from '../../cluster/live/live-cluster.ts';
import { truthParameters } from '../../cluster/emulator/parameters.ts';
import { EmulatedCluster } from '../../cluster/live/emulated-cluster.ts';
import { loadRecords } from '../../cluster/episodes/load-records.ts';
import { makeEpisode } from '../../cluster/episodes/make-episode.ts';
import { Random } from '../../cluster/random.ts';
import { collect, type CollectOptions } from '../../modeling/collect.ts';
import { TraceStore } from '../../modeling/traces/trace-store.ts';
import { artifactPath } from '../../runs/run-directory.ts';
import type { Cluster } from '../../spec/model.ts';
import { resolveTraining } from '../../training/setup.ts';
import { applyWrites } from '../../transferring/apply.ts';
import type { Audit } from '../../transferring/audit.ts';
import { COLLECT_AUDIT_FILE } from '../../runs/artifacts.ts';
import { startAuditFile } from '../running/audit-file.ts';
import type { JobContext } from '../running/context.ts';
import type { JobSummaries } from '../running/summaries.ts';
import type { JobOptions } from '../options/job-table.ts';
import { collectRealJob } from './collect-real.ts';

const RECORDING_SECONDS = 3600;

/**
 * Records traces of the emulated cluster on training days, in recordings of at most an hour that take turns through the
 * scenarios. They replace what an earlier, interrupted attempt of this run recorded. A real cluster is recorded in real time.
 */
export async function collectJob(
  context: JobContext,
  options: JobOptions['collect'],
): Promise<JobSummaries['collect']> {
  const { model, folder, run, seeds, signal, onProgress } = context;
  const { cluster, scenarios } = resolveTraining(model, options.training);
  if (cluster.metrics.source !== 'emulator') return collectRealJob(context, options, cluster);
  const loads = await loadRecords(folder, scenarios);
  const random = new Random(seeds[0], 0xc011);
  const notes = `run ${run.directory}`;
  using store = new TraceStore(options.traces);
  for (const recording of store.recordings()) if (recording.notes === notes) store.delete(recording.id);
  const audit = startAuditFile(artifactPath(run.directory, COLLECT_AUDIT_FILE));
  const total = Math.round(options.hours * 3600);
  let transitions = 0;
  let recordings = 0;
  for (let done = 0; done < total; done += RECORDING_SECONDS) {
    const seconds = Math.min(RECORDING_SECONDS, total - done);
    const scenario = scenarios[recordings % scenarios.length];
    const seed = random.nextUint32();
    const episode = makeEpisode(cluster, scenario, loads, { split: 'train', seed, seconds });
    const live = new EmulatedCluster(cluster, { episode, seed, parameters: truthParameters(cluster) });
    const recorded = await collect({
      spec: cluster,
      cluster: live,
      write: explorationWriter(live, cluster, audit),
      store,
      seconds,
      seed,
      exploration: { share: options.exploration },
      notes,
      signal,
      onProgress: (steps, all) =>
        onProgress({ done: done + (seconds * steps) / all, total, unit: 's of the cluster', what: 'collecting' }),
    });
    await live.close();
    transitions += recorded.transitions;
    recordings++;
  }
  run.recordArtifact(COLLECT_AUDIT_FILE);
  return { recordings, transitions };
}

/** Exploration moves are small in themselves, so the only remaining caps are the bounds of each service. */
function explorationWriter(live: EmulatedCluster, spec: Cluster, audit: Audit): CollectOptions['write'] {
  const limits = { move: Infinity, podsPerDecision: Infinity };
  return async (write, now, signal) => {
    const current = now.observation.service.desired;
    const context = {
      spec,
      limits,
      stage: 'exploration',
      dryRun: false,
      audit,
      time: now.time,
      current,
      signal,
    } as const;
    const { refused } = await applyWrites(live, [write], context);
    if (refused.length > 0) throw new ClusterError('invalid', refused[0].message);
  };
}
