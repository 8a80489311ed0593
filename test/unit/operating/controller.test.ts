import assert from 'node:assert/strict';
import { setImmediate as breathe } from 'node:timers/promises';
import { EmulatedCluster } from '../../../src/cluster/live/emulated-cluster.ts';
import { loadRecords } from '../../../src/cluster/episodes/load-records.ts';
import { makeEpisode } from '../../../src/cluster/episodes/make-episode.ts';
import { runController, type ControllerOptions } from '../../../src/operating/controller/controller.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import { episodePool, type TrainingSetup } from '../../../src/training/setup.ts';
import { Mappo } from '../../../src/training/mappo/mappo.ts';
import type { AuditRecord } from '../../../src/transferring/audit.ts';
import type { LeaseEvent } from '../../../src/transferring/guarded-transfer.ts';
import { sampleSetup } from '../training/sample.ts';
import { FakeLease, LeasedCluster } from '../transferring/leased-cluster.ts';

const NEVER = new AbortController().signal;

describe('The controller', () => {
  let backend: Backend;
  let setup: TrainingSetup;
  let policies: Policies;
  before(async () => {
    backend = await createWasmBackend();
    setup = await sampleSetup(backend);
    const trainer = new Mappo({ ...setup, seed: 1, episodes: 4, episodeAt: episodePool(setup, 'train', 1) });
    policies = trainer.policies();
    trainer.dispose();
  });
  after(() => backend.dispose());

  /** A cluster whose time passes as the controllers sleep. */
  async function makeWorld() {
    let now = 1000;
    const sleep = async (seconds: number, signal: AbortSignal): Promise<void> => {
      for (const until = now + seconds; now < until; now += 1) {
        signal.throwIfAborted();
        await breathe();
      }
    };
    const loads = await loadRecords('examples/chained-services', setup.scenarios);
    const episode = makeEpisode(setup.cluster, setup.scenarios[0], loads, { split: 'test', seed: 3, seconds: 7200 });
    const inner = new EmulatedCluster(setup.cluster, { episode, seed: 1 });
    const lease = new FakeLease(() => now);
    const cluster = await LeasedCluster.around(inner, lease, sleep);
    return { cluster, lease, inner, sleep, clock: () => now };
  }

  type World = Awaited<ReturnType<typeof makeWorld>>;

  /** One replica; `stop` is SIGTERM, `kill` is SIGKILL. */
  function startReplica(world: World, identity: string, changes: Partial<ControllerOptions> = {}) {
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
    const [sample] = setup.model.transfers;
    const transfer = {
      ...sample,
      stages: sample.stages.map((stage) => (stage.stage === 'shadow' ? stage : { ...stage, abortWhen: '' })),
      fallback: { ...sample.fallback, when: ['drift', 'staleMetrics'] as const },
    };
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
      configuration: { transfer, spec: setup.cluster, policies, drift: undefined },
      backend,
      upTo: 'full',
      identity,
      clock: world.clock,
      sleep: (seconds, signal) => alive(() => world.sleep(seconds, signal)),
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
  const paused = async ({ inner }: World): Promise<string[]> =>
    (await inner.observe(NEVER)).hpas.flatMap((hpa) => (hpa!.paused ? [hpa!.service] : []));

  it('climbs to the top, stays there, and restores the HPAs when it is stopped', async () => {
    const world = await makeWorld();
    const one = startReplica(world, 'one');
    await until('full for an hour', () => one.records.filter(({ stage }) => stage === 'full').length > 130);
    assert.equal((await paused(world)).length, 4);
    one.stop();
    await one.ended;
    assert.deepEqual(await paused(world), []);
    assert.equal(world.lease.lease?.holder, '');
    assert.deepEqual(
      one.events.map(({ event }) => event),
      ['held', 'released'],
    );
  });

  it('is followed by its standby when it is killed, within 60 s, and the HPAs are restored first', async () => {
    const world = await makeWorld();
    const one = startReplica(world, 'one');
    await until('one leads', () => one.events.some(({ event }) => event === 'held'));
    const two = startReplica(world, 'two');
    await until('canary', async () => (await paused(world)).includes('b'));
    one.kill();
    const killed = world.clock();
    await until('restored', async () => (await paused(world)).length === 0);
    assert.ok(world.clock() - killed <= 60, `${world.clock() - killed} s`);
    await until('two decides', () => two.records.some(({ type }) => type === 'decision'));
    assert.ok(two.events.some((event) => event.event === 'restored' && event.services.includes('b')));
    const first = two.records.find(({ type }) => type === 'stage')!;
    assert.equal(first.stage, 'shadow', 'it begins anew');
    two.stop();
    await two.ended;
  });

  it('stands by while another one leads, and writes nothing', async () => {
    const world = await makeWorld();
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

  it('lets the HPAs act for a while after a fallback, longer each time, and begins in shadow again', async () => {
    const world = await makeWorld();
    let drift = 9;
    const one = startReplica(world, 'one', { driftOf: () => drift, pauses: { first: 200, longest: 350 } });
    const fallbacks = () => one.records.filter((record) => record.type === 'stage' && record.stage === 'fallback');
    const starts = () => one.records.filter((record) => record.type === 'stage' && record.stage === 'shadow');
    const pauses: number[] = [];
    for (let n = 1; n <= 3; n++) {
      await until(`fallback ${n}`, () => fallbacks().length >= n);
      const fell = world.clock();
      await until(`start ${n + 1}`, () => starts().length > n);
      pauses.push(Math.round((world.clock() - fell) / 50) * 50);
    }
    assert.deepEqual(pauses, [200, 350, 350]);
    drift = 0;
    await until('full', () => one.records.some(({ stage }) => stage === 'full'));
    one.stop();
    await one.ended;
  });

  it('gives the lease up to nobody when the API server is gone, and goes on when it is back', async () => {
    const world = await makeWorld();
    const one = startReplica(world, 'one', { upTo: 'floor' });
    await until('floor', () => one.records.some(({ stage }) => stage === 'floor'));
    world.lease.down = true;
    world.inner.faults.unreachable = true;
    const gone = world.clock();
    await until('a minute has passed', () => world.clock() - gone > 60);
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
