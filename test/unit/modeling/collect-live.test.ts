import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ClusterError,
  type LiveCluster,
  type ClusterWrite,
  type Snapshot,
} from '../../../src/cluster/live/live-cluster.ts';
import { EmulatedCluster } from '../../../src/cluster/live/emulated-cluster.ts';
import { collectLive, type LiveCollectOptions, type LiveExploration } from '../../../src/modeling/collect-live.ts';
import { segmentsOf } from '../../../src/modeling/traces/trace.ts';
import { TraceStore } from '../../../src/modeling/traces/trace-store.ts';
import { SHOP, wanderingEpisode } from './clusters.ts';

const INTERVAL = 15;

describe('collecting traces of a real cluster', () => {
  let folder: string;
  let store: TraceStore;
  let cluster: EmulatedCluster;
  let writes: ClusterWrite[];
  let states: string[];
  /** Called before each look, with its number. */
  let atLook: (look: number) => void;
  /** Seconds that each look takes, and by which the clock is set. */
  let slow: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-live-'));
    store = new TraceStore(join(folder, 'traces.sqlite'));
    cluster = new EmulatedCluster(SHOP, { episode: wanderingEpisode(SHOP, 7200, 3, 200), seed: 4 });
    writes = [];
    states = [];
    atLook = () => undefined;
    slow = 0;
  });
  afterEach(() => {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The emulated cluster as one that takes its time. */
  const live = (): LiveCluster => {
    let look = 0;
    return {
      kind: 'own',
      identity: { context: 'prod', server: 'https://prod', namespace: 'shop' },
      async observe(signal) {
        atLook(look++);
        if (slow > 0) await cluster.wait(slow, signal);
        return cluster.observe(signal);
      },
      write: (write, options) => cluster.write(write, options),
      wait: (seconds, signal) => cluster.wait(seconds, signal),
      close: () => cluster.close(),
    };
  };
  const run = (options: Partial<LiveCollectOptions> = {}) =>
    collectLive({
      spec: SHOP,
      cluster: live(),
      store,
      seconds: 900,
      seed: 1,
      notes: 'run x',
      signal: new AbortController().signal,
      onState: (message) => states.push(message),
      ...options,
    });
  const exploring = (more: Partial<LiveExploration> = {}): LiveExploration => ({
    settings: { share: 1 },
    limit: (_current, wanted) => wanted,
    broken: () => '',
    async write(all, _now, signal) {
      const refused: string[] = [];
      for (const write of all) {
        writes.push(write);
        await cluster.write(write, { dryRun: false, signal }).catch((error: Error) => refused.push(error.message));
      }
      return refused;
    },
    ...more,
  });
  const transitions = () => store.recordings().flatMap(({ id }) => [...store.transitions(id)]);
  const typesOf = (all: readonly ClusterWrite[]) => all.map(({ type }) => type);
  const pausedNow = async () => (await cluster.observe(new AbortController().signal)).hpas.some((hpa) => hpa?.paused);

  it('Watching a cluster records every interval as it is, without a write', async () => {
    const collected = await run();
    assert.deepEqual(collected, { transitions: 60, skipped: 0, pauses: 0 });
    const [recording, ...others] = store.recordings();
    assert.deepEqual(
      [recording.source, recording.seed, recording.interval, recording.notes, others.length],
      ['prod/shop', null, INTERVAL, 'run x', 0],
    );
    const all = transitions();
    assert.deepEqual(
      all.map(({ step }) => step),
      Array.from({ length: 60 }, (_, i) => i),
    );
    for (const [i, { state }] of all.entries()) if (i > 0) assert.deepEqual(state, all[i - 1].next);
    assert.ok(
      all.some(({ move }) => move.some((pods) => pods !== 0)),
      "the HPA's moves are recorded",
    );
  });

  it('Collecting leaves a gap where the cluster does not answer, and says so', async () => {
    atLook = (look) => (cluster.faults.unreachable = look >= 10 && look < 14);
    const collected = await run();
    assert.deepEqual([collected.transitions, collected.skipped], [55, 5]);
    assert.match(states[0], /A gap is left in the traces/);
    const segments = segmentsOf(1, INTERVAL, transitions());
    assert.deepEqual(
      segments.map(({ transitions: { length } }) => length),
      [9, 46],
    );
  });

  it('Collecting leaves a gap where a metric is missing', async () => {
    atLook = (look) => (cluster.faults.missingMetrics = look === 20 ? ['back'] : []);
    assert.deepEqual(
      [(await run()).transitions, transitions().filter(({ step }) => step === 19 || step === 20).length],
      [58, 0],
    );
  });

  it('Collecting keeps to the interval although observing takes time', async () => {
    slow = 4;
    const collected = await run();
    assert.equal(collected.transitions, 60);
    const { time } = await cluster.observe(new AbortController().signal);
    assert.ok(time >= 900 && time < 910, String(time));
  });

  it('Collecting does not take two distant observations for one interval', async () => {
    atLook = (look) => (slow = look === 5 ? 40 : 0);
    const collected = await run({ seconds: 300 });
    assert.ok(collected.skipped >= 1 && collected.transitions >= 17, JSON.stringify(collected));
  });

  it('Collecting gives up where waiting does not help, and keeps what it has', async () => {
    const gone = live();
    let looks = 0;
    const failing: LiveCluster = {
      ...gone,
      observe: (signal) =>
        ++looks > 5 ? Promise.reject(new ClusterError('forbidden', 'Needs verb list.')) : gone.observe(signal),
    };
    await assert.rejects(run({ cluster: failing }), /Needs verb list/);
    assert.equal(transitions().length, 4);
  });

  it('Exploration pauses the autoscalers, stays inside its caps, and restores them', async () => {
    const caps: number[] = [];
    const explore = exploring({
      limit(current, wanted) {
        caps.push(...Array.from(wanted, (replicas, s) => Math.abs(replicas - current[s])));
        return Array.from(wanted, (replicas, s) => (s === 0 ? replicas : current[s]));
      },
    });
    const collected = await run({ explore });
    assert.equal(collected.transitions, 60);
    assert.deepEqual(typesOf(writes).slice(0, 2), ['pauseHpa', 'pauseHpa']);
    assert.deepEqual(typesOf(writes).slice(-2), ['restoreHpa', 'restoreHpa']);
    const scales = writes.filter((write) => write.type === 'scale');
    assert.ok(scales.length > 10 && scales.every(({ service }) => service === 'front'), 'its caps hold');
    assert.ok(caps.some((pods) => pods > 0));
    assert.equal(await pausedNow(), false);
    assert.equal(store.recordings()[0].seed, 1);
    assert.ok(transitions().some(({ move }) => move[0] !== 0));
  });

  it('Exploration gives way while an objective is broken, and goes on once it has held for a while', async () => {
    let look = 0;
    const pausedAt: boolean[] = [];
    const explore = exploring({
      broken({ hpas }: Snapshot) {
        pausedAt[look] = hpas.some((hpa) => hpa?.paused);
        const broken = look >= 20 && look < 30;
        look++;
        return broken ? 'latency is high' : '';
      },
    });
    const collected = await run({ explore });
    assert.equal(collected.pauses, 1);
    assert.ok(states.some((state) => /gives way to the autoscalers: latency is high/.test(state)));
    assert.deepEqual(pausedAt.slice(1, 21), Array<boolean>(20).fill(true));
    assert.deepEqual(pausedAt.slice(21, 34), Array<boolean>(13).fill(false));
    assert.deepEqual(pausedAt.slice(34, 60), Array<boolean>(26).fill(true));
    assert.equal(await pausedNow(), false);
  });

  it('Exploration holds while a metric is missing', async () => {
    atLook = (look) => (cluster.faults.missingMetrics = look >= 5 && look < 50 ? ['back'] : []);
    let at = 0;
    const moved: number[] = [];
    const write = exploring().write;
    const explore = exploring({
      broken: () => (at++, ''),
      write: (all, now, signal) => {
        if (all.some(({ type }) => type === 'scale')) moved.push(at - 1);
        return write(all, now, signal);
      },
    });
    await run({ explore });
    assert.ok(moved.some((look) => look < 5) && moved.some((look) => look >= 50));
    assert.deepEqual(
      moved.filter((look) => look >= 5 && look < 50),
      [],
    );
  });

  it('Exploration that is stopped restores the autoscalers, and keeps what it recorded', async () => {
    const stop = new AbortController();
    atLook = (look) => look === 20 && stop.abort();
    await assert.rejects(run({ explore: exploring(), signal: stop.signal }));
    assert.ok(transitions().length >= 18);
    assert.equal(await pausedNow(), false);
  });

  it('Exploration restores the autoscalers as soon as the cluster takes writes again', async () => {
    atLook = (look) => (cluster.faults.refuseWrites = look === 60 ? 'unreachable' : undefined);
    let tries = 0;
    const write = exploring().write;
    const patient = exploring({
      write: (all, now, signal) => {
        if (cluster.faults.refuseWrites && ++tries > 5) cluster.faults.refuseWrites = undefined;
        return write(all, now, signal);
      },
    });
    await run({ explore: patient });
    assert.ok(tries > 5);
    assert.equal(await pausedNow(), false);
  });

  it('Exploration that cannot pause an autoscaler does not begin, and undoes what it did', async () => {
    const write = exploring().write;
    const explore = exploring({
      write: (all, now, signal) =>
        all[0]?.type === 'pauseHpa'
          ? write(all.slice(0, 1), now, signal).then(() => ['back: forbidden'])
          : write(all, now, signal),
    });
    const collected = await run({ explore, seconds: 150 });
    assert.equal(collected.transitions, 10);
    assert.ok(states.some((state) => /Exploration cannot begin: back: forbidden/.test(state)));
    assert.ok(!typesOf(writes).includes('scale'));
    assert.equal(await pausedNow(), false);
  });
});
