/** The metrics of the sample workload: its own counters, and cAdvisor. */
import { containerMetrics, containerSource } from './containers.ts';
import { fromPod, meanOf, sumBy, type Preset } from './preset.ts';

const own = '{namespace="$namespace"}';
const rate = (metric: string, labels = own): string => sumBy(fromPod, `rate(${metric}${labels}[$window])`);
const succeeded = rate('chained_requests_succeeded_total');
const failed = (reasons: string): string =>
  rate('chained_requests_failed_total', `{namespace="$namespace",reason=~"${reasons}"}`);

export const chainedServices: Preset = {
  name: 'chained-services',
  about: 'The sample workload of KARMA MAS: its own counters, CPU and memory from cAdvisor.',
  detect: `chained_requests_received_total${own}`,
  sources: {
    requests: { series: `chained_requests_received_total${own}`, label: fromPod },
    containers: containerSource,
  },
  metrics: {
    pending: { query: sumBy(fromPod, `chained_queue_length${own}`), source: 'requests' },
    received: { query: rate('chained_requests_received_total'), source: 'requests' },
    served: { query: `${succeeded} + ${failed('downstream')}`, source: 'requests' },
    succeeded: { query: succeeded, source: 'requests' },
    dropped: { query: failed('overflow|timeout'), source: 'requests' },
    rx: { query: `${rate('chained_received_bytes_total')} * 8 / 1000`, source: 'requests' },
    tx: { query: `${rate('chained_sent_bytes_total')} * 8 / 1000`, source: 'requests' },
    latency: {
      query: meanOf(rate('chained_request_duration_seconds_sum'), rate('chained_request_duration_seconds_count')),
      source: 'requests',
    },
    ...containerMetrics,
  },
  latencyIncludesCalls: true,
};
