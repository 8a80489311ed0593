/** Alerts for the Prometheus operator and a Grafana dashboard, both based on the controller's own metrics. */
import { METRICS } from '../controller/controller-metrics.ts';
import { metadata, NAME } from './labels.ts';

interface Alert {
  readonly alert: string;
  readonly expression: string;
  readonly lasts: string;
  readonly severity: 'warning' | 'critical';
  readonly summary: string;
  readonly description: string;
}

const alerts = (namespace: string): Alert[] => {
  const of = (metric: string, more = '') => `${metric}{namespace="${namespace}"${more}}`;
  return [
    {
      alert: 'KarmaMasNobodyLeads',
      expression: `absent(${of(METRICS.leader)}) or sum(${of(METRICS.leader)}) == 0`,
      lasts: '2m',
      severity: 'critical',
      summary: 'No replica of the controller holds the lease.',
      description: 'HPAs that the agents had paused may still be paused: kubectl get hpa, and restart the controller.',
    },
    {
      alert: 'KarmaMasTwoLead',
      expression: `sum(${of(METRICS.leader)}) > 1`,
      lasts: '1m',
      severity: 'critical',
      summary: 'Two replicas of the controller say that they lead.',
      description: 'Only the holder of the lease can write; look at Lease karma-mas and at the logs of both.',
    },
    {
      alert: 'KarmaMasFellBack',
      expression: `increase(${of(METRICS.fallbacks, ',ended="fallback"')}[15m]) > 0`,
      lasts: '0m',
      severity: 'warning',
      summary: 'The HPAs have taken over from the agents.',
      description: 'The last line of type "stage" in the controller\'s log says why.',
    },
    {
      alert: 'KarmaMasHolds',
      expression: `sum(increase(${of(METRICS.holds)}[10m])) > 0.5 * sum(increase(${of(METRICS.decisions)}[10m]))`,
      lasts: '10m',
      severity: 'warning',
      summary: 'The agents hold more often than they decide.',
      description: 'Metrics are missing or old, or the state is strange: see oldest metric and drift.',
    },
    {
      alert: 'KarmaMasWritesRefused',
      expression: `sum(increase(${of(METRICS.writes, ',result="refused"')}[15m])) > 3`,
      lasts: '0m',
      severity: 'warning',
      summary: 'The cluster refuses what the agents write.',
      description:
        'Quotas, admission policies, missing rights or another writer: the records of type "write" say which.',
    },
    {
      alert: 'KarmaMasDrift',
      expression: `${of(METRICS.drift)} > on (namespace, pod) ${of(METRICS.driftThreshold)}`,
      lasts: '5m',
      severity: 'warning',
      summary: 'The cluster is in states that the twin was not validated on.',
      description: 'Fit the twin again to newer traces, and train in it.',
    },
  ];
};

export function prometheusRule(namespace: string): object {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: metadata(NAME, namespace),
    spec: {
      groups: [
        {
          name: NAME,
          rules: alerts(namespace).map(({ alert, expression, lasts, severity, summary, description }) => ({
            alert,
            expr: expression,
            for: lasts,
            labels: { severity },
            annotations: { summary, description },
          })),
        },
      ],
    },
  };
}

export const podMonitor = (namespace: string, selector: object): object => ({
  apiVersion: 'monitoring.coreos.com/v1',
  kind: 'PodMonitor',
  metadata: metadata(NAME, namespace),
  spec: { selector: { matchLabels: selector }, podMetricsEndpoints: [{ port: 'metrics', interval: '15s' }] },
});

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly unit: string;
  readonly queries: readonly { readonly expression: string; readonly legend: string }[];
}

const panels = (namespace: string): Panel[] => {
  const of = (metric: string, more = '') => `${metric}{namespace="${namespace}"${more}}`;
  const one = (expression: string, legend: string) => [{ expression, legend }];
  return [
    {
      title: 'Leader and stage',
      description: 'Which replica leads, and how far up the ladder it is.',
      unit: 'none',
      queries: [
        { expression: of(METRICS.leader), legend: 'leads: {{pod}}' },
        { expression: of(METRICS.stage), legend: '{{stage}}' },
      ],
    },
    {
      title: 'Objective J',
      description: 'Resilience less the price of what the pods request.',
      unit: 'none',
      queries: one(of(METRICS.objective), 'J'),
    },
    {
      title: 'Replicas',
      description: 'As they are, and as the agents want them within the caps.',
      unit: 'none',
      queries: one(of(METRICS.replicas), '{{service}} {{of}}'),
    },
    {
      title: 'Drift',
      description: 'Distance from the states that the twin was validated on.',
      unit: 'none',
      queries: [
        { expression: of(METRICS.drift), legend: 'drift' },
        { expression: of(METRICS.driftThreshold), legend: 'threshold' },
      ],
    },
    {
      title: 'Decisions a minute',
      description: 'By outcome.',
      unit: 'none',
      queries: one(`60 * sum by (outcome) (rate(${of(METRICS.decisions)}[5m]))`, '{{outcome}}'),
    },
    {
      title: 'Writes a minute',
      description: 'By type and result.',
      unit: 'none',
      queries: one(`60 * sum by (type, result) (rate(${of(METRICS.writes)}[5m]))`, '{{type}} {{result}}'),
    },
    {
      title: 'Time of a decision',
      description: 'From what was observed to the last write.',
      unit: 's',
      queries: [0.5, 0.99].map((q) => ({
        expression: `histogram_quantile(${q}, sum by (le) (rate(${of(`${METRICS.decisionSeconds}_bucket`)}[15m])))`,
        legend: `${100 * q} %`,
      })),
    },
    {
      title: 'Oldest metric',
      description: 'Age of what the decisions go by.',
      unit: 's',
      queries: one(of(METRICS.metricAge), 'age'),
    },
    {
      title: 'Fallbacks, restored HPAs and failures',
      description: 'Since the replica started.',
      unit: 'none',
      queries: [
        { expression: of(METRICS.fallbacks), legend: '{{ended}}' },
        { expression: of(METRICS.restored), legend: 'restored' },
        { expression: of(METRICS.failures), legend: 'failures' },
      ],
    },
    {
      title: 'Refresh due',
      description: 'The Transfer asks for a new twin or new policies; nothing is started by itself.',
      unit: 'none',
      queries: one(of(METRICS.refreshDue), '{{what}}'),
    },
  ];
};

/** Returns a dashboard for Grafana's import, which asks for the data source. */
export function grafanaDashboard(namespace: string): object {
  const datasource = { type: 'prometheus', uid: '${datasource}' };
  return {
    title: `KARMA MAS, ${namespace}`,
    uid: `karma-mas-${namespace}`.slice(0, 40),
    tags: [NAME],
    schemaVersion: 39,
    refresh: '15s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus' }] },
    panels: panels(namespace).map(({ title, description, unit, queries }, p) => ({
      id: p + 1,
      type: 'timeseries',
      title,
      description,
      datasource,
      gridPos: { x: 12 * (p % 2), y: 8 * Math.floor(p / 2), w: 12, h: 8 },
      fieldConfig: { defaults: { unit }, overrides: [] },
      targets: queries.map(({ expression, legend }, q) => ({
        refId: String.fromCharCode(65 + q),
        datasource,
        expr: expression,
        legendFormat: legend,
      })),
    })),
  };
}
