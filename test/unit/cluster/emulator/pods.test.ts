import assert from 'node:assert/strict';
import { Emulator } from '../../../../src/cluster/emulator/emulator.ts';
import { specParameters, type EmulatorParameters } from '../../../../src/cluster/emulator/parameters.ts';
import type { Episode } from '../../../../src/cluster/simulation/simulation.ts';
import { emptyObservation } from '../../../../src/spec/observation.ts';
import type { Cluster } from '../../../../src/spec/model.ts';
import { clusterOf, sampleCluster, service, steady } from '../sample.ts';

/** One service with room for four pods of 500 m. */
const single = clusterOf([service('a', { entryPoint: true, replicas: { min: 1, max: 8 } })], {
  nodes: { cpu: 2000, memory: 12288 },
});

function started(
  episode: Episode,
  replicas: number[],
  {
    cluster = single,
    parameters = specParameters(cluster),
    second = 0,
  }: Partial<{
    cluster: Cluster;
    parameters: EmulatorParameters;
    second: number;
  }> = {},
): Emulator {
  const emulator = new Emulator(cluster, 1, parameters);
  emulator.reset(0, episode, { second, seed: 1, replicas });
  return emulator;
}

function pods(emulator: Emulator, s = 0): { ready: number; starting: number; failed: number; desired: number } {
  const observation = emptyObservation(1, emulator.services);
  emulator.observe(observation);
  const of = observation.service;
  return { ready: of.ready[s], starting: of.starting[s], failed: of.failed[s], desired: of.desired[s] };
}

const calm = (services = 1): Episode => steady(new Array<number>(services).fill(0));
const killing = (...kills: Episode['kills']): Episode => steady([0], 7200, { kills });

describe('Pods in the emulator', () => {
  it('An episode starts with as many pods as desired, all ready, as far as the nodes have room', () => {
    assert.deepEqual(pods(started(calm(), [3])), { ready: 3, starting: 0, failed: 0, desired: 3 });
    assert.deepEqual(pods(started(calm(), [6])), { ready: 4, starting: 2, failed: 0, desired: 6 });
  });

  it('Pods get ready after their start-up time', () => {
    const emulator = started(calm(), [1]);
    emulator.setDesired([3]);
    assert.deepEqual(pods(emulator), { ready: 1, starting: 2, failed: 0, desired: 3 });
    emulator.advance(15);
    assert.equal(pods(emulator).starting, 2);
    emulator.advance(15);
    assert.equal(pods(emulator).ready, 1, 'ready from second 30 on, not in second 29');
    emulator.advance(15);
    assert.equal(pods(emulator).ready, 3);
  });

  it('Desired replicas are rounded and kept within the bounds', () => {
    const emulator = started(calm(), [2]);
    emulator.setDesired([99]);
    assert.equal(emulator.desired[0], 8);
    emulator.setDesired([-3]);
    assert.equal(emulator.desired[0], 1);
    emulator.setDesired([NaN]);
    assert.equal(emulator.desired[0], 1);
    emulator.advance(15);
    assert.equal(emulator.outcome.moves[0], 6 + 7);
    emulator.advance(15);
    assert.equal(emulator.outcome.moves[0], 0);
  });

  it('Pods wait for room and get it when another service shrinks, the oldest first', () => {
    const cluster = clusterOf(
      [service('a', { entryPoint: true, cpu: 500 }), service('b', { cpu: 500 }), service('c', { cpu: 500 })],
      { nodes: { cpu: 2000, memory: 4096 } },
    );
    const emulator = started(calm(3), [2, 1, 1], { cluster });
    emulator.setDesired([2, 2, 1]);
    emulator.advance(15);
    emulator.setDesired([2, 2, 2]);
    emulator.advance(45);
    assert.deepEqual(
      [pods(emulator, 1), pods(emulator, 2)].map(({ ready }) => ready),
      [1, 1],
    );
    emulator.setDesired([1, 2, 2]);
    emulator.advance(45);
    assert.deepEqual(
      [pods(emulator, 1), pods(emulator, 2)].map(({ ready }) => ready),
      [2, 1],
    );
    assert.equal(emulator.outcome.coreSeconds[0], 2 * 45);
  });

  it('A pod that does not fit lets smaller ones pass, by CPU and by memory', () => {
    const cluster = clusterOf(
      [
        service('big', { entryPoint: true, cpu: 900 }),
        service('small', { cpu: 300 }),
        service('fat', { memory: 4000 }),
      ],
      { nodes: { cpu: 2000, memory: 4096 } },
    );
    const emulator = started(calm(3), [1, 1, 1], { cluster });
    assert.equal(pods(emulator, 2).ready, 0, 'no memory left');
    emulator.setDesired([2, 3, 1]);
    emulator.advance(45);
    assert.deepEqual([pods(emulator, 0).ready, pods(emulator, 1).ready], [1, 3]);
  });

  it('A crashed pod waits 10 s, then starts again, and keeps its room', () => {
    const emulator = started(killing({ second: 15, service: 0, pods: 1 }), [4]);
    emulator.advance(15);
    assert.equal(pods(emulator).failed, 0);
    emulator.advance(15);
    assert.deepEqual(pods(emulator), { ready: 3, starting: 1, failed: 0, desired: 4 });
    assert.equal(emulator.outcome.podSeconds[0], 4 * 15);
    // Crashed from 15 to 25, starting until 55: 10 failed of 3 * 15 ready seconds.
    assert.ok(Math.abs(emulator.outcome.pods[0] - (1 - 10 / 45)) < 1e-9);
    emulator.advance(15);
    assert.equal(pods(emulator).ready, 3);
    emulator.advance(15);
    assert.equal(pods(emulator).ready, 4);
  });

  it('The back-off of a pod doubles to 300 s and is forgotten after 600 s up', () => {
    const downtimes = (gap: number): number[] => {
      // One pod, killed anew `gap` seconds after it got ready.
      const times: number[] = [];
      const kills: { second: number; service: number; pods: number }[] = [];
      for (let second = 15, backoff = 10, n = 0; n < 7; n++) {
        kills.push({ second, service: 0, pods: 1 });
        second += backoff + 30 + gap;
        backoff = gap >= 600 ? 10 : Math.min(300, 2 * backoff);
      }
      const emulator = started(steady([0], 10_000, { kills }), [1]);
      let failed = 0;
      for (let t = 0; t < kills[6].second + 400; t += 15) {
        emulator.advance(15);
        failed += (1 - emulator.outcome.entryPoints[0]) * 15;
      }
      times.push(Math.round(failed));
      return times;
    };
    assert.deepEqual(downtimes(20), [10 + 20 + 40 + 80 + 160 + 300 + 300 + 7 * 30]);
    assert.deepEqual(downtimes(600), [7 * 10 + 7 * 30]);
  });

  it('Shrinking takes Pending pods first, then those that are not ready, then the newest ready ones', () => {
    const emulator = started(killing({ second: 60, service: 0, pods: 1 }), [2]);
    emulator.setDesired([3]);
    emulator.advance(60);
    emulator.setDesired([5]);
    emulator.advance(15);
    // One crashed and restarting or waiting, one starting, one without room, two ready.
    assert.deepEqual(pods(emulator), { ready: 2, starting: 3, failed: 0, desired: 5 });
    emulator.setDesired([4]);
    assert.equal(pods(emulator).starting, 2, 'the Pending one goes');
    emulator.setDesired([2]);
    assert.deepEqual(pods(emulator), { ready: 2, starting: 0, failed: 0, desired: 2 });
    emulator.setDesired([1]);
    assert.equal(pods(emulator).ready, 1);
  });

  it('Shrinking and growing by one replaces a pod that crashes again and again', () => {
    const kills = [0, 1, 2, 3, 4].map((n) => ({ second: 15 + [0, 45, 105, 195, 345][n], service: 0, pods: 1 }));
    const emulator = started(steady([0], 7200, { kills }), [1]);
    emulator.advance(375);
    assert.equal(pods(emulator).failed, 1);
    emulator.setDesired([2]);
    emulator.advance(45);
    assert.deepEqual(pods(emulator), { ready: 1, starting: 0, failed: 1, desired: 2 });
    emulator.setDesired([1]);
    assert.deepEqual(pods(emulator), { ready: 1, starting: 0, failed: 0, desired: 1 });
  });

  it('Ready pods crash with the given probability in 30 s', () => {
    const environments = 400;
    const cluster = clusterOf([service('a', { entryPoint: true, replicas: { min: 1, max: 5 } })]);
    const episode = steady([0], 60);
    episode.crash.fill(0.3, 0, 30);
    const emulator = new Emulator(cluster, environments);
    for (let e = 0; e < environments; e++) emulator.reset(e, episode, { second: 0, seed: e, replicas: [5] });
    emulator.advance(30);
    const observation = emptyObservation(environments, 1);
    emulator.observe(observation);
    const crashed = observation.service.ready.reduce((sum, ready) => sum + 5 - ready, 0) / (5 * environments);
    assert.ok(Math.abs(crashed - 0.3) < 0.04, `${crashed}`);
  });

  it('Starts take times within their range, and new pods serve less until they are warm', () => {
    const base = specParameters(single);
    const parameters = {
      ...base,
      services: base.services.map((p) => ({
        ...p,
        startup: [31, 89] as const,
        warmUp: { seconds: 30, factor: 0.5 },
      })),
    };
    const emulator = started(steady([390]), [1], { parameters });
    emulator.setDesired([4]);
    const ready: number[] = [];
    for (let t = 0; t < 105; t += 15) {
      emulator.advance(15);
      ready.push(pods(emulator).ready);
    }
    assert.deepEqual([ready[1], ready[6]], [1, 4]);
    assert.ok(new Set(ready).size > 2, `starts differ: ${ready}`);

    const fixed = { ...parameters, services: parameters.services.map((p) => ({ ...p, startup: [30, 30] as const })) };
    const warming = started(steady([390]), [1], { parameters: fixed });
    warming.setDesired([4]);
    const served: number[] = [];
    for (let t = 0; t < 105; t += 15) {
      warming.advance(15);
      served.push(warming.outcome.succeeded[0] / 15);
    }
    assert.deepEqual(served.slice(0, 2), [100, 100]);
    assert.deepEqual(served.slice(2, 4), [250, 250]);
    assert.ok(served[5] > 350);
  });

  it('The emulator refuses parameters of another cluster', () => {
    assert.throws(() => new Emulator(sampleCluster, 1, specParameters(single)), RangeError);
  });
});
