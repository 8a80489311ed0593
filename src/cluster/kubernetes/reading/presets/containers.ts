/** CPU, memory and traffic of containers from the kubelet's cAdvisor. Several presets share these queries. */
import { fromPod, sumBy, type MetricQuery, type MetricSource } from './preset.ts';

const containers = '{namespace="$namespace",container!="",container!="POD"}';

export const containerSource: MetricSource = {
  series: `container_cpu_usage_seconds_total${containers}`,
  label: fromPod,
};

const rate = (metric: string, labels: string): string => sumBy(fromPod, `rate(${metric}${labels}[$window])`);

export const containerMetrics = {
  cpu: { query: `${rate('container_cpu_usage_seconds_total', containers)} * 1000`, source: 'containers' },
  memory: {
    query: `${sumBy(fromPod, `container_memory_working_set_bytes${containers}`)} / 1048576`,
    source: 'containers',
  },
} satisfies Record<string, MetricQuery>;

export const networkMetrics = {
  rx: {
    query: `${rate('container_network_receive_bytes_total', '{namespace="$namespace"}')} * 8 / 1000`,
    source: 'containers',
  },
  tx: {
    query: `${rate('container_network_transmit_bytes_total', '{namespace="$namespace"}')} * 8 / 1000`,
    source: 'containers',
  },
} satisfies Record<string, MetricQuery>;
