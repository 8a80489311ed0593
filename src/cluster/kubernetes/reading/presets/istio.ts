/** Istio's standard metrics (https://istio.io/latest/docs/reference/config/metrics/), and cAdvisor for CPU and memory. */
import { containerMetrics, containerSource } from './containers.ts';
import { fromLabel, meanOf, orZero, sumBy, type Preset } from './preset.ts';

const label = fromLabel('destination_workload');
const at = (reporter: string, more = ''): string =>
  `{reporter="${reporter}",destination_workload_namespace="$namespace"${more}}`;
const rate = (metric: string, labels: string): string => sumBy(label, `rate(${metric}${labels}[$window])`);

/** Takes the larger count of caller and callee, since only the callers count requests to a service without a live pod. */
function bothSides(more = ''): string {
  const callee = rate('istio_requests_total', at('destination', more));
  const caller = rate('istio_requests_total', at('source', more));
  return `(${caller} > ${callee}) or ${callee} or ${caller}`;
}

const received = `(${bothSides()})`;
const dropped = `(${orZero(bothSides(',response_code=~"0|503|504"'), received)})`;
const latency = meanOf(
  `${rate('istio_request_duration_milliseconds_sum', at('destination'))} / 1000`,
  rate('istio_request_duration_milliseconds_count', at('destination')),
);
const bytes = (metric: string): string => `${rate(metric, at('destination'))} * 8 / 1000`;

export const istio: Preset = {
  name: 'istio',
  about: "Istio's standard metrics for requests, latency and traffic, cAdvisor for CPU and memory.",
  detect: 'istio_requests_total{destination_workload_namespace="$namespace"}',
  sources: {
    requests: { series: 'istio_requests_total{destination_workload_namespace="$namespace"}', label },
    containers: containerSource,
  },
  metrics: {
    // Little's law: requests in progress = arrival rate x time in the system.
    pending: { query: `${received} * (${latency})`, source: 'requests' },
    received: { query: received, source: 'requests' },
    served: { query: `${received} - ${dropped}`, source: 'requests' },
    succeeded: {
      query: orZero(rate('istio_requests_total', at('destination', ',response_code!~"0|5.."')), received),
      source: 'requests',
    },
    dropped: { query: dropped, source: 'requests' },
    rx: { query: bytes('istio_request_bytes_sum'), source: 'requests' },
    tx: { query: bytes('istio_response_bytes_sum'), source: 'requests' },
    latency: { query: latency, source: 'requests' },
    ...containerMetrics,
  },
  latencyIncludesCalls: true,
  calls: `sum by (caller, callee) (label_replace(label_replace(increase(istio_requests_total{reporter="source",source_workload_namespace="$namespace",destination_workload_namespace="$namespace"}[1h]), "caller", "$1", "source_workload", "(.+)"), "callee", "$1", "destination_workload", "(.+)"))`,
};
