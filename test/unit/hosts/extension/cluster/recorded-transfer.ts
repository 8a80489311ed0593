/** The audit trail of a real transfer of hardly trained policies to the emulated cluster. */
import { EmulatedCluster } from '../../../../../src/cluster/live/emulated-cluster.ts';
import { loadRecords } from '../../../../../src/cluster/episodes/load-records.ts';
import { makeEpisode } from '../../../../../src/cluster/episodes/make-episode.ts';
import { createWasmBackend } from '../../../../../src/nn/wasm/backend.ts';
import { episodePool } from '../../../../../src/training/setup.ts';
import { Mappo } from '../../../../../src/training/mappo/mappo.ts';
import type { AuditRecord } from '../../../../../src/transferring/audit.ts';
import type { OriginalHpas } from '../../../../../src/transferring/ladder.ts';
import { runTransfer, type TransferOptions } from '../../../../../src/transferring/transfer.ts';
import { sampleSetup } from '../../../training/sample.ts';

export async function recordTransfer(
  changes: (cluster: EmulatedCluster, stop: AbortController) => Partial<TransferOptions> = () => ({}),
): Promise<AuditRecord[]> {
  const backend = await createWasmBackend({ threads: 1 });
  try {
    const setup = await sampleSetup(backend);
    const trainer = new Mappo({ ...setup, seed: 1, episodes: 4, episodeAt: episodePool(setup, 'train', 1) });
    trainer.iterate();
    const policies = trainer.policies();
    trainer.dispose();
    const { cluster: spec, scenarios, model } = setup;
    const loads = await loadRecords('examples/chained-services', scenarios);
    const episode = makeEpisode(spec, scenarios[0], loads, { split: 'test', seed: 3, seconds: 7200 });
    const cluster = new EmulatedCluster(spec, { episode, seed: 1 });
    const stop = new AbortController();
    const records: AuditRecord[] = [];
    let originals: OriginalHpas = {};
    const [transfer] = model.transfers;
    await runTransfer({
      cluster,
      spec,
      transfer: { ...transfer, fallback: { ...transfer.fallback, when: ['drift', 'staleMetrics'] } },
      policies,
      backend,
      driftOf: () => 0.4,
      fullFor: 600,
      upTo: 'full',
      dryRun: false,
      confirm: () => Promise.resolve(true),
      audit: (record) => records.push(record),
      originals: { read: () => originals, write: (saved) => (originals = saved) },
      onTransition: () => undefined,
      onProgress: () => undefined,
      signal: stop.signal,
      ...changes(cluster, stop),
    });
    return records;
  } finally {
    backend.dispose();
  }
}

/** A trail as it stands in the file. */
export const linesOf = (records: readonly AuditRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** A record as it comes out of the file: numbers that JSON has not are null. */
export const parsed = (records: readonly AuditRecord[]): unknown[] =>
  records.map((record) => JSON.parse(JSON.stringify(record)) as unknown);
