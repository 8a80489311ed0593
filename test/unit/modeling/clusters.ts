/** Clusters and loads for the tests of modeling. */
import { Random } from '../../../src/cluster/random.ts';
import type { Episode } from '../../../src/cluster/simulation/simulation.ts';
import type { Cluster, Service } from '../../../src/spec/model.ts';

function service(
  name: string,
  cpu: number,
  memory: number,
  max: number,
  throughput: number,
  calls: number[],
  entryPoint = false,
): Service {
  return {
    name,
    entryPoint,
    priority: 'normal',
    replicas: { min: 1, max },
    cpu,
    memory,
    emulator: { throughput, startup: 30, queue: 500, requestSize: 4096 },
    calls,
  };
}

function cluster(name: string, cpu: number, services: Service[]): Cluster {
  return {
    kind: 'Cluster',
    name,
    origin: { file: 'test', line: 1 },
    namespace: name,
    decisionInterval: 30,
    nodes: { cpu, memory: 12288 },
    metrics: { source: 'emulator' },
    services,
    objectives: {
      maxLatency: 0.5,
      weights: { success: 0.2, pods: 0.2, latency: 0.2, entryPoints: 0.2, traffic: 0.2 },
      cost: 0.1,
    },
    maxMove: 3,
  };
}

/** The sample: a -> {b, c} -> d. */
export const CHAINED = cluster('chained-services', 6500, [
  service('a', 500, 256, 5, 100, [1, 2], true),
  service('b', 400, 512, 3, 80, [3]),
  service('c', 600, 512, 4, 150, [3]),
  service('d', 700, 1024, 6, 300, []),
]);

/** Two services, small enough for quick fits. */
export const SHOP = cluster('shop', 3000, [
  service('front', 500, 256, 4, 60, [1], true),
  service('back', 400, 512, 3, 90, []),
]);

/** Load that wanders between 30 % and 105 % of `capacity`, with steps now and then; optionally crash storms. */
export function wanderingEpisode(
  spec: Cluster,
  seconds: number,
  seed: number,
  capacity: number,
  crashes = false,
): Episode {
  const random = new Random(seed);
  const services = spec.services.length;
  const entry = spec.services.findIndex(({ entryPoint }) => entryPoint);
  const rate = new Float32Array(seconds * services);
  const crash = new Float32Array(seconds * services);
  let level = 0.6;
  let target = 0.6;
  let storm = -1;
  let stormEnds = 0;
  for (let second = 0; second < seconds; second++) {
    if (random.uniform() < 1 / 300) target = random.between(0.3, 1.05);
    if (random.uniform() < 1 / 900) level = random.between(0.3, 1.05);
    level += (target - level) / 120;
    rate[second * services + entry] = level * capacity;
    if (crashes && second >= stormEnds && random.uniform() < 1 / 1200) {
      storm = random.integer(0, services - 1);
      stormEnds = second + 240;
    }
    if (second < stormEnds) crash[second * services + storm] = 0.3;
  }
  return {
    scenario: 'test',
    load: 'wandering',
    split: 'train',
    seconds,
    rate,
    attack: new Float32Array(seconds),
    crash,
    factor: new Float32Array(seconds * services).fill(1),
    kills: [],
  };
}
