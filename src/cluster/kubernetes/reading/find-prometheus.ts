/** Finds the Prometheus of a cluster and the presets that fit the metrics of a namespace. */
import { ClusterError } from '../../live/live-cluster.ts';
import type { ApiServer } from '../client/api-server.ts';
import type { List, Service } from '../client/objects.ts';
import { prometheusService, type Prometheus } from './prometheus.ts';
import { PRESETS } from './presets/all.ts';
import type { Preset } from './presets/preset.ts';

export interface FoundPrometheus {
  /** The service as namespace/name:port. */
  readonly service: string;
  readonly prometheus: Prometheus;
}

/** Resolves with the first service that answers like Prometheus, or undefined if none does or listing is forbidden. */
export async function findPrometheus(api: ApiServer, signal: AbortSignal): Promise<FoundPrometheus | undefined> {
  let services: readonly Service[];
  try {
    services = (await api.request<List<Service>>({ path: '/api/v1/services', signal })).items;
  } catch (error) {
    if (error instanceof ClusterError && (error.reason === 'forbidden' || error.reason === 'notFound'))
      return undefined;
    throw error;
  }
  for (const service of services.filter(isCandidate).sort((a, b) => weight(a) - weight(b))) {
    const { name, namespace } = service.metadata;
    const port = (service.spec.ports?.find((each) => each.port === 9090) ?? service.spec.ports?.[0])?.port;
    if (port === undefined) continue;
    const address = `${namespace}/${name}:${port}`;
    const prometheus = prometheusService(api, address);
    if (await answers(prometheus, signal)) return { service: address, prometheus };
  }
  return undefined;
}

const OTHERS = /alertmanager|exporter|operator|pushgateway|adapter|kube-state|grafana|webhook|coredns|kubelet/;

/** Tells whether a service has a name that charts and operators give to Prometheus. */
function isCandidate({ metadata }: Service): boolean {
  const labels = Object.values(metadata.labels ?? {});
  return (/prom/.test(metadata.name) || labels.includes('prometheus')) && !OTHERS.test(metadata.name);
}

/** The operator's governing service comes last. The proxy accepts it although it has no address, but any other is better. */
const weight = ({ metadata }: Service): number => (/operated|headless/.test(metadata.name) ? 1 : 0);

async function answers(prometheus: Prometheus, signal: AbortSignal): Promise<boolean> {
  try {
    return (await prometheus.query('vector(1)', signal))[0]?.value === 1;
  } catch (error) {
    if (error instanceof ClusterError && error.reason !== 'aborted') return false;
    throw error;
  }
}

/** Returns the presets that find metrics of the namespace, the most informative first. Rejects with ClusterError. */
export async function fittingPresets(
  prometheus: Prometheus,
  namespace: string,
  signal: AbortSignal,
): Promise<Preset[]> {
  const counts = await Promise.all(
    PRESETS.map(({ detect }) => prometheus.query(`count(${detect.replaceAll('$namespace', namespace)})`, signal)),
  );
  return PRESETS.filter((_, p) => (counts[p][0]?.value ?? 0) > 0);
}
