/**
 * What every `Simulation` must fulfill (src/cluster/simulation/simulation.ts): training, evaluating and planning rely on it.
 * A new simulation calls `describeSimulation` in its own test file; emulator.test.ts and twin-simulations.test.ts do.
 */
import assert from 'node:assert/strict';
import { Random } from '../../src/cluster/random.ts';
import {
  ACCOUNTING_INTERVAL,
  OUTCOME_FIELDS,
  type Episode,
  type Simulation,
} from '../../src/cluster/simulation/simulation.ts';
import type { Cluster } from '../../src/spec/model.ts';
import { CLUSTER_FIELDS, emptyObservation, SERVICE_FIELDS, type Observation } from '../../src/spec/observation.ts';

export type MakeSimulation = (environments: number) => Simulation;

export interface SimulationTraits {
  /**
   * Relative difference that a value may have in another number of environments; 0 by default. Networks compute a batch in
   * blocks, and sums of other blocks round otherwise.
   */
  readonly batchTolerance?: number;
}

const SECONDS = 900;
/** Outcomes that are shares. */
const SHARES = ['success', 'pods', 'latencyTerm', 'entryPoints', 'traffic', 'latencyCompliance'] as const;

/** Describes the suite for one simulation. `prepare` is awaited once, before the first test. */
export function describeSimulation(
  name: string,
  prepare: () => MakeSimulation | Promise<MakeSimulation>,
  { batchTolerance = 0 }: SimulationTraits = {},
): void {
  describe(`${name} as a Simulation`, () => {
    let make: MakeSimulation;
    let episodes: readonly Episode[];
    before(async () => {
      make = await prepare();
      episodes = [1, 2, 3].map((seed) => eventfulEpisode(make(1).cluster, seed));
    });
    const episodeOf = (environment: number): Episode => episodes[environment % episodes.length];
    const startOf = (simulation: Simulation, seed: number, second = 0) => ({
      second,
      seed,
      replicas: simulation.cluster.services.map(({ replicas }) => Math.min(replicas.max, replicas.min + 1)),
    });
    const running = (environments: number, firstSeed = 1): Simulation => {
      const simulation = make(environments);
      for (let e = 0; e < environments; e++) simulation.reset(e, episodeOf(e), startOf(simulation, firstSeed + e));
      return simulation;
    };

    it('Its columns have one entry per environment, service or privileged number', () => {
      const simulation = running(3);
      const services = simulation.cluster.services.length;
      assert.deepEqual([simulation.environments, simulation.services], [3, services]);
      assert.equal(simulation.desired.length, 3 * services);
      for (const field of OUTCOME_FIELDS) assert.equal(simulation.outcome[field].length, 3, field);
      const written = new Float32Array(3 * simulation.privilegedSize + 1).fill(-7);
      simulation.privileged(written);
      assert.equal(written.indexOf(-7), 3 * simulation.privilegedSize);
    });

    it('The same seed and the same decisions give the same run, bit for bit', () => {
      assert.deepEqual(drive(running(3), 10, 5), drive(running(3), 10, 5));
    });

    it('Another seed meets other luck', () => {
      assert.notDeepEqual(drive(running(1, 1), 10, 5), drive(running(1, 2), 10, 5));
    });

    it('A simulation that is restored goes on as the one that was saved, bit for bit', () => {
      const straight = running(3);
      drive(straight, 10, 5);
      const saved = straight.save();
      const expected = drive(straight, 10, 6);
      const restored = make(3);
      restored.restore(saved, episodes);
      assert.deepEqual(drive(restored, 10, 6), expected);
      straight.restore(saved, episodes);
      assert.deepEqual(drive(straight, 10, 6), expected);
    });

    it('A saved state of another number of environments, or too few episodes, are refused', () => {
      const saved = running(3).save();
      assert.throws(() => make(2).restore(saved, episodes.slice(0, 2)), RangeError);
      assert.throws(() => make(3).restore(saved, []), RangeError);
    });

    it('An environment runs the same alone and beside others', () => {
      const beside = running(3);
      const alone = make(1);
      alone.reset(0, episodeOf(1), startOf(alone, 2));
      for (let step = 0; step < 20; step++) {
        for (const simulation of [beside, alone]) simulation.advance(ACCOUNTING_INTERVAL);
        const [value, expected] = [beside.outcome.objective[1], alone.outcome.objective[0]];
        assert.ok(Math.abs(value - expected) <= batchTolerance * Math.abs(expected), `${value} is not ${expected}`);
      }
    });

    it('Resetting one environment leaves the others as they are', () => {
      const disturbed = running(3);
      const calm = running(3);
      for (let step = 0; step < 10; step++) {
        disturbed.reset(1, episodeOf(0), startOf(disturbed, step, 60));
        for (const simulation of [disturbed, calm]) simulation.advance(ACCOUNTING_INTERVAL);
        for (const e of [0, 2]) assert.equal(disturbed.outcome.objective[e], calm.outcome.objective[e]);
      }
    });

    it('A reset forgets all that was before', () => {
      const used = running(2);
      drive(used, 12, 8);
      const fresh = make(2);
      for (const simulation of [used, fresh])
        for (const e of [0, 1]) simulation.reset(e, episodeOf(2), startOf(simulation, 40 + e));
      assert.deepEqual(drive(used, 6, 1), drive(fresh, 6, 1));
    });

    it('Desired replicas are kept within the bounds of each service', () => {
      const simulation = running(2);
      const bounds = (edge: 'min' | 'max'): number[] =>
        [0, 1].flatMap(() => simulation.cluster.services.map(({ replicas }) => replicas[edge]));
      simulation.setDesired(simulation.desired.map(() => 1000));
      assert.deepEqual([...simulation.desired], bounds('max'));
      simulation.setDesired(simulation.desired.map(() => -5));
      assert.deepEqual([...simulation.desired], bounds('min'));
    });

    it('The pods by which decisions changed replicas are counted once, in the next outcome', () => {
      const simulation = running(1);
      const before = [...simulation.desired];
      simulation.setDesired(simulation.cluster.services.map(({ replicas }) => replicas.max));
      const moved = simulation.desired.reduce((sum, replicas, s) => sum + replicas - before[s], 0);
      assert.ok(moved > 0);
      simulation.advance(2 * ACCOUNTING_INTERVAL);
      assert.equal(simulation.outcome.moves[0], moved);
      simulation.advance(ACCOUNTING_INTERVAL);
      assert.equal(simulation.outcome.moves[0], 0);
    });

    it('What metrics and outcome show stays within its range', () => {
      const simulation = running(3);
      const random = new Random(9);
      const observation = emptyObservation(simulation.environments, simulation.services);
      for (let step = 0; step < 2 * (SECONDS / ACCOUNTING_INTERVAL); step++) {
        decide(simulation, random);
        simulation.advance(ACCOUNTING_INTERVAL);
        simulation.observe(observation);
        assertObservation(observation, simulation.cluster);
        for (const field of OUTCOME_FIELDS)
          for (const value of simulation.outcome[field])
            assert.ok(field === 'objective' ? Number.isFinite(value) : value >= 0, `${field} is ${value}`);
        for (const field of [...SHARES, 'resilience'] as const)
          for (const value of simulation.outcome[field]) assert.ok(value <= 1 + 1e-9, `${field} is ${value}`);
      }
    });

    it('One long advance counts as many short ones do', () => {
      const long = running(2);
      const short = running(2);
      const sums = new Float64Array(3);
      long.advance(6 * ACCOUNTING_INTERVAL);
      for (let k = 0; k < 6; k++) {
        short.advance(ACCOUNTING_INTERVAL);
        const { objective, received, coreSeconds } = short.outcome;
        [objective[1] / 6, received[1], coreSeconds[1]].forEach((value, i) => (sums[i] += value));
      }
      const { objective, received, coreSeconds } = long.outcome;
      [objective[1], received[1], coreSeconds[1]].forEach((value, i) =>
        assert.ok(Math.abs(value - sums[i]) <= 1e-9 * Math.abs(sums[i]), `${value} is not ${sums[i]}`),
      );
      assert.deepEqual(long.save(), short.save());
    });

    it('Past its end an episode goes on as its last second was', () => {
      const [episode] = episodes;
      const short = make(1);
      const long = make(1);
      short.reset(0, episode, startOf(short, 3));
      long.reset(0, extended(episode, 300), startOf(long, 3));
      const seen = [short, long].map((simulation) => drive(simulation, (2 * (SECONDS + 240)) / 45, 4, false));
      assert.deepEqual(seen[0], seen[1]);
    });

    it('An advance that is not a positive multiple of the accounting interval is refused', () => {
      const simulation = running(1);
      for (const seconds of [0, -ACCOUNTING_INTERVAL, 10, NaN])
        assert.throws(() => simulation.advance(seconds), RangeError);
    });

    it('An environment that was never reset is named when it should advance', () => {
      assert.throws(() => make(1).advance(ACCOUNTING_INTERVAL), /Environment 0 has no episode: reset it first/);
    });
  });
}

/** Everything happens: load goes up and down, pods crash, nodes are contended, a pod is killed. */
function eventfulEpisode(cluster: Cluster, seed: number): Episode {
  const { services } = cluster;
  const count = services.length;
  const random = new Random(seed);
  const rate = new Float32Array(SECONDS * count);
  const crash = new Float32Array(SECONDS * count);
  const factor = new Float32Array(SECONDS * count).fill(1);
  const phase = random.between(0, 6);
  for (let t = 0; t < SECONDS; t++) {
    for (const [s, { entryPoint, emulator }] of services.entries())
      if (entryPoint) rate[t * count + s] = emulator.throughput * (1.5 + Math.sin(t / 60 + phase));
    if (t > 200 && t < 400) crash[t * count + (seed % count)] = 0.4;
    if (t > 500) factor[t * count + count - 1] = 0.6;
  }
  return {
    scenario: 'eventful',
    load: 'sine',
    split: 'train',
    seconds: SECONDS,
    rate,
    attack: new Float32Array(SECONDS),
    crash,
    factor,
    kills: [{ second: 100, service: 0, pods: 1 }],
  };
}

/** The same, its last second repeated. */
function extended(episode: Episode, seconds: number): Episode {
  const repeat = (values: Float32Array): Float32Array => {
    const width = values.length / episode.seconds;
    return Float32Array.from({ length: values.length + seconds * width }, (_, i) =>
      i < values.length ? values[i] : values[values.length - width + (i % width)],
    );
  };
  const { rate, attack, crash, factor } = episode;
  return {
    ...episode,
    seconds: episode.seconds + seconds,
    rate: repeat(rate),
    attack: repeat(attack),
    crash: repeat(crash),
    factor: repeat(factor),
  };
}

function decide(simulation: Simulation, random: Random): void {
  simulation.setDesired(simulation.desired.map((replicas) => replicas + random.integer(-1, 1)));
}

/** Moves replicas at random for so many steps of 15 and 30 s in turn, and returns everything that is to be seen. */
function drive(simulation: Simulation, steps: number, seed: number, withPrivileged = true): number[] {
  const random = new Random(seed);
  const seen: number[] = [];
  const observation = emptyObservation(simulation.environments, simulation.services);
  const privileged = new Float32Array(simulation.environments * simulation.privilegedSize);
  for (let step = 0; step < steps; step++) {
    decide(simulation, random);
    simulation.advance((1 + (step % 2)) * ACCOUNTING_INTERVAL);
    simulation.observe(observation);
    if (withPrivileged) simulation.privileged(privileged);
    for (const values of Object.values(observation.service)) seen.push(...values);
    for (const values of Object.values(observation.cluster)) seen.push(...values);
    for (const field of OUTCOME_FIELDS) seen.push(...simulation.outcome[field]);
    seen.push(...privileged);
  }
  return seen;
}

function assertObservation({ service, cluster, services }: Observation, { services: specs }: Cluster): void {
  for (const [field, values] of Object.entries(service)) {
    const isPods = SERVICE_FIELDS[field as keyof typeof SERVICE_FIELDS].unit === 'pods';
    for (const [i, value] of values.entries()) {
      assert.ok(Number.isFinite(value) && value >= 0, `${field} of service ${i % services} is ${value}`);
      if (!isPods) continue;
      assert.ok(Number.isInteger(value) && value <= specs[i % services].replicas.max, `${field} is ${value}`);
    }
  }
  for (const [field, values] of Object.entries(cluster))
    for (const value of values) {
      assert.ok(Number.isFinite(value) && value >= 0, `${field} of the cluster is ${value}`);
      if (CLUSTER_FIELDS[field as keyof typeof CLUSTER_FIELDS].unit === 'share') assert.ok(value <= 1 + 1e-9, field);
    }
}
