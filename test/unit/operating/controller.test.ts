import assert from 'node:assert/strict';
import { setImmediate as breathe } from 'node:timers/promises';
import { runController, type ControllerOptions } from '../../../src/operating/controller/controller.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import type { TrainingSetup } from '../../../src/training/setup.ts';
import type { AuditRecord } from '../../../src/transferring/audit.ts';
import type { LeaseEvent } from '../../../src/transferring/holding-lease.ts';
import { leasedDay, pausedIn, type LeasedDay } from '../transferring/leased-cluster.ts';
import { sampleTransfer, unjudgedTransfer } from '../transferring/sample-transfer.ts';

describe('The controller', () => {
  let backend: Backend;
  let setup: TrainingSetup;
  let policies: Policies;
  before(async () => {
    backend = await createWasmBackend();
    ({ setup, policies } = await sampleTransfer(backend));
  });
  after(() => backend.dispose());

  /** One replica; `stop` is SIGTERM, `kill` is SIGKILL. */
  function startReplica(world: LeasedDay, identity: string, changes: Partial<ControllerOptions> = {}) {
    const records: AuditRecord[] = [];
    const events: LeaseEvent[] = [];
    const stop = new AbortController();
    let killed = false;
    const halt = (): Promise<never> => new Promise(() => undefined);
    const alive = async <T>(work: () => Promise<T>): Promise<T> => {
      if (killed) return halt();
      const result = await work();
      return killed ? halt() : result;
    };
    const { cluster } = world;
    const ended = runController({
      cluster: {
        kind: 'shared',
        identity: cluster.identity,
        lease: {
          read: () => alive(() => cluster.lease.read()),
          write: (record, version) => alive(() => cluster.lease.write(record, version)),
        },
        observe: (signal) => alive(() => cluster.observe(signal)),
        write: (write, options) => alive(() => cluster.write(write, options)),
        preflight: () => cluster.preflight(),
        changedHpas: () => alive(() => cluster.changedHpas()),
        wait: (seconds, signal) => alive(() => cluster.wait(seconds, signal)),
        close: () => Promise.resolve(),
      },
      configuration: { transfer: unjudgedTransfer(setup), spec: setup.cluster, policies, drift: undefined },
      backend,
      upTo: 'full',
      identity,
      timers: {
        clock: world.time.clock,
        after: world.time.after,
        sleep: (seconds, signal) => alive(() => world.time.sleep(seconds, signal)),
      },
      driftOf: () => 0,
      audit: (record) => records.push(record),
      onTransition: () => undefined,
      onLease: (event) => events.push(event),
      signal: stop.signal,
      ...changes,
    });
    return { records, events, ended, stop: () => stop.abort(), kill: () => (killed = true) };
  }

  const until = async (what: string, done: () => boolean | Promise<boolean>): Promise<void> => {
    for (let turn = 0; turn < 200_000; turn++) {
      if (await done()) return;
      await breathe();
    }
    assert.fail(`It never came to this: ${what}`);
  };
  it('The controller climbs to the top, stays there, and restores the HPAs when it is stopped', async () => {
    const world = await leasedDay(setup, 1);
    const one = startReplica(world, 'one');
    await until('full for an hour', () => one.records.filter(({ stage }) => stage === 'full').length > 130);
    assert.equal((await pausedIn(world)).length, 4);
    one.stop();
    await one.ended;
    assert.deepEqual(await pausedIn(world), []);
    assert.equal(world.lease.lease?.holder, '');
    assert.deepEqual(
      one.events.map(({ event }) => event),
      ['held', 'released'],
    );
  });

  it('The standby follows a killed controller within 60 s, and restores the HPAs first', async () => {
    const world = await leasedDay(setup, 1);
    const one = startReplica(world, 'one');
    await until('one leads', () => one.events.some(({ event }) => event === 'held'));
    const two = startReplica(world, 'two');
    await until('canary', async () => (await pausedIn(world)).includes('b'));
    one.kill();
    const killed = world.time.now;
    await until('restored', async () => (await pausedIn(world)).length === 0);
    assert.ok(world.time.now - killed <= 60, `${world.time.now - killed} s`);
    await until('two decides', () => two.records.some(({ type }) => type === 'decision'));
    assert.ok(two.events.some((event) => event.event === 'restored' && event.services.includes('b')));
    const first = two.records.find(({ type }) => type === 'stage')!;
    assert.equal(first.stage, 'shadow', 'it begins anew');
    two.stop();
    await two.ended;
  });

  it('The controller stands by while another one leads, and writes nothing', async () => {
    const world = await leasedDay(setup, 1);
    const one = startReplica(world, 'one');
    await until('one leads', () => one.events.some(({ event }) => event === 'held'));
    const two = startReplica(world, 'two');
    await until('one is at the top', () => one.records.some(({ stage }) => stage === 'full'));
    assert.deepEqual(two.events, [{ event: 'waiting', holder: 'one' }]);
    assert.deepEqual(two.records, []);
    assert.ok(world.cluster.written.every(({ holder }) => holder === 'one'));
    two.stop();
    await two.ended;
    one.stop();
    await one.ended;
  });

  it('The controller lets the HPAs act for a while after a fallback, longer each time, and begins in shadow again', async () => {
    const world = await leasedDay(setup, 1);
    let drift = 9;
    const one = startReplica(world, 'one', { driftOf: () => drift, pauses: { first: 200, longest: 350 } });
    const fallbacks = () => one.records.filter((record) => record.type === 'stage' && record.stage === 'fallback');
    const starts = () => one.records.filter((record) => record.type === 'stage' && record.stage === 'shadow');
    const pauses: number[] = [];
    for (let n = 1; n <= 3; n++) {
      await until(`fallback ${n}`, () => fallbacks().length >= n);
      const fell = world.time.now;
      await until(`start ${n + 1}`, () => starts().length > n);
      pauses.push(Math.round((world.time.now - fell) / 50) * 50);
    }
    assert.deepEqual(pauses, [200, 350, 350]);
    drift = 0;
    await until('full', () => one.records.some(({ stage }) => stage === 'full'));
    one.stop();
    await one.ended;
  });

  it('The controller keeps the lease when the API server is gone, and continues when it is back', async () => {
    const world = await leasedDay(setup, 1);
    const one = startReplica(world, 'one', { upTo: 'floor' });
    await until('floor', () => one.records.some(({ stage }) => stage === 'floor'));
    world.lease.down = true;
    world.inner.faults.unreachable = true;
    const gone = world.time.now;
    await until('a minute has passed', () => world.time.now - gone > 60);
    world.lease.down = false;
    world.inner.faults.unreachable = false;
    const held = one.records.length;
    await until('it goes on', () => one.records.length > held + 5);
    assert.ok(!one.records.some((record) => record.type === 'stage' && record.stage === 'fallback'));
    assert.ok(one.records.some((record) => record.type === 'decision' && record.outcome === 'hold'));
    one.stop();
    await one.ended;
  });
});
