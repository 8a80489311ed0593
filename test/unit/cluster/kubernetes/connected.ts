import { connectCluster } from '../../../../src/cluster/kubernetes/connect.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import type { KubernetesCluster } from '../../../../src/cluster/kubernetes/kubernetes-cluster.ts';
import { startFakeCluster, type FakeCluster } from '../../../fake-kubernetes/namespace.ts';
import { sampleSpec } from './sample-spec.ts';

export interface Connected {
  readonly fake: FakeCluster;
  readonly cluster: KubernetesCluster;
  /** What the cluster has warned of. */
  readonly warnings: string[];
}

/** A fake API server and the product's client of it, new for each test of the suite. */
export function useConnectedCluster(): () => Connected {
  let connected: Connected;
  beforeEach(async () => {
    const fake = await startFakeCluster();
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const cluster = await connectCluster(sampleSpec(), {
      env: fake.env,
      now: Date.now,
      timers: systemTimers,
      context: '',
      onWarning,
    });
    connected = { fake, cluster, warnings };
  });
  afterEach(async () => {
    await connected.cluster.close();
    await connected.fake.stop();
  });
  return () => connected;
}
