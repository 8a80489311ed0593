/** Linkerd's proxy metrics, as linkerd-viz labels them (https://linkerd.io/2/reference/proxy-metrics/), and cAdvisor. */
import { containerMetrics, containerSource } from './containers.ts';
import { fromLabel, meanOf, orZero, sumBy, type Preset } from './preset.ts';

const label = fromLabel('deployment');
const inbound = (more = ''): string => `{direction="inbound",namespace="$namespace",deployment!=""${more}}`;
const rate = (metric: string, labels = inbound()): string => sumBy(label, `rate(${metric}${labels}[$window])`);
const received = rate('request_total');
const dropped = orZero(
  rate('response_total', inbound(',classification="failure",status_code=~"502|503|504"')),
  received,
);
const latency = meanOf(`${rate('response_latency_ms_sum')} / 1000`, rate('response_latency_ms_count'));
const bytes = (metric: string): string =>
  `${rate(metric, '{peer="src",direction="inbound",namespace="$namespace",deployment!=""}')} * 8 / 1000`;

export const linkerd: Preset = {
  name: 'linkerd',
  about: "Linkerd's proxies for requests, latency and traffic, cAdvisor for CPU and memory.",
  detect: `request_total${inbound()}`,
  sources: {
    requests: { series: `request_total${inbound()}`, label },
    containers: containerSource,
  },
  metrics: {
    // Little's law: requests in progress = arrival rate x time in the system.
    pending: { query: `${received} * (${latency})`, source: 'requests' },
    received: { query: received, source: 'requests' },
    served: { query: `${received} - (${dropped})`, source: 'requests' },
    succeeded: {
      query: orZero(rate('response_total', inbound(',classification="success"')), received),
      source: 'requests',
    },
    dropped: { query: dropped, source: 'requests' },
    rx: { query: bytes('tcp_read_bytes_total'), source: 'requests' },
    tx: { query: bytes('tcp_write_bytes_total'), source: 'requests' },
    latency: { query: latency, source: 'requests' },
    ...containerMetrics,
  },
  latencyIncludesCalls: true,
  calls:
    'sum by (caller, callee) (label_replace(label_replace(increase(request_total{direction="outbound",namespace="$namespace",dst_namespace="$namespace",dst_deployment!=""}[1h]), "caller", "$1", "deployment", "(.+)"), "callee", "$1", "dst_deployment", "(.+)"))',
};
