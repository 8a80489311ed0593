/** Connects jobs to real clusters, which they may write to only if the user named the place. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ClusterIdentity } from '../../cluster/live/live-cluster.ts';
import type { KubernetesCluster } from '../../cluster/kubernetes/kubernetes-cluster.ts';
import type { Cluster } from '../../spec/model.ts';
import type { JobContext } from './context.ts';
import { JobError } from '../failure.ts';
import { PROMETHEUS_TOKEN } from '../options/environment.ts';
import type { ClusterTarget } from '../starting/target.ts';
import { systemTimers } from './system-timers.ts';

/** Loads the client only when it is needed, since it is large. Rejects with ClusterError. */
export async function connectReal(
  spec: Cluster,
  { context, namespace }: ClusterTarget,
  { now, log }: Pick<JobContext, 'now' | 'log'>,
): Promise<KubernetesCluster> {
  const { connectCluster } = await import('../../cluster/kubernetes/connect.ts');
  return connectCluster(spec, {
    env: process.env,
    now,
    timers: systemTimers,
    context,
    namespace,
    prometheusToken: process.env[PROMETHEUS_TOKEN],
    onWarning: (message) => log(message, 'warning'),
  });
}

/** Returns the place that a user must name before anything is written there. */
export const nameOf = ({ context, namespace }: ClusterIdentity): string => `${context}/${namespace}`;

/** Throws JobError unless `writeTo` names this place. It may also name the server: `context/namespace on server`. */
export function assertMayWrite(identity: ClusterIdentity, writeTo: string, what: string): void {
  if (writeTo === nameOf(identity) || writeTo === `${nameOf(identity)} on ${identity.server}`) return;
  const { context, server, namespace } = identity;
  const place = `context ${context}, server ${server}, namespace ${namespace}`;
  throw new JobError(
    writeTo === ''
      ? `${what} writes to ${place}. If that is meant, say so: --write-to ${nameOf(identity)}`
      : `${what} would write to ${place}, but --write-to says ${writeTo}. Correct one of them.`,
  );
}

/** Returns how this process takes part in the lease of a namespace. */
export const leaseOptions = () => ({
  identity: `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`,
  timers: systemTimers,
  // A little longer than the lease of a dead writer lasts.
  waitFor: 20,
});
