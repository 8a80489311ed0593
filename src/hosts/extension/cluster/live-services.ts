/** The services of a real cluster as they were last seen. Does not import vscode. */
import type { ClusterService } from '../../../../webview/protocol/cluster.ts';
import type { ServiceStatus } from '../../../cluster/kubernetes/watching/namespace-status.ts';

/** In the order in which they were seen. The bounds are those of the specification: see servicesOf. */
export const liveServices = (services: readonly ServiceStatus[]): ClusterService[] => services.map(liveService);

function liveService(status: ServiceStatus): ClusterService {
  const { service, desired, ready, starting, failed, pending, latency, utilization, hpa } = status;
  const raised = hpa && !hpa.original.paused && hpa.minReplicas > hpa.original.minReplicas;
  return {
    name: service,
    min: null,
    max: null,
    desired,
    ready,
    starting,
    failed,
    pending,
    latency,
    utilization,
    hpa: hpa && {
      minReplicas: hpa.minReplicas,
      maxReplicas: hpa.maxReplicas,
      paused: hpa.paused,
      desired: hpa.desired,
      originalMinimum: hpa.original.minReplicas,
    },
    controlledBy: controller(status, raised ?? false),
  };
}

function controller({ desired, hpa }: ServiceStatus, isRaised: boolean): ClusterService['controlledBy'] {
  if (desired === null) return 'unknown';
  // Paused before any transfer came: somebody else did that.
  if (!hpa || (hpa.paused && hpa.original.paused)) return 'nobody';
  if (hpa.paused) return 'agents';
  return isRaised ? 'hpa with a raised minimum' : 'hpa';
}
