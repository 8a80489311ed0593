/** Slows an emulated cluster down so that a person can watch it. The engine has no clock: the waiting is here. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnLiveCluster } from '../../cluster/live/live-cluster.ts';

/** `pace`: seconds of the cluster per second of wall time; 0 = as fast as it can. An abort ends a wait at once. */
export function atPace(cluster: OwnLiveCluster, pace: number): OwnLiveCluster {
  if (pace === 0) return cluster;
  return {
    kind: 'own',
    identity: cluster.identity,
    observe: (signal) => cluster.observe(signal),
    write: (write, options) => cluster.write(write, options),
    async wait(seconds, signal) {
      await sleep((1000 * seconds) / pace, undefined, { signal });
      await cluster.wait(seconds, signal);
    },
    close: () => cluster.close(),
  };
}
