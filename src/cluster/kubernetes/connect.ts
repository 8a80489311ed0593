/** Opens the cluster that a spec names: the API server of a context, and the Prometheus of the spec. */
import type { Cluster, MetricsSource } from '../../spec/model.ts';
import { ClusterError } from '../live/live-cluster.ts';
import type { Timers } from '../live/timers.ts';
import { ApiServer } from './client/api-server.ts';
import { KubernetesCluster } from './kubernetes-cluster.ts';
import { prometheusService, prometheusUrl, type Prometheus } from './reading/prometheus.ts';

export interface ConnectOptions {
  /** KUBECONFIG, HOME and PATH are read. */
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly timers: Timers;
  /** A context of the kubeconfig; empty for the current one. */
  readonly context: string;
  /** Namespace of the Deployments; the one in the spec by default. */
  readonly namespace?: string | undefined;
  /** Bearer token for a Prometheus at a URL. */
  readonly prometheusToken?: string | undefined;
  readonly onWarning?: (message: string) => void;
}

/** Sends no request yet. Rejects with ClusterError if the kubeconfig or the spec is not sufficient. */
export async function connectCluster(spec: Cluster, options: ConnectOptions): Promise<KubernetesCluster> {
  const api = await ApiServer.open(options);
  return new KubernetesCluster({
    spec,
    namespace: options.namespace ?? spec.namespace,
    api,
    prometheus: prometheusOf(api, spec.metrics, options.prometheusToken),
    ...(options.onWarning ? { onWarning: options.onWarning } : {}),
  });
}

export function prometheusOf(api: ApiServer, metrics: MetricsSource, token: string | undefined): Prometheus {
  if (metrics.source === 'prometheus' && metrics.url !== undefined)
    return prometheusUrl({ url: metrics.url, token, timers: api.timers, timeout: api.timeout });
  if (metrics.source === 'prometheus' && metrics.service !== undefined) return prometheusService(api, metrics.service);
  throw new ClusterError('invalid', 'The Cluster has no Prometheus: set metrics.source to prometheus.');
}
