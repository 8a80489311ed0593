import assert from 'node:assert/strict';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { TrainingSetup } from '../../../src/training/setup.ts';
import type { LeaseEvent } from '../../../src/transferring/holding-lease.ts';
import { standBy, type StandByOptions } from '../../../src/transferring/stand-by.ts';
import { WriterLease } from '../../../src/transferring/writer-lease.ts';
import { sampleSetup } from '../training/sample.ts';
import { leasedDay, leaveBehind, pausedIn, type LeasedDay } from './leased-cluster.ts';

const NEVER = new AbortController().signal;
const DAY = 86_400;

describe('The watchdog of a transfer that has no standby', () => {
  let backend: Backend;
  let setup: TrainingSetup;
  before(async () => {
    backend = await createWasmBackend({ threads: 1 });
    setup = await sampleSetup(backend);
  });
  after(() => backend.dispose());

  function watch({ cluster, time }: LeasedDay, changes: Partial<StandByOptions> = {}) {
    const events: LeaseEvent[] = [];
    const ended = standBy({
      cluster,
      spec: setup.cluster,
      transfer: setup.model.transfers[0],
      identity: 'watchdog',
      guarded: 'dead',
      timers: time,
      patience: 0,
      audit: () => undefined,
      onLease: (event) => events.push(event),
      signal: NEVER,
      ...changes,
    });
    // A test may look at it after it has rejected.
    ended.catch(() => undefined);
    return { ended, events };
  }

  it('The watchdog restores what the guarded process left changed, once its lease has run out', async () => {
    const day = await leasedDay(setup);
    await leaveBehind(day);
    assert.deepEqual(await pausedIn(day), ['b']);
    const began = day.time.now;
    await watch(day).ended;
    assert.deepEqual(await pausedIn(day), []);
    assert.ok(day.time.now - began <= 25, `${day.time.now - began} s`);
    assert.equal(day.lease.lease?.holder, '');
  });

  it('The watchdog does nothing while the guarded process lives, and ends with it', async () => {
    const day = await leasedDay(setup);
    const guarded = new WriterLease({ client: day.lease, identity: 'living', timers: day.time });
    const stop = new AbortController();
    await guarded.tryAcquire(NEVER);
    await day.cluster.write({ type: 'pauseHpa', service: 'b' }, { dryRun: false, signal: NEVER });
    const kept = guarded.keep(stop.signal);
    let hasEnded = false;
    const { ended } = watch(day, { guarded: 'living' });
    void ended.then(() => (hasEnded = true));
    await day.time.sleep(100, NEVER);
    assert.equal(hasEnded, false);
    assert.deepEqual(await pausedIn(day), ['b']);
    // The guarded process restores and lets go by itself.
    stop.abort();
    await kept;
    const original = { minReplicas: 1, maxReplicas: 3, paused: false };
    await day.cluster.write({ type: 'restoreHpa', service: 'b', original }, { dryRun: false, signal: NEVER });
    day.cluster.written.length = 0;
    await guarded.release(NEVER);
    await ended;
    assert.deepEqual(day.cluster.written, []);
  });

  it('The watchdog leaves restoring to whoever has taken the lease', async () => {
    const day = await leasedDay(setup);
    await leaveBehind(day);
    day.lease.lease = { holder: 'standby', renewed: 1000, duration: 15, transitions: 1, version: 'y' };
    await watch(day).ended;
    assert.deepEqual(day.cluster.written, []);
  });

  it('The watchdog ends at once with an error if it lacks the right to the lease', async () => {
    const day = await leasedDay(setup);
    await leaveBehind(day);
    day.lease.forbidden = true;
    await assert.rejects(watch(day).ended, {
      name: 'ClusterError',
      reason: 'forbidden',
      message: 'Nothing guards the HPAs of the transfer any more: the right to get leases is missing',
    });
    assert.equal(day.lease.reads, 1);
  });

  it('A watchdog that lacks a right tries for as long as its patience lasts, says so, and then ends with an error', async () => {
    const day = await leasedDay(setup);
    await leaveBehind(day);
    day.lease.forbidden = true;
    const began = day.time.now;
    const { ended, events } = watch(day, { patience: 300 });
    await assert.rejects(ended, { reason: 'forbidden' });
    assert.ok(day.time.now - began >= 300 && day.time.now - began < 310, `${day.time.now - began} s`);
    assert.deepEqual(events[0], { event: 'failed', message: 'the right to get leases is missing' });
  });

  it('The watchdog restores the HPAs when a missing right comes back within its patience', async () => {
    const day = await leasedDay(setup);
    await leaveBehind(day);
    day.lease.forbidden = true;
    const { ended } = watch(day, { patience: 300 });
    await day.time.sleep(200, NEVER);
    day.lease.forbidden = false;
    await ended;
    assert.deepEqual(await pausedIn(day), []);
  });

  it('The watchdog keeps trying to restore for as long as its patience lasts if the cluster refuses the write', async () => {
    const day = await leasedDay(setup);
    await leaveBehind(day);
    day.inner.faults.refuseWrites = 'forbidden';
    const { ended, events } = watch(day, { patience: 300 });
    await day.time.sleep(100, NEVER);
    assert.deepEqual(await pausedIn(day), ['b']);
    assert.ok(events.some((event) => event.event === 'failed' && /cannot be restored/.test(event.message)));
    day.inner.faults.refuseWrites = undefined;
    await ended;
    assert.deepEqual(await pausedIn(day), []);
    assert.ok(events.some((event) => event.event === 'restored' && event.services[0] === 'b'));
  });

  it('The watchdog waits for an API server that is gone for a day, reports each failure, and restores when it is back', async () => {
    const day = await leasedDay(setup, 30);
    await leaveBehind(day);
    day.lease.down = true;
    const { ended, events } = watch(day);
    await day.time.sleep(DAY, NEVER);
    assert.ok(events.length > 100);
    assert.ok(events.every(({ event }) => event === 'failed'));
    day.lease.down = false;
    await ended;
    assert.deepEqual(await pausedIn(day), []);
  });

  it('The watchdog ends when its signal aborts, also while the API server does not answer', async () => {
    const day = await leasedDay(setup);
    await leaveBehind(day);
    day.lease.down = true;
    const stop = new AbortController();
    const { ended } = watch(day, { signal: stop.signal });
    await day.time.sleep(60, NEVER);
    stop.abort();
    await assert.rejects(ended, { name: 'AbortError' });
    const { reads } = day.lease;
    await day.time.sleep(60, NEVER);
    assert.equal(day.lease.reads, reads);
  });
});
