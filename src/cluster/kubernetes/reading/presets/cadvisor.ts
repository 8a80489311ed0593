/** The metrics of every cluster that has cAdvisor and kube-state-metrics. They include none on requests. */
import { containerMetrics, containerSource, networkMetrics } from './containers.ts';
import type { Preset } from './preset.ts';

export const cadvisor: Preset = {
  name: 'cadvisor',
  about:
    'cAdvisor and kube-state-metrics: CPU, memory and traffic. Nothing tells of requests: pending, received, served, succeeded, dropped and latency need queries of your own.',
  detect: `kube_deployment_spec_replicas{namespace="$namespace"} or ${containerSource.series}`,
  sources: { containers: containerSource },
  metrics: { ...containerMetrics, ...networkMetrics },
  latencyIncludesCalls: true,
};
