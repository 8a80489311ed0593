/** The sample cluster of the method study, in code, so that these tests do not depend on the loader. */
import type { Cluster, RandomEvent, Scenario, Service, Span } from '../../../src/spec/model.ts';
import type { Episode } from '../../../src/cluster/simulation/simulation.ts';

export const origin = { file: 'test', line: 1 };

export function service(name: string, overrides: Partial<Service> = {}): Service {
  return {
    name,
    entryPoint: false,
    priority: 'normal',
    replicas: { min: 1, max: 5 },
    cpu: 500,
    memory: 256,
    emulator: { throughput: 100, startup: 30, queue: 500, requestSize: 4096 },
    calls: [],
    ...overrides,
  };
}

const emulator = (throughput: number): Service['emulator'] => ({
  throughput,
  startup: 30,
  queue: 500,
  requestSize: 4096,
});

export function clusterOf(services: readonly Service[], overrides: Partial<Cluster> = {}): Cluster {
  return {
    kind: 'Cluster',
    name: 'sample',
    origin,
    namespace: 'sample',
    decisionInterval: 30,
    nodes: { cpu: 6500, memory: 12288 },
    metrics: { source: 'emulator' },
    services,
    objectives: {
      maxLatency: 0.5,
      weights: { success: 0.2, pods: 0.2, latency: 0.2, entryPoints: 0.2, traffic: 0.2 },
      cost: 0.1,
    },
    maxMove: 3,
    ...overrides,
  };
}

/** INPUT -> a -> {b, c} -> d. */
export const sampleCluster = clusterOf([
  service('a', { entryPoint: true, priority: 'critical', emulator: emulator(100), calls: [1, 2] }),
  service('b', { replicas: { min: 1, max: 3 }, cpu: 400, memory: 512, emulator: emulator(80), calls: [3] }),
  service('c', { replicas: { min: 1, max: 4 }, cpu: 600, memory: 512, emulator: emulator(150), calls: [3] }),
  service('d', { replicas: { min: 1, max: 6 }, cpu: 700, memory: 1024, priority: 'critical', emulator: emulator(300) }),
]);

/** A quiet episode: the same rates at every second. `rates`: one per service. */
export function steady(rates: readonly number[], seconds = 3600, overrides: Partial<Episode> = {}): Episode {
  const services = rates.length;
  return {
    scenario: 'steady',
    load: 'constant',
    split: 'test',
    seconds,
    rate: Float32Array.from({ length: seconds * services }, (_, i) => rates[i % services]),
    attack: new Float32Array(seconds),
    crash: new Float32Array(seconds * services),
    factor: new Float32Array(seconds * services).fill(1),
    kills: [],
    ...overrides,
  };
}

const event = (
  type: RandomEvent['type'],
  perHour: Span,
  lasts: Span,
  size: Span,
  data: Span = [0, 0],
): RandomEvent => ({
  type,
  at: [],
  perHour,
  lasts: [lasts[0] * 60, lasts[1] * 60],
  size,
  data,
});

/** The five scenarios of the method study, section 1. */
const events: Record<string, RandomEvent[]> = {
  bottleneck: [event('burst', [2, 4], [2, 8], [1.3, 1.8])],
  ddos: [event('attack', [2, 3], [3, 6], [2, 4], [0, 2])],
  failures: [event('crashes', [3, 5], [3, 6], [0.2, 0.5])],
  contention: [event('contention', [3, 4], [4, 8], [0.4, 0.7])],
  mixed: [
    event('burst', [1, 1], [2, 8], [1.3, 1.8]),
    event('attack', [1, 1], [3, 6], [2, 4], [0, 2]),
    event('crashes', [1, 2], [3, 6], [0.2, 0.5]),
    event('contention', [1, 2], [4, 8], [0.4, 0.7]),
  ],
};

const DAY = 86_400;

export const sampleScenarios: Scenario[] = Object.entries(events).map(([name, random]) => ({
  kind: 'Scenario',
  name,
  origin,
  description: '',
  duration: 3600,
  load: [
    {
      entryPoint: 'a',
      profiles: [
        {
          type: 'file',
          path: 'twitter-2021-first-7-days.csv',
          scale: 1,
          speed: 1,
          smooth: 0,
          map: { low: 0.4, high: 1.05, clip: 1.15 },
          split: { train: [0, 4 * DAY], choose: [4 * DAY, 5 * DAY], test: [5 * DAY, 7 * DAY] },
        },
        {
          type: 'file',
          path: 'nasa-1995-first-14-days.csv',
          scale: 1,
          speed: 2,
          smooth: 300,
          map: { low: 0.4, high: 1.05, clip: 1.15 },
          split: { train: [0, 8 * DAY], choose: [8 * DAY, 10 * DAY], test: [10 * DAY, 14 * DAY] },
        },
      ],
    },
  ],
  events: [],
  random,
}));
