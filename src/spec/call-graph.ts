/** What one request causes along the call graph of a cluster, and how much a chain of services can take. */
import type { Cluster } from './model.ts';

/**
 * Indices of all services, callers before the services that they call; of services that do not depend on each other,
 * the one written first comes first. Throws RangeError where the calls form a cycle (the loader reports it earlier).
 */
export function topologicalOrder(cluster: Cluster): number[] {
  const { services } = cluster;
  const openCallers = new Int32Array(services.length);
  for (const service of services) for (const called of service.calls) openCallers[called]++;

  const order: number[] = [];
  const ready = services.map((_, index) => index).filter((index) => openCallers[index] === 0);
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    order.push(next);
    for (const called of services[next].calls) if (--openCallers[called] === 0) ready.push(called);
  }
  if (order.length < services.length) {
    const stuck = services.filter((_, index) => openCallers[index] > 0).map((service) => service.name);
    throw new RangeError(`The calls of cluster ${cluster.name} form a cycle through ${stuck.join(', ')}.`);
  }
  return order;
}

/**
 * Requests that one request causes: [from * services + to], `from` itself counted once. A service that is reached over
 * several paths gets one request per path. Rows of entry points tell what a request from outside causes.
 */
export function callsPerRequest(cluster: Cluster): Float64Array {
  const count = cluster.services.length;
  const calls = new Float64Array(count * count);
  for (const from of topologicalOrder(cluster).reverse()) {
    calls[from * count + from] = 1;
    for (const called of cluster.services[from].calls) {
      for (let to = 0; to < count; to++) calls[from * count + to] += calls[called * count + to];
    }
  }
  return calls;
}

/**
 * Requests per second from outside that the cluster takes at one entry point (index of the service) with all replicas
 * at their maximum, all ready, and nothing arriving elsewhere: the narrowest service of the chain decides. The room on
 * the nodes is not counted.
 */
export function capacityOf(cluster: Cluster, entryPoint: number): number {
  const count = cluster.services.length;
  const calls = callsPerRequest(cluster);
  return cluster.services.reduce((least, { replicas, emulator }, index) => {
    const requests = calls[entryPoint * count + index];
    return requests > 0 ? Math.min(least, (replicas.max * emulator.throughput) / requests) : least;
  }, Infinity);
}
