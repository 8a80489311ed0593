/**
 * A process that writes as often as the lease of a namespace allows, with the only function that writes to clusters. The tests of
 * the lease start it and kill it.
 *     writer-process.ts KUBECONFIG NAMESPACE IDENTITY
 */
import { connectCluster } from '../../../src/cluster/kubernetes/connect.ts';
import { systemTimers } from '../../../src/jobs/running/system-timers.ts';
import { applyWrites } from '../../../src/transferring/apply.ts';
import { withLease } from '../../../src/transferring/holding-lease.ts';
import type { LeaseTiming } from '../../../src/transferring/writer-lease.ts';
import { clusterSpec, clusterYaml } from './sample-project.ts';

/** A fifth of the product's timing, so that hundreds of kills fit into minutes. */
export const TIMING: LeaseTiming = { duration: 3, renewEvery: 0.8, writeWithin: 1.9, retryEvery: 0.3 };

const [kubeconfig, namespace, identity] = process.argv.slice(2);
const { signal } = new AbortController();
// There is no Prometheus; at this address, the connection is refused at once.
const spec = clusterSpec(clusterYaml(namespace, { url: 'http://127.0.0.1:9' }));
const env = { ...process.env, KUBECONFIG: kubeconfig };
const cluster = await connectCluster(spec, { env, now: Date.now, timers: systemTimers, context: '' });
const context = {
  spec,
  limits: { move: 10, podsPerDecision: 10 },
  stage: 'floor',
  dryRun: false,
  audit: () => undefined,
  time: 0,
  current: [],
  signal,
} as const;

let minReplicas = 1;
for (;;)
  await withLease(
    { cluster, identity, timers: systemTimers, waitFor: Infinity, timing: TIMING, signal },
    async (fence) => {
      while (!fence.taken.aborted) {
        minReplicas = 3 - minReplicas;
        // An object must be observed before it is written.
        await cluster.observe(signal);
        await applyWrites(cluster, [{ type: 'setHpaMinimum', service: 'd', minReplicas }], { ...context, fence });
        await systemTimers.sleep(0.05, signal);
      }
    },
  );
