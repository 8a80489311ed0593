import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalReader } from '../../../src/runs/follow-journal.ts';
import { readJournal } from '../../../src/runs/journal.ts';
import { withNamesOfNow } from '../../../src/runs/metric-names.ts';

describe('names of metrics', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-metrics-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('A journal of an earlier version is read with the current metric names', () => {
    const path = join(folder, 'journal.jsonl');
    const events = [
      { seq: 1, t: 1, type: 'evaluation', step: 0, system: 'hpa', metrics: { objective: 0.8 } },
      { seq: 2, t: 2, type: 'iteration', step: 64, metrics: { objective: 0.7, policyLoss: null, kl: 0.001, own: 3 } },
      { seq: 3, t: 3, type: 'iteration', step: 128, metrics: { 'cluster/objective': 0.8, 'losses/approx_kl': 0.002 } },
    ];
    writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const read = readJournal(path).events.map((event) => ('metrics' in event ? event.metrics : undefined));
    assert.deepEqual(read, [
      { objective: 0.8 },
      { 'cluster/objective': 0.7, 'losses/policy_loss': null, 'losses/approx_kl': 0.001, own: 3 },
      { 'cluster/objective': 0.8, 'losses/approx_kl': 0.002 },
    ]);
    assert.deepEqual(new JournalReader(path).read().events, readJournal(path).events);
  });

  it('Metrics without a name of an earlier version are returned unchanged', () => {
    const metrics = { 'losses/entropy': 1, toString: 2 };
    assert.equal(withNamesOfNow(metrics), metrics);
  });
});
