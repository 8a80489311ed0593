/**
 * The metrics of ingress-nginx. They count requests at the controller, and so cover only the services behind an Ingress. A
 * Service must have the same name as its Deployment.
 */
import { containerMetrics, containerSource, networkMetrics } from './containers.ts';
import { fromLabel, meanOf, orZero, sumBy, type Preset } from './preset.ts';

const label = fromLabel('exported_service');
const rate = (metric: string, more = ''): string =>
  sumBy(label, `rate(${metric}{exported_namespace="$namespace"${more}}[$window])`);
const received = rate('nginx_ingress_controller_requests');
const dropped = orZero(rate('nginx_ingress_controller_requests', ',status=~"502|503|504"'), received);
const latency = meanOf(
  rate('nginx_ingress_controller_request_duration_seconds_sum'),
  rate('nginx_ingress_controller_request_duration_seconds_count'),
);

export const ingressNginx: Preset = {
  name: 'ingress-nginx',
  about:
    'ingress-nginx for the requests of services behind an Ingress (a Service has the name of its Deployment), cAdvisor for the rest. Services that are only called by others need queries of their own.',
  detect: 'nginx_ingress_controller_requests{exported_namespace="$namespace"}',
  sources: {
    requests: { series: 'nginx_ingress_controller_requests{exported_namespace="$namespace"}', label },
    containers: containerSource,
  },
  metrics: {
    // Little's law: requests in progress = arrival rate x time in the system.
    pending: { query: `${received} * (${latency})`, source: 'requests' },
    received: { query: received, source: 'requests' },
    served: { query: `${received} - (${dropped})`, source: 'requests' },
    succeeded: {
      query: orZero(rate('nginx_ingress_controller_requests', ',status!~"5.."'), received),
      source: 'requests',
    },
    dropped: { query: dropped, source: 'requests' },
    latency: { query: latency, source: 'requests' },
    ...containerMetrics,
    ...networkMetrics,
  },
  latencyIncludesCalls: true,
};
