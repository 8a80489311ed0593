import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterWrite } from '../../../src/cluster/live/live-cluster.ts';
import { EmulatedCluster } from '../../../src/cluster/live/emulated-cluster.ts';
import { collect, type CollectOptions } from '../../../src/modeling/collect.ts';
import { indicatorColumn } from '../../../src/modeling/traces/indicators.ts';
import { clusterHash, stateColumn, stateNames } from '../../../src/modeling/traces/layout.ts';
import { TraceStore } from '../../../src/modeling/traces/trace-store.ts';
import { SHOP, wanderingEpisode } from './clusters.ts';

/** Of a cluster with two services. */
const clusterColumn = (field: string): number => stateNames(['one', 'two']).indexOf(`cluster.${field}`);

describe('collecting traces', () => {
  let folder: string;
  let store: TraceStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-collect-'));
    store = new TraceStore(join(folder, 'traces.sqlite'));
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  let writes: ClusterWrite[];
  const underTest = (seconds: number): EmulatedCluster => {
    writes = [];
    return new EmulatedCluster(SHOP, { episode: wanderingEpisode(SHOP, seconds, 3, 200), seed: 4 });
  };
  const run = (cluster: EmulatedCluster, options: Partial<CollectOptions> = {}) =>
    collect({
      spec: SHOP,
      cluster,
      write: async (write, _now, signal) => {
        writes.push(write);
        await cluster.write(write, { dryRun: false, signal });
      },
      store,
      seconds: 3600,
      seed: 1,
      signal: new AbortController().signal,
      ...options,
    });

  it('A recording has every interval, each beginning as the one before ended', async () => {
    const cluster = underTest(3600);
    const { recording, transitions, skipped } = await run(cluster);
    assert.equal(transitions, 240);
    assert.equal(skipped, 0);
    const { cluster: name, clusterHash: hash, source, interval, started, seed, services } = store.recording(recording);
    assert.deepEqual(
      [name, hash, source, interval, started, seed, services],
      ['shop', clusterHash(SHOP), 'emulator/shop', 15, 0, 1, ['front', 'back']],
    );
    let before: Float64Array | undefined;
    for (const t of store.transitions(recording)) {
      if (before) assert.deepEqual(t.state, before);
      before = t.next;
      assert.equal(t.time, t.step * 15);
      for (const s of [0, 1]) {
        const asked = t.state[stateColumn(s, 'desired')] + t.move[s];
        assert.equal(t.desired[s], asked);
        assert.equal(t.next[stateColumn(s, 'desired')], asked);
        const { min, max } = SHOP.services[s].replicas;
        assert.ok(asked >= min && asked <= max);
        // Decisions are made every 30 s, observations every 15 s.
        if (t.step % 2 === 1) assert.equal(t.move[s], 0);
      }
      assert.equal(t.arrivals[0], t.next[stateColumn(0, 'received')]);
      assert.equal(t.arrivals[1], 0);
      const success = t.next[clusterColumn('successRate')];
      assert.ok(Math.abs(t.indicators[indicatorColumn('success')] - success) < 1e-12);
      assert.equal(t.indicators[indicatorColumn('moves')], Math.abs(t.move[0]) + Math.abs(t.move[1]));
    }
  });

  it('The indicators of a recording are those of the metrics, by hand', async () => {
    const { recording } = await run(underTest(3600), { seconds: 300 });
    for (const { next, indicators } of store.transitions(recording)) {
      const of = (s: number, field: 'ready' | 'failed' | 'received' | 'served'): number => next[stateColumn(s, field)];
      const success = next[clusterColumn('successRate')];
      const failed = (of(0, 'failed') + of(1, 'failed')) / (of(0, 'ready') + of(1, 'ready'));
      const late = Math.min(1, next[clusterColumn('latency')] / 0.5);
      const traffic = Math.min(1, of(1, 'served') / of(0, 'received'));
      const resilience = 0.2 * (success + (1 - failed) + (1 - late) + 1 + traffic);
      assert.ok(Math.abs(indicators[indicatorColumn('resilience')] - resilience) < 1e-9);
      const cost = 0.1 * next[clusterColumn('cpuAllocated')];
      assert.ok(Math.abs(indicators[indicatorColumn('objective')] - (resilience - cost)) < 1e-9);
      assert.ok(Math.abs(indicators[indicatorColumn('received')] - 15 * of(0, 'received')) < 1e-9);
    }
  });

  it('The same seed explores alike, another otherwise, and a share of 0 without random moves', async () => {
    const moves = async (options: Partial<CollectOptions>): Promise<number[]> => {
      const { recording } = await run(underTest(3600), options);
      return [...store.transitions(recording)].flatMap(({ move }) => [...move]);
    };
    const one = await moves({ seed: 1 });
    assert.deepEqual(await moves({ seed: 1 }), one);
    assert.notDeepEqual(await moves({ seed: 2 }), one);
    const count = (list: number[]): number => list.filter((move) => move !== 0).length;
    const still = await moves({ exploration: { share: 0, targets: [0.7, 0.7] } });
    const wild = await moves({ exploration: { share: 1, move: 1 } });
    assert.ok(count(still) < count(one) && count(one) < count(wild));
    assert.ok(wild.every((move) => Math.abs(move) <= 1));
  });

  it('Exploration never shrinks a service at random below what its pods are busy with', async () => {
    const { recording } = await run(underTest(3600), { exploration: { share: 1, move: 2 } });
    let shrunk = 0;
    for (const { state, desired, move } of store.transitions(recording))
      for (const s of [0, 1]) {
        if (move[s] >= 0) continue;
        shrunk++;
        const busy = state[stateColumn(s, 'ready')] * state[stateColumn(s, 'utilization')];
        assert.ok(
          desired[s] >= Math.min(busy, SHOP.services[s].replicas.max),
          `${desired[s]} pods for the work of ${busy}`,
        );
      }
    assert.ok(shrunk > 10);
  });

  it('Recording pauses the autoscalers and restores them, also when it is stopped', async () => {
    const cluster = underTest(3600);
    const stop = new AbortController();
    const done: number[] = [];
    await assert.rejects(
      run(cluster, {
        signal: stop.signal,
        onProgress: (step, total) => {
          done.push(step / total);
          if (step === 20) stop.abort();
        },
      }),
      /Stopped/,
    );
    assert.equal(done.length, 20);
    const types = writes.map(({ type }) => type);
    assert.deepEqual(types.slice(0, 2), ['pauseHpa', 'pauseHpa']);
    assert.deepEqual(writes.slice(-2), [
      { type: 'restoreHpa', service: 'front', original: { minReplicas: 1, maxReplicas: 4, paused: false } },
      { type: 'restoreHpa', service: 'back', original: { minReplicas: 1, maxReplicas: 3, paused: false } },
    ]);
    const { hpas } = await cluster.observe(new AbortController().signal);
    assert.ok(hpas.every((hpa) => hpa && !hpa.paused));
    assert.equal(store.recordings()[0].transitions, 20);
  });

  it('Recording restores what it paused when a later pause fails', async () => {
    const cluster = underTest(3600);
    await assert.rejects(
      run(cluster, {
        write: async (write, _now, signal) => {
          writes.push(write);
          if (write.type === 'pauseHpa' && write.service === 'back') throw new Error('forbidden');
          await cluster.write(write, { dryRun: false, signal });
        },
      }),
      /forbidden/,
    );
    assert.deepEqual(
      writes
        .filter(({ type }) => type === 'restoreHpa')
        .map((write) => (write.type === 'restoreHpa' ? write.service : '')),
      ['front', 'back'],
    );
  });

  it('Recording holds and writes nothing down while a metric is missing or stale', async () => {
    for (const fault of ['missing', 'stale'] as const) {
      const cluster = underTest(3600);
      const writesAfter: number[] = [];
      const { recording, transitions, skipped } = await run(cluster, {
        seconds: 600,
        exploration: { share: 1 },
        onProgress: (step) => {
          writesAfter[step] = writes.length;
          if (fault === 'missing') cluster.faults.missingMetrics = step >= 10 && step < 16 ? ['back'] : [];
          else cluster.faults.staleMetrics = step >= 10 && step < 16;
        },
      });
      const all = [...store.transitions(recording)];
      assert.equal(transitions + skipped, 40);
      assert.equal(all.length, transitions);
      const steps = all.map(({ step }) => step);
      // A stale metric is noticed when it is older than two intervals.
      for (const step of fault === 'missing' ? [11, 12, 13, 14, 15] : [13, 14, 15])
        assert.equal(steps.includes(step), false, `${fault}: step ${step}`);
      // Nobody moved anything meanwhile, and somebody did before and after.
      assert.equal(writesAfter[16], writesAfter[13], fault);
      assert.ok(writesAfter[10] > 2 && writesAfter[20] > writesAfter[16]);
    }
  });

  it('Recording refuses an interval that does not divide the decision interval', async () => {
    await assert.rejects(run(underTest(3600), { interval: 20 }), /must divide the decision interval \(30 s\)/);
  });
});
