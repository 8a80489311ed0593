import { ACCOUNTING_INTERVAL, type System } from '../../cluster/simulation/simulation.ts';
import type { Cluster } from '../../spec/model.ts';
import { fixedBaseline } from './baseline.ts';

/** Holds the same replicas whatever happens. `replicas`: pods per service. */
export function constant(name: string, replicas: readonly number[]): System {
  return {
    name,
    make: (cluster) => {
      if (replicas.length !== cluster.services.length)
        throw new RangeError(`${name}: ${replicas.length} replica counts for ${cluster.services.length} services.`);
      return {
        name,
        interval: ACCOUNTING_INTERVAL,
        reset: () => undefined,
        decide: (_, desired) => {
          for (let i = 0; i < desired.length; i++) desired[i] = replicas[i % replicas.length];
        },
      };
    },
  };
}

/** Every service at its maximum; what the nodes have no room for stays pending. */
export function everythingAtMaximum(cluster: Cluster): System {
  return constant(
    'everything at maximum',
    cluster.services.map((service) => service.replicas.max),
  );
}

export const maximumBaseline = fixedBaseline((cluster) => {
  const system = everythingAtMaximum(cluster);
  return { name: system.name, system };
});
