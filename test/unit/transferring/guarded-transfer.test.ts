import assert from 'node:assert/strict';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import type { TrainingSetup } from '../../../src/training/setup.ts';
import { applyWrites } from '../../../src/transferring/apply.ts';
import type { AuditRecord } from '../../../src/transferring/audit.ts';
import { runGuardedTransfer, type GuardedOptions } from '../../../src/transferring/guarded-transfer.ts';
import { WriterLeaseHeldError, type LeaseEvent } from '../../../src/transferring/holding-lease.ts';
import { WriterLease } from '../../../src/transferring/writer-lease.ts';
import { leasedDay, leaveBehind, type LeasedDay } from './leased-cluster.ts';
import { sampleTransfer, transferOptions, type TransferChanges } from './sample-transfer.ts';

const NEVER = new AbortController().signal;

describe('A transfer to a cluster that others write to', () => {
  let backend: Backend;
  let setup: TrainingSetup;
  let policies: Policies;
  before(async () => {
    backend = await createWasmBackend({ threads: 1 });
    ({ setup, policies } = await sampleTransfer(backend));
  });
  after(() => backend.dispose());

  function optionsOf(made: LeasedDay, changes: Omit<TransferChanges, 'cluster'> = {}) {
    const records: AuditRecord[] = [];
    const events: LeaseEvent[] = [];
    const options: GuardedOptions = {
      ...transferOptions({ setup, policies }, backend, {
        cluster: made.cluster,
        timers: made.time,
        fullFor: 300,
        audit: (record) => records.push(record),
        originals: { read: () => ({}), write: () => undefined },
        ...changes,
      }),
      identity: 'me',
      waitFor: 20,
      onLease: (event) => events.push(event),
    };
    return { options, records, events };
  }

  it('A transfer to a shared cluster writes only while it holds the lease, and lets it go', async () => {
    const made = await leasedDay(setup);
    const { options, events } = optionsOf(made);
    const result = await runGuardedTransfer(options);
    assert.equal(result.ended, 'finished', result.why);
    assert.ok(made.cluster.written.length > 10);
    assert.ok(made.cluster.written.every(({ holder }) => holder === 'me'));
    assert.equal(made.lease.lease?.holder, '');
    assert.deepEqual(
      events.map(({ event }) => event),
      ['held', 'released'],
    );
    assert.deepEqual(await made.cluster.changedHpas(), []);
  });

  it('A transfer to a shared cluster is refused while somebody else holds it, and writes nothing', async () => {
    const made = await leasedDay(setup);
    const stop = new AbortController();
    const other = new WriterLease({ client: made.lease, identity: 'window-2', timers: made.time });
    await other.tryAcquire(NEVER);
    const kept = other.keep(stop.signal);
    await assert.rejects(runGuardedTransfer(optionsOf(made).options), (error: unknown) => {
      assert.ok(error instanceof WriterLeaseHeldError);
      assert.match(error.message, /window-2 writes to namespace chained-services/);
      return true;
    });
    stop.abort();
    await kept;
    assert.deepEqual(made.cluster.written, []);
  });

  it('A transfer to a shared cluster needs no lease to look on', async () => {
    const made = await leasedDay(setup);
    const shadow = await runGuardedTransfer(optionsOf(made, { upTo: 'shadow' }).options);
    assert.deepEqual([shadow.ended, shadow.why], ['finished', 'all stages went through']);
    await runGuardedTransfer(optionsOf(made, { dryRun: true }).options);
    assert.equal(made.lease.lease, undefined);
    assert.deepEqual(made.cluster.written, []);
  });

  it('A transfer to a shared cluster restores first what a dead writer left', async () => {
    const made = await leasedDay(setup);
    await leaveBehind(made);
    const { options, events } = optionsOf(made, { upTo: 'floor' });
    const began = made.time.now;
    await runGuardedTransfer({
      ...options,
      onLease: (event) => {
        events.push(event);
        if (event.event === 'restored') assert.ok(made.time.now - began <= 20, 'within 20 s');
      },
    });
    assert.deepEqual(made.cluster.written[0], {
      write: { type: 'restoreHpa', service: 'b', original: { minReplicas: 1, maxReplicas: 3, paused: false } },
      holder: 'me',
    });
    assert.ok(events.some((event) => event.event === 'restored' && event.services[0] === 'b'));
  });

  it('A transfer to a shared cluster stops writing at once when the lease is taken, and leaves the rest to the new holder', async () => {
    const made = await leasedDay(setup);
    let at = 0;
    const { options } = optionsOf(made, {
      audit: (record) => {
        if (record.type !== 'decision' || record.stage !== 'canary' || at > 0) return;
        at = made.cluster.written.length;
        made.lease.lease = { ...made.lease.lease!, holder: 'thief', version: 'stolen' };
      },
    });
    const result = await runGuardedTransfer(options);
    assert.equal(result.ended, 'fallback');
    assert.match(result.why, /thief holds the lease/);
    assert.ok(at > 0);
    assert.equal(made.cluster.written.length, at, 'no write after it was taken');
    assert.equal(made.lease.lease!.holder, 'thief', 'nor is it given away');
  });

  it('A transfer to a shared cluster holds while the lease cannot be renewed, and enters the stage when it can', async () => {
    const made = await leasedDay(setup);
    const records: AuditRecord[] = [];
    let decided = 0;
    const { options } = optionsOf(made, {
      upTo: 'canary',
      audit: (record) => {
        records.push(record);
        if (record.stage === 'floor') made.lease.down = false;
        if (record.stage !== 'canary') return;
        if (record.type === 'decision') decided++;
        made.lease.down = decided < 5;
      },
    });
    const result = await runGuardedTransfer(options);
    assert.equal(result.ended, 'finished', result.why);
    const refused = records.filter((record) => record.type === 'write' && record.result === 'refused');
    assert.ok(refused.some((record) => record.type === 'write' && /could not be renewed/.test(record.message)));
    const canary = records.filter((record) => record.type === 'decision' && record.stage === 'canary');
    assert.ok(canary.slice(0, 5).every((record) => record.type === 'decision' && record.outcome === 'hold'));
    assert.ok(
      made.cluster.written.some(({ write }) => write.type === 'pauseHpa'),
      'it goes on afterwards',
    );
    assert.ok(made.cluster.written.every(({ holder }) => holder === 'me'));
  });

  it('A shared cluster cannot be written to without a lease', async () => {
    const made = await leasedDay(setup);
    const { options } = optionsOf(made);
    const write = { type: 'pauseHpa', service: 'b' } as const;
    const context = {
      spec: options.spec,
      limits: options.transfer.limits,
      stage: 'canary',
      dryRun: false,
      audit: () => undefined,
      time: 0,
      current: [],
      signal: NEVER,
    } as const;
    await assert.rejects(applyWrites(made.cluster, [write], context), /written to by its holder only/);
  });
});
