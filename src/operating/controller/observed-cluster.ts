import type { SharedLiveCluster } from '../../cluster/live/live-cluster.ts';

/** Wraps a cluster and calls `onObserved` after each observation. */
export function observedCluster(cluster: SharedLiveCluster, onObserved: () => void): SharedLiveCluster {
  return {
    kind: 'shared',
    identity: cluster.identity,
    lease: cluster.lease,
    observe: async (signal) => {
      const snapshot = await cluster.observe(signal);
      onObserved();
      return snapshot;
    },
    write: (write, options) => cluster.write(write, options),
    changedHpas: (signal) => cluster.changedHpas(signal),
    preflight: (signal) => cluster.preflight(signal),
    wait: (seconds, signal) => cluster.wait(seconds, signal),
    close: () => cluster.close(),
  };
}
