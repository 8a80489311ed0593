/** One decision of all agents as the controller makes it: its time, and what an agent takes of memory. Limits: 1 ms, 5 MB. */
import type { Snapshot } from '../../src/cluster/live/live-cluster.ts';
import { EmulatedCluster } from '../../src/cluster/live/emulated-cluster.ts';
import { loadRecords } from '../../src/cluster/episodes/load-records.ts';
import { makeEpisode } from '../../src/cluster/episodes/make-episode.ts';
import { createWasmBackend } from '../../src/nn/wasm/backend.ts';
import { episodePool } from '../../src/training/setup.ts';
import { Mappo } from '../../src/training/mappo/mappo.ts';
import { Decider } from '../../src/transferring/decide.ts';
import { currentReplicas } from '../../src/transferring/decision-record.ts';
import { sampleModel, sampleSetup } from '../unit/training/sample.ts';

/** In slices: the best slice counts, since other work on the machine can only slow one down. */
const DECISIONS = 3000;
const SLICE = 200;
/** The first decisions meet code that is not compiled yet. */
const WARM_UP = 200;
/** Of one organization, so many at once: one alone is lost in what the process takes anyway. */
const COPIES = 100;
export const LIMITS = { milliseconds: 1, megabytes: 5 } as const;

export interface DecisionFigures {
  /** Milliseconds: masks, networks, replicas, and the record with its reasons. */
  readonly median: number;
  readonly p99: number;
  readonly megabytesPerAgent: number;
}

export async function benchDecision(log: (line: string) => void): Promise<DecisionFigures> {
  const backend = await createWasmBackend();
  const [training] = (await sampleModel()).trainings;
  // As large as the sample trains them.
  const { hidden, critic } = training.algorithm;
  const setup = await sampleSetup(backend, { algorithm: { hidden, critic } });
  const trainer = new Mappo({ ...setup, seed: 1, episodes: 4, episodeAt: episodePool(setup, 'train', 1) });
  const policies = trainer.policies();
  trainer.dispose();

  const loads = await loadRecords('examples/chained-services', setup.scenarios);
  const seconds = (WARM_UP + DECISIONS) * setup.cluster.decisionInterval;
  const episode = makeEpisode(setup.cluster, setup.scenarios[0], loads, { split: 'test', seed: 1, seconds });
  const cluster = new EmulatedCluster(setup.cluster, { episode, seed: 1 });
  const { signal } = new AbortController();
  const decider = new Decider(policies, backend);
  const times: number[] = [];
  let snapshot: Snapshot | undefined;
  for (let d = 0; d < WARM_UP + DECISIONS; d++) {
    snapshot = await cluster.observe(signal);
    const begin = performance.now();
    decider.see(snapshot);
    decider.propose(snapshot, currentReplicas(snapshot));
    if (d >= WARM_UP) times.push(performance.now() - begin);
    await cluster.wait(setup.cluster.decisionInterval, signal);
  }
  decider.dispose();
  await cluster.close();

  const before = process.memoryUsage.rss();
  const copies = Array.from({ length: COPIES }, () => {
    const copy = new Decider(policies, backend);
    copy.see(snapshot!);
    copy.propose(snapshot!, currentReplicas(snapshot!));
    return copy;
  });
  const agents = policies.agents.length;
  const megabytesPerAgent = (process.memoryUsage.rss() - before) / 2 ** 20 / (COPIES * agents);
  for (const copy of copies) copy.dispose();
  backend.dispose();

  const slices = Array.from({ length: DECISIONS / SLICE }, (_, i) => times.slice(i * SLICE, (i + 1) * SLICE));
  const best = (share: number) => Math.min(...slices.map((slice) => quantile(slice, share)));
  const figures = { median: best(0.5), p99: best(0.99), megabytesPerAgent };
  log(
    `decision of ${agents} agents (networks ${hidden.join('-')}, ${setup.cluster.services.length} services, seed 1): ` +
      `median ${figures.median.toFixed(3)} ms, 99th percentile ${figures.p99.toFixed(3)} ms (limit ${LIMITS.milliseconds} ms)`,
  );
  log(`memory per agent: ${megabytesPerAgent.toFixed(2)} MB (limit ${LIMITS.megabytes} MB)`);
  return figures;
}

const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * values.length)];
