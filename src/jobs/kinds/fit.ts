import { mkdirSync, readdirSync } from 'node:fs';
import { defaultHpa } from '../../cluster/hpa/controller.ts';
import { truthParameters } from '../../cluster/emulator/parameters.ts';
import { Emulator } from '../../cluster/emulator/emulator.ts';
import type { Episode } from '../../cluster/simulation/simulation.ts';
import { loadRecords } from '../../cluster/episodes/load-records.ts';
import { constant, everythingAtMaximum } from '../../evaluating/baselines/constant.ts';
import { demandRule } from '../../evaluating/baselines/demand-rule.ts';
import { fitTwin, type FitStage, type RankingRequest } from '../../modeling/fit-twin.ts';
import { saveTwin } from '../../modeling/twin.ts';
import { TraceStore } from '../../modeling/traces/trace-store.ts';
import { withIoErrors } from '../../runs/io-error.ts';
import { artifactPath } from '../../runs/run-directory.ts';
import type { Cluster } from '../../spec/model.ts';
import { episodePool, resolveTraining } from '../../training/setup.ts';
import { withBackend } from '../backend/backend.ts';
import type { JobContext } from '../running/context.ts';
import type { JobSummaries } from '../running/summaries.ts';
import type { JobOptions } from '../options/job-table.ts';
import { TWIN_FOLDER, TWIN_REPORT_FILE } from '../../runs/artifacts.ts';

/** Number of episodes on which known policies are ranked, and the first of their seeds. */
const RANKING_EPISODES = 20;
const RANKING_SEED = 3_000_000;

const STAGES: Readonly<Record<FitStage, string>> = {
  calibrate: 'calibrating',
  network: 'fitting the network',
  accuracy: 'measuring the twin',
  rank: 'ranking known policies',
};

/** Fits a twin to the traces and writes artifacts/twin/ and artifacts/twin-report.json. */
export function fitJob(context: JobContext, options: JobOptions['fit']): Promise<JobSummaries['fit']> {
  return withBackend('wasm', async (backend) => {
    const { model, folder, run, seeds, signal, onProgress } = context;
    const { cluster, training, scenarios } = resolveTraining(model, options.training);
    const loads = await loadRecords(folder, scenarios);
    using store = new TraceStore(options.traces);
    const { hidden, learningRate } = training.twin.residual;
    const { twin, report } = await fitTwin({
      cluster,
      store,
      kind: options.twin || training.twin.kind,
      seed: seeds[0],
      backend,
      network: { hidden, learningRate },
      ...(cluster.metrics.source === 'emulator'
        ? { ranking: rankingOf(cluster, episodePool({ cluster, scenarios, loads }, 'choose', RANKING_SEED)) }
        : {}),
      signal,
      onProgress: (stage, done, total) => onProgress({ done, total, unit: 'parts', what: STAGES[stage] }),
    });
    const target = artifactPath(run.directory, TWIN_FOLDER);
    withIoErrors(target, () => mkdirSync(target, { recursive: true }));
    saveTwin(target, twin);
    for (const name of readdirSync(target).sort()) run.recordArtifact(`${TWIN_FOLDER}/${name}`);
    run.writeArtifact(TWIN_REPORT_FILE, `${JSON.stringify(report, null, 2)}\n`);
    return { kind: twin.kind, verdict: report.verdict };
  });
}

/** Known policies can be ranked only on an emulated cluster. What they would achieve on a real one is unknown. */
const rankingOf = (cluster: Cluster, episodeAt: (index: number) => Episode): RankingRequest => ({
  systems: [
    defaultHpa,
    demandRule(),
    everythingAtMaximum(cluster),
    constant(
      'minimum',
      cluster.services.map((service) => service.replicas.min),
    ),
  ],
  episodes: Array.from({ length: RANKING_EPISODES }, (_, index) => episodeAt(index)),
  truth: (environments) => new Emulator(cluster, environments, truthParameters(cluster)),
});
