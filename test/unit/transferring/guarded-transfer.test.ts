import assert from 'node:assert/strict';
import { setImmediate as breathe } from 'node:timers/promises';
import { EmulatedCluster } from '../../../src/cluster/live/emulated-cluster.ts';
import { loadRecords } from '../../../src/cluster/episodes/load-records.ts';
import { makeEpisode } from '../../../src/cluster/episodes/make-episode.ts';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import { episodePool, type TrainingSetup } from '../../../src/training/setup.ts';
import { Mappo } from '../../../src/training/mappo/mappo.ts';
import { applyWrites } from '../../../src/transferring/apply.ts';
import type { AuditRecord } from '../../../src/transferring/audit.ts';
import {
  WriterLeaseHeldError,
  runGuardedTransfer,
  standBy,
  type GuardedOptions,
  type LeaseEvent,
} from '../../../src/transferring/guarded-transfer.ts';
import { WriterLease } from '../../../src/transferring/writer-lease.ts';
import { sampleSetup } from '../training/sample.ts';
import { FakeLease, LeasedCluster } from './leased-cluster.ts';

const NEVER = new AbortController().signal;

describe('a transfer to a cluster that others write to', () => {
  let backend: Backend;
  let setup: TrainingSetup;
  let policies: Policies;
  before(async () => {
    backend = await createWasmBackend({ threads: 1 });
    setup = await sampleSetup(backend);
    const trainer = new Mappo({ ...setup, seed: 1, episodes: 4, episodeAt: episodePool(setup, 'train', 1) });
    trainer.iterate();
    policies = trainer.policies();
    trainer.dispose();
  });
  after(() => backend.dispose());

  /** A clock that only sleepers move. */
  function makeTime() {
    let now = 1000;
    return {
      clock: () => now,
      sleep: async (seconds: number, signal: AbortSignal): Promise<void> => {
        for (const until = now + seconds; now < until; now += 0.5) {
          signal.throwIfAborted();
          await breathe();
        }
      },
    };
  }

  async function makeCluster(time = makeTime()) {
    const { cluster: spec } = setup;
    const loads = await loadRecords('examples/chained-services', setup.scenarios);
    const episode = makeEpisode(spec, setup.scenarios[0], loads, { split: 'test', seed: 3, seconds: 7200 });
    const inner = new EmulatedCluster(spec, { episode, seed: 1 });
    const lease = new FakeLease(time.clock);
    return { inner, lease, cluster: await LeasedCluster.around(inner, lease, time.sleep), ...time };
  }

  type Made = Awaited<ReturnType<typeof makeCluster>>;

  function optionsOf(made: Made, changes: Partial<Omit<GuardedOptions, 'cluster'>> = {}) {
    const records: AuditRecord[] = [];
    const events: LeaseEvent[] = [];
    const [sample] = setup.model.transfers;
    const options: GuardedOptions & { cluster: LeasedCluster } = {
      identity: 'me',
      clock: made.clock,
      sleep: made.sleep,
      waitFor: 20,
      onLease: (event) => events.push(event),
      cluster: made.cluster,
      spec: setup.cluster,
      transfer: {
        ...sample,
        stages: sample.stages.map((stage) => (stage.stage === 'shadow' ? stage : { ...stage, abortWhen: '' })),
        fallback: { ...sample.fallback, when: ['drift', 'staleMetrics'] },
      },
      policies,
      backend,
      driftOf: () => 0,
      fullFor: 300,
      upTo: 'full',
      dryRun: false,
      confirm: () => Promise.resolve(true),
      audit: (record) => records.push(record),
      originals: { read: () => ({}), write: () => undefined },
      onTransition: () => undefined,
      onProgress: () => undefined,
      signal: NEVER,
      ...changes,
    };
    return { options, records, events };
  }

  /** A writer that paused the HPA of b, and died. */
  async function leaveBehind({ cluster, lease }: Made): Promise<void> {
    lease.lease = { holder: 'dead', renewed: 900, duration: 15, transitions: 0, version: 'x' };
    await cluster.write({ type: 'pauseHpa', service: 'b' }, { dryRun: false, signal: NEVER });
    cluster.written.length = 0;
  }

  const pausedIn = async ({ inner }: Made): Promise<string[]> =>
    (await inner.observe(NEVER)).hpas.flatMap((hpa) => (hpa!.paused ? [hpa!.service] : []));

  it('writes only while it holds the lease, and lets it go', async () => {
    const made = await makeCluster();
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

  it('is refused while somebody else holds it, and writes nothing', async () => {
    const made = await makeCluster();
    const stop = new AbortController();
    const other = new WriterLease({ client: made.lease, identity: 'window-2', clock: made.clock });
    await other.tryAcquire(NEVER);
    const kept = other.keep(made.sleep, stop.signal);
    await assert.rejects(runGuardedTransfer(optionsOf(made).options), (error: unknown) => {
      assert.ok(error instanceof WriterLeaseHeldError);
      assert.match(error.message, /window-2 writes to namespace chained-services/);
      return true;
    });
    stop.abort();
    await kept;
    assert.deepEqual(made.cluster.written, []);
  });

  it('needs no lease to look on', async () => {
    const made = await makeCluster();
    const shadow = await runGuardedTransfer(optionsOf(made, { upTo: 'shadow' }).options);
    assert.deepEqual([shadow.ended, shadow.why], ['finished', 'all stages went through']);
    await runGuardedTransfer(optionsOf(made, { dryRun: true }).options);
    assert.equal(made.lease.lease, undefined);
    assert.deepEqual(made.cluster.written, []);
  });

  it('restores first what a dead writer left', async () => {
    const made = await makeCluster();
    await leaveBehind(made);
    const { options, events } = optionsOf(made, { upTo: 'floor' });
    const began = made.clock();
    await runGuardedTransfer({
      ...options,
      onLease: (event) => {
        events.push(event);
        if (event.event === 'restored') assert.ok(made.clock() - began <= 20, 'within 20 s');
      },
    });
    assert.deepEqual(made.cluster.written[0], {
      write: { type: 'restoreHpa', service: 'b', original: { minReplicas: 1, maxReplicas: 3, paused: false } },
      holder: 'me',
    });
    assert.ok(events.some((event) => event.event === 'restored' && event.services[0] === 'b'));
  });

  it('stops writing at once when the lease is taken, and leaves the rest to the new holder', async () => {
    const made = await makeCluster();
    const { options, records } = optionsOf(made);
    let at = 0;
    const result = await runGuardedTransfer({
      ...options,
      audit: (record) => {
        records.push(record);
        if (record.type !== 'decision' || record.stage !== 'canary' || at > 0) return;
        at = made.cluster.written.length;
        made.lease.lease = { ...made.lease.lease!, holder: 'thief', version: 'stolen' };
      },
    });
    assert.equal(result.ended, 'fallback');
    assert.match(result.why, /thief holds the lease/);
    assert.ok(at > 0);
    assert.equal(made.cluster.written.length, at, 'no write after it was taken');
    assert.equal(made.lease.lease!.holder, 'thief', 'nor is it given away');
  });

  it('holds while the lease cannot be renewed, and enters the stage when it can', async () => {
    const made = await makeCluster();
    const { options } = optionsOf(made, { upTo: 'canary' });
    const records: AuditRecord[] = [];
    let decided = 0;
    const result = await runGuardedTransfer({
      ...options,
      audit: (record) => {
        records.push(record);
        if (record.stage === 'floor') made.lease.down = false;
        if (record.stage !== 'canary') return;
        if (record.type === 'decision') decided++;
        made.lease.down = decided < 5;
      },
    });
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

  it('cannot be written to without a lease', async () => {
    const made = await makeCluster();
    const { options } = optionsOf(made);
    const write = { type: 'pauseHpa', service: 'b' } as const;
    const context = {
      spec: options.spec,
      limits: options.transfer.limits,
      stage: 'canary',
      dryRun: false,
      audit: options.audit,
      time: 0,
      current: [],
      signal: NEVER,
    } as const;
    await assert.rejects(applyWrites(made.cluster, [write], context), /written to by its holder only/);
  });

  describe("the dead man's switch of a transfer without a standby", () => {
    it('restores what its ward left, once its lease has run out', async () => {
      const made = await makeCluster();
      await leaveBehind(made);
      assert.deepEqual(await pausedIn(made), ['b']);
      const began = made.clock();
      await standBy({ ...optionsOf(made).options, identity: 'watchdog' }, 'dead');
      assert.deepEqual(await pausedIn(made), []);
      assert.ok(made.clock() - began <= 25, `${made.clock() - began} s`);
      assert.equal(made.lease.lease?.holder, '');
    });

    it('does nothing while its ward lives, and ends with it', async () => {
      const made = await makeCluster();
      const ward = new WriterLease({ client: made.lease, identity: 'ward', clock: made.clock });
      const stop = new AbortController();
      await ward.tryAcquire(NEVER);
      await made.cluster.write({ type: 'pauseHpa', service: 'b' }, { dryRun: false, signal: NEVER });
      const kept = ward.keep(made.sleep, stop.signal);
      let ended = false;
      const watching = standBy({ ...optionsOf(made).options, identity: 'watchdog' }, 'ward').then(() => (ended = true));
      await made.sleep(100, NEVER);
      assert.equal(ended, false);
      assert.deepEqual(await pausedIn(made), ['b']);
      // The ward restores and lets go by itself.
      stop.abort();
      await kept;
      const original = { minReplicas: 1, maxReplicas: 3, paused: false };
      await made.cluster.write({ type: 'restoreHpa', service: 'b', original }, { dryRun: false, signal: NEVER });
      made.cluster.written.length = 0;
      await ward.release(NEVER);
      await watching;
      assert.deepEqual(made.cluster.written, []);
    });

    it('leaves it to whoever has taken the lease', async () => {
      const made = await makeCluster();
      await leaveBehind(made);
      made.lease.lease = { holder: 'standby', renewed: 1000, duration: 15, transitions: 1, version: 'y' };
      await standBy({ ...optionsOf(made).options, identity: 'watchdog' }, 'dead');
      assert.deepEqual(made.cluster.written, []);
    });
  });
});
