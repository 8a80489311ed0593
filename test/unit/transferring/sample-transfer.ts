/** What tests of transfers share: the sample with barely trained policies, and an emulated day. */
import { EmulatedCluster } from '../../../src/cluster/live/emulated-cluster.ts';
import { loadRecords } from '../../../src/cluster/episodes/load-records.ts';
import { makeEpisode } from '../../../src/cluster/episodes/make-episode.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import type { Transfer } from '../../../src/spec/model.ts';
import { Mappo } from '../../../src/training/mappo/mappo.ts';
import { episodePool, type TrainingSetup } from '../../../src/training/setup.ts';
import type { OriginalHpas } from '../../../src/transferring/ladder.ts';
import type {
  Climb,
  TransferListeners,
  TransferOptions,
  TransferredAgents,
} from '../../../src/transferring/transfer.ts';
import { sampleSetup } from '../training/sample.ts';
import { FakeTime } from './fake-time.ts';

export interface SampleTransfer {
  readonly setup: TrainingSetup;
  readonly policies: Policies;
}

export async function sampleTransfer(backend: Backend): Promise<SampleTransfer> {
  const setup = await sampleSetup(backend);
  const trainer = new Mappo({ ...setup, seed: 1, episodes: 4, episodeAt: episodePool(setup, 'train', 1) });
  trainer.iterate();
  const policies = trainer.policies();
  trainer.dispose();
  return { setup, policies };
}

export async function emulatedDay(setup: TrainingSetup): Promise<EmulatedCluster> {
  const loads = await loadRecords('examples/chained-services', setup.scenarios);
  const episode = makeEpisode(setup.cluster, setup.scenarios[0], loads, { split: 'test', seed: 3, seconds: 7200 });
  return new EmulatedCluster(setup.cluster, { episode, seed: 1 });
}

/** The stages of the sample without a judgment of how good the agents are. */
export function unjudgedTransfer(setup: TrainingSetup, abortWhen = ''): Transfer {
  const [sample] = setup.model.transfers;
  const stages = sample.stages.map((stage) => (stage.stage === 'shadow' ? stage : { ...stage, abortWhen }));
  return { ...sample, stages, fallback: { ...sample.fallback, when: ['drift', 'staleMetrics'] } };
}

/** Options of a transfer without their groups: a test names those that it changes. */
export type TransferChanges = Partial<
  Omit<TransferOptions, 'agents' | 'climb' | 'listeners'> & TransferredAgents & Climb & TransferListeners
>;

/** A transfer of the sample that climbs to the top for ten minutes, is agreed to, and keeps nothing. */
export function transferOptions(
  { setup, policies }: SampleTransfer,
  backend: Backend,
  changes: TransferChanges & Pick<TransferOptions, 'cluster'>,
): TransferOptions {
  let originals: OriginalHpas = {};
  const { driftOf, upTo, fullFor, stay, dryRun, confirm, steer, restoreFor, audit, onTransition, onProgress, ...rest } =
    changes;
  return {
    spec: setup.cluster,
    transfer: unjudgedTransfer(setup),
    agents: { policies, backend, driftOf: driftOf ?? (() => 0) },
    climb: {
      upTo: upTo ?? 'full',
      fullFor: fullFor ?? 600,
      dryRun: dryRun ?? false,
      confirm: confirm ?? (() => Promise.resolve(true)),
      ...(stay === undefined ? {} : { stay }),
      ...(steer === undefined ? {} : { steer }),
      ...(restoreFor === undefined ? {} : { restoreFor }),
    },
    originals: { read: () => originals, write: (saved) => (originals = saved) },
    listeners: {
      audit: audit ?? (() => undefined),
      onTransition: onTransition ?? (() => undefined),
      onProgress: onProgress ?? (() => undefined),
    },
    timers: new FakeTime(),
    signal: new AbortController().signal,
    ...rest,
  };
}
