/** Names and units of what a twin predicts. Ids are the runner's: 'objective', 'cluster.latency', 'a.pending'. */
import { t } from '../shared/l10n.ts';

export interface MetricLabel {
  readonly label: string;
  /** Empty where it is a count without one, or a share. */
  readonly unit: string;
}

const INDICATORS: Readonly<Record<string, MetricLabel>> = {
  objective: { label: t('J'), unit: '' },
  resilience: { label: t('Resilience or(s)'), unit: '' },
  success: { label: t('Success'), unit: t('share') },
  pods: { label: t('Pods term'), unit: '' },
  latencyTerm: { label: t('Latency term'), unit: '' },
  entryPoints: { label: t('Entry points term'), unit: '' },
  traffic: { label: t('Traffic term'), unit: '' },
  latency: { label: t('Latency'), unit: 's' },
  latencyCompliance: { label: t('Latency compliance'), unit: t('share') },
  received: { label: t('Requests received'), unit: '' },
  succeeded: { label: t('Requests answered'), unit: '' },
  pending: { label: t('Requests waiting'), unit: t('requests') },
  podSeconds: { label: t('Pod-seconds'), unit: 's' },
  coreSeconds: { label: t('Core-seconds'), unit: 's' },
  moves: { label: t('Moves'), unit: t('pods') },
};

const FIELDS: Readonly<Record<string, MetricLabel>> = {
  pending: { label: t('Requests waiting'), unit: t('requests') },
  received: { label: t('Received'), unit: t('requests/s') },
  served: { label: t('Served'), unit: t('requests/s') },
  succeeded: { label: t('Succeeded'), unit: t('requests/s') },
  dropped: { label: t('Dropped'), unit: t('requests/s') },
  ready: { label: t('Ready pods'), unit: t('pods') },
  desired: { label: t('Desired pods'), unit: t('pods') },
  failed: { label: t('Crashed pods'), unit: t('pods') },
  starting: { label: t('Starting pods'), unit: t('pods') },
  cpu: { label: t('CPU'), unit: t('millicores') },
  memory: { label: t('Memory'), unit: 'MiB' },
  utilization: { label: t('CPU over requested'), unit: t('share') },
  rx: { label: t('Received traffic'), unit: 'kbit/s' },
  tx: { label: t('Sent traffic'), unit: 'kbit/s' },
  latency: { label: t('Latency'), unit: 's' },
  cpuUtilization: { label: t('CPU used'), unit: t('share') },
  cpuAllocated: { label: t('CPU requested'), unit: t('share') },
  successRate: { label: t('Success rate'), unit: t('share') },
};

/** The service (or 'cluster') that a metric is of; empty for an indicator of the whole. */
export function ownerOf(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? '' : name.slice(0, dot);
}

/** One that this version does not know keeps its own name. */
export function metricLabel(name: string): MetricLabel {
  const [words, field] = ownerOf(name) === '' ? [INDICATORS, name] : [FIELDS, name.slice(name.lastIndexOf('.') + 1)];
  return Object.hasOwn(words, field) ? words[field] : { label: field, unit: '' };
}

export function parameterName(name: string): string {
  const names: Readonly<Record<string, string>> = {
    throughput: t('Throughput'),
    startup: t('Start-up'),
    baseLatency: t('Base latency'),
    queue: t('Queue limit'),
    timeout: t('Time-out'),
    warmUpSeconds: t('Warm-up time'),
    warmUpFactor: t('Throughput while warming up'),
  };
  return Object.hasOwn(names, name) ? names[name] : name;
}

/** For people: the indicator, of what, and its unit. */
export function titleOf(name: string): string {
  const { label, unit } = metricLabel(name);
  const owner = ownerOf(name);
  const what = unit === '' ? label : `${label} (${unit})`;
  return owner === '' ? what : `${owner}: ${what}`;
}
