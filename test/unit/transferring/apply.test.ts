import assert from 'node:assert/strict';
import { ClusterError, type ClusterWrite, type OwnLiveCluster } from '../../../src/cluster/live/live-cluster.ts';
import { applyWrites, type ApplyContext } from '../../../src/transferring/apply.ts';
import type { AuditRecord } from '../../../src/transferring/audit.ts';
import { sampleSpec } from '../cluster/kubernetes/sample-spec.ts';

describe('Applying writes to a cluster', () => {
  const restore = (service: string): ClusterWrite => ({ type: 'restoreHpa', service, original: {} });

  it('applyWrites rejects after an abort only when no write is under way any more, and audits each write', async () => {
    const stop = new AbortController();
    let underWay = 0;
    const cluster: OwnLiveCluster = {
      kind: 'own',
      identity: { context: 'emulator', server: 'here', namespace: 'shop' },
      observe: () => Promise.reject(new Error('not asked')),
      async write({ service }) {
        underWay++;
        try {
          if (service === 'a') stop.abort();
          else for (let turn = 0; turn < 20; turn++) await Promise.resolve();
          if (service === 'a') throw new ClusterError('aborted', 'Stopped.');
        } finally {
          underWay--;
        }
      },
      wait: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    const records: AuditRecord[] = [];
    const context: ApplyContext = {
      spec: sampleSpec(),
      limits: { move: 1, podsPerDecision: 1 },
      stage: 'fallback',
      dryRun: false,
      audit: (record) => records.push(record),
      time: 0,
      current: [],
      signal: stop.signal,
    };
    await assert.rejects(applyWrites(cluster, ['a', 'b', 'c'].map(restore), context), { reason: 'aborted' });
    assert.equal(underWay, 0);
    const results = records.map((record) => record.type === 'write' && record.result);
    assert.deepEqual(results.sort(), ['accepted', 'accepted', 'refused']);
  });
});
