import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Emulator } from '../../../../src/cluster/emulator/emulator.ts';
import { specParameters, truthParameters } from '../../../../src/cluster/emulator/parameters.ts';
import { Random } from '../../../../src/cluster/random.ts';
import type { Episode } from '../../../../src/cluster/simulation/simulation.ts';
import { emptyObservation } from '../../../../src/spec/observation.ts';
import { describeSimulation } from '../../../conformance/simulation.ts';
import { sampleCluster, steady } from '../sample.ts';

/** Everything happens: load up and down, crashes, contention, a kill. */
function eventful(seed: number): Episode {
  const random = new Random(seed);
  const episode = steady([150, 0, 0, 0], 900, { kills: [{ second: 100, service: 2, pods: 1 }] });
  for (let t = 0; t < 900; t++) {
    episode.rate[t * 4] = 150 + 100 * Math.sin(t / 60);
    if (t > 200 && t < 400) episode.crash[t * 4 + (seed % 4)] = 0.4;
    if (t > 500) episode.factor[t * 4 + 3] = 0.6;
  }
  episode.rate[0] += random.uniform();
  return episode;
}

const episodes = [1, 2, 3].map(eventful);
const start = (seed: number) => ({ second: 0, seed, replicas: [3, 3, 2, 2] });

function running(environments: number, parameters = specParameters(sampleCluster)): Emulator {
  const emulator = new Emulator(sampleCluster, environments, parameters);
  for (let e = 0; e < environments; e++) emulator.reset(e, episodes[e % 3], start(e));
  return emulator;
}

/** Moves replicas at random and returns everything that is to be seen. */
function drive(emulator: Emulator, steps: number, random: Random): number[] {
  const seen: number[] = [];
  const observation = emptyObservation(emulator.environments, emulator.services);
  const privileged = new Float32Array(emulator.environments * emulator.privilegedSize);
  for (let step = 0; step < steps; step++) {
    emulator.setDesired(emulator.desired.map((replicas) => replicas + random.integer(-1, 1)));
    emulator.advance(step % 2 === 0 ? 15 : 30);
    emulator.observe(observation);
    emulator.privileged(privileged);
    for (const values of Object.values(observation.service)) seen.push(...values);
    for (const values of Object.values(observation.cluster)) seen.push(...values);
    for (const values of Object.values(emulator.outcome)) seen.push(...values);
    seen.push(...privileged);
  }
  return seen;
}

describeSimulation(
  'The emulator of the specification',
  () => (environments) => new Emulator(sampleCluster, environments),
);
describeSimulation(
  'The emulator of a cluster that is worse than its specification',
  () => (environments) => new Emulator(sampleCluster, environments, truthParameters(sampleCluster)),
);

describe('The emulator', () => {
  it('A reset forgets all that was before, after any number of steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 20 }), (seed, steps) => {
        const parameters = truthParameters(sampleCluster);
        const used = running(1, parameters);
        drive(used, steps, new Random(seed));
        const fresh = new Emulator(sampleCluster, 1, parameters);
        for (const emulator of [used, fresh]) emulator.reset(0, episodes[2], start(seed));
        assert.deepEqual(drive(used, 4, new Random(1)), drive(fresh, 4, new Random(1)));
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('The same seed brings the same arrivals whatever is done, and another seed brings others', () => {
    const emulator = new Emulator(sampleCluster, 3);
    const seeds = [7, 7, 8];
    seeds.forEach((seed, e) => emulator.reset(e, episodes[0], { second: 0, seed, replicas: [3, 3, 2, 2] }));
    emulator.setDesired([1, 1, 1, 1], 1);
    let differs = false;
    for (let step = 0; step < 10; step++) {
      emulator.advance(15);
      const { received, objective } = emulator.outcome;
      assert.equal(received[0], received[1]);
      differs ||= received[0] !== received[2];
      if (step > 0) assert.notEqual(objective[0], objective[1]);
    }
    assert.ok(differs);
  });

  it('A copied environment goes the way of its origin until it is treated differently', () => {
    const origin = running(2);
    drive(origin, 6, new Random(2));
    const branches = new Emulator(sampleCluster, 4);
    for (let e = 0; e < 4; e++) branches.copyEnvironment(origin, 1, e);
    branches.setDesired([5, 3, 4, 1], 3);
    origin.advance(60);
    branches.advance(60);
    for (let e = 0; e < 3; e++) assert.equal(branches.outcome.objective[e], origin.outcome.objective[1]);
    assert.notEqual(branches.outcome.objective[3], origin.outcome.objective[1]);
    assert.equal(branches.secondOf(0), origin.secondOf(1));
  });

  it('The privileged state shows load, crash probability and contention now and ahead', () => {
    const episode = steady([120, 0, 0, 0], 100);
    for (let t = 10; t < 100; t++) episode.rate[t * 4] = 240;
    for (let t = 0; t < 15; t++) episode.crash[t * 4 + 1] = 0.5;
    for (let t = 45; t < 100; t++) episode.factor[t * 4 + 2] = 0.4;
    const emulator = new Emulator(sampleCluster, 1);
    emulator.reset(0, episode, start(1));
    const values = new Float32Array(emulator.privilegedSize);
    const expect = (expected: number[]): void => {
      emulator.privileged(values);
      assert.equal(values.length, 27);
      expected.forEach((value, k) =>
        assert.ok(Math.abs(values[k] - value) < 1e-6, `[${k}] ${values[k]} is not ${value}`),
      );
    };
    // The chain takes 240 requests/s. Load, four crash probabilities, four factors; now, 30 s, 90 s.
    const over30 = (10 * 0.5 + 20) / 30;
    const over90 = (10 * 0.5 + 80) / 90;
    expect([
      ...[0.5, 0, 0.5, 0, 0, 1, 1, 1, 1],
      ...[over30, 0, 0.25, 0, 0, 1, 1, 1, 1],
      ...[over90, 0, 7.5 / 90, 0, 0, 1, 1, (45 + 45 * 0.4) / 90, 1],
    ]);
    emulator.advance(90);
    expect([...[1, 0, 0, 0, 0, 1, 1, 0.4, 1], ...[1, 0, 0, 0, 0, 1, 1, 0.4, 1], ...[1, 0, 0, 0, 0, 1, 1, 0.4, 1]]);
    emulator.advance(60);
    expect([1, 0, 0, 0, 0, 1, 1, 0.4, 1]);
  });
});
