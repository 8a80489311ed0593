/** Slows down an emulated cluster so that a person can watch it. The engine has no clock, so the waiting happens here. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnLiveCluster } from '../../cluster/live/live-cluster.ts';

/** `pace` is in seconds of the cluster per second of wall time; 0 means as fast as possible. An abort ends a wait immediately. */
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
