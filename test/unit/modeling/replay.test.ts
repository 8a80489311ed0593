import assert from 'node:assert/strict';
import { Emulator } from '../../../src/cluster/emulator/emulator.ts';
import { specParameters } from '../../../src/cluster/emulator/parameters.ts';
import { alignedSeeds, episodeOf, foreseenFrom, perPodThroughput, Replay } from '../../../src/modeling/replay.ts';
import { stateColumn, type Transition } from '../../../src/modeling/traces/layout.ts';
import { loadTraces, type Segment } from '../../../src/modeling/traces/trace.ts';
import { emptyObservation } from '../../../src/spec/observation.ts';
import { CHAINED, SHOP, wanderingEpisode } from './clusters.ts';
import { record, withStore } from './recorded.ts';
import { transition } from './transitions.ts';

/** Two services at rest: 2 ready pods each, 40 requests/s, utilization by `factor` of the throughput 60 and 90. */
function resting(step: number, factor = 1): Transition {
  const base = transition(step);
  const state = new Float64Array(base.state.length);
  for (const [s, throughput, cpu] of [
    [0, 60, 500],
    [1, 90, 400],
  ]) {
    const utilization = 0.05 + (0.95 * 40) / (2 * throughput * factor);
    state[stateColumn(s, 'ready')] = 2;
    state[stateColumn(s, 'desired')] = 2;
    state[stateColumn(s, 'served')] = 40;
    state[stateColumn(s, 'utilization')] = utilization;
    state[stateColumn(s, 'cpu')] = 2 * cpu * utilization;
  }
  return {
    ...base,
    state,
    next: state.slice(),
    desired: Float64Array.of(2, 2),
    move: Float64Array.of(0, 0),
    arrivals: Float64Array.of(40, 0),
  };
}

const segment = (transitions: Transition[]): Segment => ({ recording: 1, interval: 15, transitions });

describe('a recorded trace as an episode', () => {
  it('The episode of a trace has the recorded arrivals, second by second, and nothing else at rest', () => {
    const list = [0, 1, 2].map((step) => resting(step));
    list[1].arrivals[0] = 70;
    const episode = episodeOf(segment(list), SHOP);
    assert.equal(episode.seconds, 45);
    assert.deepEqual(
      [0, 14, 15, 29, 30, 44].map((second) => episode.rate[second * 2]),
      [40, 40, 70, 70, 40, 40],
    );
    assert.ok(episode.rate.every((rate, i) => i % 2 === 0 || rate === 0));
    assert.deepEqual(episode.kills, []);
    assert.ok(episode.factor.every((factor) => factor === 1));
  });

  it('An unasked loss of ready pods, or more failed pods, counts as a crash in a replay', () => {
    const list = [0, 1, 2, 3].map((step) => resting(step));
    list[1].next[stateColumn(1, 'ready')] = 1; // lost
    list[2].state[stateColumn(0, 'ready')] = 3; // asked to go
    list[3].next[stateColumn(0, 'failed')] = 2; // replaced within the interval, but seen
    assert.deepEqual(episodeOf(segment(list), SHOP).kills, [
      { second: 22, service: 1, pods: 1 },
      { second: 52, service: 0, pods: 2 },
    ]);
  });

  it('Contention is read off CPU and work where it lasts, and not where it is short', () => {
    assert.ok(Math.abs(perPodThroughput(resting(0).next, 0, 500)! - 60) < 1e-9);
    assert.equal(perPodThroughput(new Float64Array(34), 0, 500), undefined);
    const lasting = Array.from({ length: 60 }, (_, step) => resting(step, step >= 20 && step < 36 ? 0.5 : 1));
    const { factor } = episodeOf(segment(lasting), SHOP);
    assert.ok(Math.abs(factor[28 * 15 * 2] - 0.5) < 1e-6);
    assert.equal(factor[5 * 15 * 2], 1);
    assert.equal(factor[50 * 15 * 2], 1);
    const short = Array.from({ length: 60 }, (_, step) => resting(step, step >= 20 && step < 22 ? 0.5 : 1));
    assert.ok(episodeOf(segment(short), SHOP).factor.every((value) => value === 1));
  });

  it('Crashes to come and changes of the factor are taken out of what a replay foresees', () => {
    const list = Array.from({ length: 40 }, (_, step) => resting(step, step >= 25 ? 0.5 : 1));
    list[30].next[stateColumn(1, 'ready')] = 1;
    const episode = episodeOf(segment(list), SHOP);
    const foreseen = foreseenFrom(episode, 10 * 15, 2);
    assert.deepEqual(foreseen.kills, []);
    assert.ok(foreseen.factor.every((factor) => factor === 1));
    assert.equal(foreseen.rate, episode.rate);
    const later = foreseenFrom(episode, 35 * 15, 2);
    assert.ok(Math.abs(later.factor.at(-2)! - 0.5) < 1e-6);
  });
});

describe('replaying a trace', () => {
  it('A replay scrapes at the ends of the intervals under aligned seeds', () => {
    const seeds = alignedSeeds(CHAINED, 7, 4);
    assert.equal(new Set(seeds).size, 4);
    const episode = wanderingEpisode(CHAINED, 600, 1, 240);
    const rate = episode.rate.slice();
    // Nothing but a burst in one interval: an aligned scrape sees it whole, and only once.
    rate.fill(0);
    for (let second = 300; second < 315; second++) rate[second * 4] = 100;
    const emulator = new Emulator(CHAINED, 4, specParameters(CHAINED));
    const seen = emptyObservation(4, 4);
    seeds.forEach((seed, e) => emulator.reset(e, { ...episode, rate }, { second: 0, seed, replicas: [3, 3, 2, 2] }));
    for (let second = 15; second <= 600; second += 15) {
      emulator.advance(15);
      emulator.observe(seen);
      for (let e = 0; e < 4; e++) assert.equal(seen.service.received[e * 4] > 0, second === 315);
    }
  });

  it('A replay with the true numbers stays close to the record for hours, crashes included', async () => {
    await withStore(async (store) => {
      const parameters = specParameters(SHOP);
      await record(store, SHOP, { seconds: 3 * 3600, capacity: 200, parameters, crashes: true });
      const [only] = loadTraces(store, SHOP).segments;
      const episode = episodeOf(only, SHOP);
      assert.ok(episode.kills.length > 0);
      const replay = new Replay(SHOP, parameters, only, episode, alignedSeeds(SHOP, 1, 1));
      let wrongReady = 0;
      let servedError = 0;
      let served = 0;
      only.transitions.forEach(({ next }, k) => {
        replay.step(k);
        for (const s of [0, 1]) {
          if (replay.observation.service.ready[s] !== next[stateColumn(s, 'ready')]) wrongReady++;
          servedError += Math.abs(replay.observation.service.served[s] - next[stateColumn(s, 'served')]);
          served += next[stateColumn(s, 'served')];
        }
      });
      assert.ok(wrongReady < 0.1 * 2 * only.transitions.length, `${wrongReady} of ${2 * only.transitions.length}`);
      assert.ok(servedError < 0.05 * served, `${servedError / served}`);
    });
  });
});
