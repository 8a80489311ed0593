/** The audit trail of a real transfer of hardly trained policies to the emulated cluster. */
import type { EmulatedCluster } from '../../../../../src/cluster/live/emulated-cluster.ts';
import { createWasmBackend } from '../../../../../src/nn/wasm/backend.ts';
import type { AuditRecord } from '../../../../../src/transferring/audit.ts';
import { runTransfer } from '../../../../../src/transferring/transfer.ts';
import {
  emulatedDay,
  sampleTransfer,
  transferOptions,
  type TransferChanges,
} from '../../../transferring/sample-transfer.ts';

export async function recordTransfer(
  changes: (cluster: EmulatedCluster, stop: AbortController) => TransferChanges = () => ({}),
): Promise<AuditRecord[]> {
  const backend = await createWasmBackend({ threads: 1 });
  try {
    const sample = await sampleTransfer(backend);
    const cluster = await emulatedDay(sample.setup);
    const stop = new AbortController();
    const records: AuditRecord[] = [];
    const [transfer] = sample.setup.model.transfers;
    const options = transferOptions(sample, backend, {
      cluster,
      transfer: { ...transfer, fallback: { ...transfer.fallback, when: ['drift', 'staleMetrics'] } },
      driftOf: () => 0.4,
      audit: (record) => records.push(record),
      signal: stop.signal,
      ...changes(cluster, stop),
    });
    await runTransfer(options);
    return records;
  } finally {
    backend.dispose();
  }
}

/** The lines of a trail in its file. */
export const linesOf = (records: readonly AuditRecord[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Records as they are read from the file: numbers that JSON does not have are null. */
export const parsed = (records: readonly AuditRecord[]): unknown[] =>
  records.map((record) => JSON.parse(JSON.stringify(record)) as unknown);
