import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Emulator } from '../../../../src/cluster/emulator/emulator.ts';
import { specParameters, truthParameters } from '../../../../src/cluster/emulator/parameters.ts';
import type { Episode } from '../../../../src/cluster/simulation/simulation.ts';
import { emptyObservation, type Observation } from '../../../../src/spec/observation.ts';
import { clusterOf, sampleCluster, service, steady } from '../sample.ts';

const WARM = [3, 3, 2, 2];

function started(
  episode: Episode,
  replicas = WARM,
  { seed = 1, second = 0, cluster = sampleCluster, parameters = specParameters(cluster) } = {},
): Emulator {
  const emulator = new Emulator(cluster, 1, parameters);
  emulator.reset(0, episode, { second, seed, replicas });
  return emulator;
}

function observed(emulator: Emulator): Observation {
  const observation = emptyObservation(emulator.environments, emulator.services);
  emulator.observe(observation);
  return observation;
}

const near = (actual: number, expected: number, within: number): void =>
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected} ± ${within}`);

describe('Requests through the emulator', () => {
  it('Without load the emulator shows full success, the base latency of three hops, and the cost of the pods', () => {
    const emulator = started(steady([0, 0, 0, 0]));
    emulator.advance(30);
    const { outcome } = emulator;
    near(outcome.latency[0], 0.045, 1e-12);
    near(outcome.resilience[0], 0.2 * (4 + (1 - 0.045 / 0.5)), 1e-12);
    near(outcome.objective[0], 0.982 - 0.1 * (5300 / 6500), 1e-12);
    assert.deepEqual([outcome.received[0], outcome.succeeded[0], outcome.pending[0]], [0, 0, 0]);
    assert.equal(outcome.podSeconds[0], 10 * 30);
    near(outcome.coreSeconds[0], 5.3 * 30, 1e-9);
  });

  it('Every request of a calls b and c, and each of those calls d', () => {
    const emulator = started(steady([100, 0, 0, 0]));
    emulator.advance(60);
    const { service: of, cluster } = observed(emulator);
    const a = of.received[0];
    near(a, 100, 8);
    assert.deepEqual([...of.received], [a, a, a, 2 * a]);
    assert.deepEqual([...of.served], [a, a, a, 2 * a]);
    assert.equal(cluster.successRate[0], 1);
    // CPU follows the share of the capacity that is used; per pod 5 % at rest.
    near(of.utilization[0], 0.05 + (0.95 * a) / 300, 1e-9);
    near(of.cpu[3], 2 * 700 * (0.05 + (0.95 * 2 * a) / 600), 1e-6);
    // 4 KiB requests: a receives its own and the responses of b and c, and sends as much.
    near(of.rx[0], (3 * a * 4096 * 8) / 1000, 1e-6);
    near(of.tx[0], (3 * a * 4096 * 8) / 1000, 1e-6);
    near(of.tx[3], (2 * a * 4096 * 8) / 1000, 1e-6);
  });

  it('An overloaded service drops half of what would wait longer than the time-out each second', () => {
    // One pod of 100 requests/s under 200: it settles where half of the excess over 200 waiting is the surplus of 100.
    const emulator = started(steady([200, 0, 0, 0]), [1, 3, 2, 2]);
    emulator.advance(120);
    const { service: of, cluster } = observed(emulator);
    near(of.served[0], 100, 1e-9);
    near(of.pending[0], 300, 15);
    near(of.dropped[0], 100, 8);
    near(cluster.successRate[0], 0.5, 0.03);
    near(of.latency[0], 2 + 0.015 * 11, 1e-9);
    assert.equal(emulator.outcome.latencyCompliance[0], 0);
    near(emulator.outcome.traffic[0], 0.5, 0.03);
  });

  it('A queue never holds more than its limit', () => {
    const cluster = clusterOf([service('a', { entryPoint: true, replicas: { min: 1, max: 3 } })]);
    const emulator = started(steady([900]), [3], { cluster });
    emulator.advance(60);
    const { service: of } = observed(emulator);
    near(of.pending[0], 500, 1e-9);
    near(of.received[0], of.served[0] + of.dropped[0], 1e-6);
  });

  it('The success of a request is the product over its calls', () => {
    // d has one pod of 300 requests/s for 400.
    const emulator = started(steady([200, 0, 0, 0]), [3, 3, 2, 1]);
    emulator.advance(240);
    const { service: of, cluster } = observed(emulator);
    const f = of.dropped[3] / of.received[3];
    near(f, 0.25, 0.03);
    near(cluster.successRate[0], (1 - f) ** 2, 0.01);
    near(of.succeeded[1] / of.served[1], 1 - f, 0.01);
    near(emulator.outcome.traffic[0], 0.75, 0.03);
  });

  it('The latency of a request is that of the slowest call, summed along the chain', () => {
    const emulator = started(steady([200, 0, 0, 0]), [5, 3, 4, 2]);
    emulator.advance(120);
    const { service: of, cluster } = observed(emulator);
    const slower = Math.max(of.latency[1], of.latency[2]);
    near(cluster.latency[0], of.latency[0] + slower + of.latency[3], 0.002);
  });

  it('Several entry points share services, and one may be called by another', () => {
    const cluster = clusterOf([
      service('front', { entryPoint: true, calls: [1] }),
      service('api', { entryPoint: true, calls: [2] }),
      service('store'),
    ]);
    const emulator = started(steady([50, 30, 0]), [2, 2, 2], { cluster });
    emulator.advance(300);
    const { outcome } = emulator;
    near(outcome.received[0], 300 * 80, 3 * Math.sqrt(300 * 80));
    assert.equal(outcome.success[0], 1);
    const { service: of, cluster: whole } = observed(emulator);
    near(of.received[1], of.received[0] + 30, 5);
    near(of.received[2], of.received[1], 1e-9);
    const front = of.latency[0] + of.latency[1] + of.latency[2];
    const api = of.latency[1] + of.latency[2];
    assert.ok(whole.latency[0] > api && whole.latency[0] < front);
  });

  it('Contention slows the pods of a service down', () => {
    const episode = steady([200, 0, 0, 0]);
    for (let t = 60; t < 3600; t++) episode.factor[t * 4 + 3] = 0.5;
    const emulator = started(episode);
    emulator.advance(60);
    near(observed(emulator).service.utilization[3], 0.05 + 0.95 * (400 / 600), 0.03);
    emulator.advance(60);
    const { service: of } = observed(emulator);
    near(of.served[3], 300, 1e-9);
    near(of.utilization[3], 1, 1e-9);
  });

  it('Metrics are means of the last scrape, up to 15 s old, at a phase that the seed picks', () => {
    const episode = steady([100, 0, 0, 0]);
    for (let t = 30; t < 3600; t++) episode.rate[t * 4] = 200;
    const first = (seed: number): number => {
      const emulator = started(episode, [4, 3, 2, 2], { seed });
      emulator.advance(45);
      return observed(emulator).service.received[0];
    };
    const seen = Array.from({ length: 60 }, (_, seed) => first(seed));
    // 15 s after the step the scrape holds between none and all of it.
    assert.ok(Math.min(...seen) < 120 && Math.max(...seen) > 180, `${Math.min(...seen)}..${Math.max(...seen)}`);
    const emulator = started(episode, [4, 3, 2, 2]);
    emulator.advance(60);
    near(observed(emulator).service.received[0], 200, 15);
  });

  it('The emulator shows full metrics at the very start', () => {
    const { service: of } = observed(started(steady([200, 0, 0, 0])));
    near(of.received[0], 200, 15);
    near(of.utilization[1], 0.05 + (0.95 * of.received[0]) / 240, 1e-9);
    assert.deepEqual([...of.ready], WARM);
  });

  it('Past its end an episode repeats its last second', () => {
    const episode = steady([100, 0, 0, 0], 30);
    episode.rate[29 * 4] = 150;
    const emulator = started(episode);
    emulator.advance(60);
    near(observed(emulator).service.received[0], 150, 12);
  });

  it('Pods that get in each other’s way serve ready ^ exponent times their throughput', () => {
    const parameters = specParameters(sampleCluster);
    const hindered = { ...parameters, services: parameters.services.map((p) => ({ ...p, capacityExponent: 0.5 })) };
    const emulator = started(steady([400, 0, 0, 0]), [4, 3, 4, 3], { parameters: hindered });
    emulator.advance(60);
    near(observed(emulator).service.served[0], 200, 1e-9);
  });

  it('Users send a share of what failed again', () => {
    const parameters = { ...specParameters(sampleCluster), retryShare: 0.5 };
    const emulator = started(steady([200, 0, 0, 0]), [1, 3, 2, 2], { parameters });
    emulator.advance(120);
    const { service: of } = observed(emulator);
    // received = 200 + half of the dropped, dropped = received - 100.
    near(of.received[0], 300, 12);
    assert.ok(started(steady([100, 0, 0, 0]), WARM, { parameters }).outcome.received[0] === 0);
  });

  it('The emulator loses no request: what arrived was served, dropped or waits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1000 }),
        fc.double({ min: 10, max: 400, noNaN: true }),
        fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
        fc.boolean(),
        (seed, rate, replicas, truth) => {
          const parameters = truth ? truthParameters(sampleCluster) : specParameters(sampleCluster);
          const emulator = started(steady([rate, 0, 0, 0]), replicas, { seed, parameters });
          const age = emulator.scrapeAge(0);
          // Advance to a scrape by whole periods: compare sums between two scrapes.
          let before = observed(emulator).service.pending.slice();
          for (let k = 0; k < 8; k++) {
            emulator.advance(15);
            assert.equal(emulator.scrapeAge(0), age);
            const { service: of } = observed(emulator);
            for (let s = 0; s < 4; s++) {
              const kept = of.received[s] - of.served[s] - of.dropped[s];
              // Means of queues bound the change of the queue itself only loosely, so bound it by the queue's limit.
              assert.ok(Math.abs(kept) * 15 <= 500 + 1e-6, `${kept}`);
              if (of.pending[s] === 0 && before[s] === 0) assert.ok(Math.abs(kept) < 1e-9);
              assert.ok(of.utilization[s] <= 1 + 1e-12 && of.succeeded[s] <= of.served[s] + 1e-9);
              if (s > 0) {
                const callers = s === 3 ? of.served[1] + of.served[2] : of.served[0];
                near(of.received[s], callers, 1e-6);
              }
            }
            before = of.pending.slice();
            for (const values of Object.values(emulator.outcome)) assert.ok(Number.isFinite(values[0]));
          }
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });
});
