/** Builds a snapshot from the answers of the API server and Prometheus. A missing value is NaN, of age Infinity, never zero. */
import type { Cluster } from '../../../spec/model.ts';
import { topologicalOrder } from '../../../spec/call-graph.ts';
import { emptyObservation, type Observation } from '../../../spec/observation.ts';
import type { HpaState, Snapshot } from '../../live/live-cluster.ts';
import { hpaStateOf } from '../writing/hpa-edits.ts';
import { ageOf, type FieldReading } from './metrics-reader.ts';
import type { Workload } from './workload.ts';

export interface Seen {
  /** Seconds since the epoch, by the server's clock. */
  readonly time: number;
  readonly workload: Workload;
  readonly readings: readonly FieldReading[];
  readonly latencyIncludesCalls: boolean;
}

export function snapshotOf(spec: Cluster, { time, workload, readings, latencyIncludesCalls }: Seen): Snapshot {
  const { services } = spec;
  const observation = emptyObservation(1, services.length);
  const age = new Float64Array(services.length);
  services.forEach(({ name }, s) => {
    for (const reading of readings) {
      observation.service[reading.field][s] = reading.values.get(name) ?? NaN;
      age[s] = Math.max(age[s], ageOf(reading, name));
    }
    writePods(observation, workload, name, s);
    if (!workload.deployments.has(name)) age[s] = Infinity;
  });
  for (const field of ['pending', 'received', 'served', 'succeeded', 'dropped', 'cpu', 'memory', 'rx', 'tx'] as const)
    if (!readings.some((reading) => reading.field === field)) unknown(observation.service[field], age);
  if (!readings.some(({ field }) => field === 'latency')) unknown(observation.service.latency, age);
  if (!readings.some(({ field }) => field === 'utilization')) deriveUtilization(spec, observation);
  deriveWhole(spec, observation, workload);
  if (latencyIncludesCalls) ownLatency(spec, observation.service.latency);
  const hpas = services.map(({ name }): HpaState | undefined => {
    const hpa = workload.hpas.get(name);
    return hpa && hpaStateOf(hpa, name);
  });
  return { time, observation, age, hpas };
}

function unknown(column: Float64Array, age: Float64Array): void {
  column.fill(NaN);
  age.fill(Infinity);
}

function writePods({ service }: Observation, { deployments, pods }: Workload, name: string, s: number): void {
  const deployment = deployments.get(name);
  const count = pods.get(name);
  service.desired[s] = deployment ? (deployment.spec.replicas ?? 1) : NaN;
  service.ready[s] = count?.ready ?? NaN;
  service.starting[s] = count?.starting ?? NaN;
  service.failed[s] = count?.failed ?? NaN;
}

/** Computes the utilization: CPU used divided by the CPU that ready pods request. */
function deriveUtilization({ services }: Cluster, { service }: Observation): void {
  services.forEach(({ cpu }, s) => {
    service.utilization[s] = service.ready[s] === 0 ? 0 : service.cpu[s] / (service.ready[s] * cpu);
  });
}

/** Fills in the whole cluster: the CPU in use on the nodes, and what outside requests experience at the entry points. */
function deriveWhole({ services, nodes }: Cluster, { service, cluster }: Observation, { pods }: Workload): void {
  let used = 0;
  let allocated = 0;
  let received = 0;
  let succeeded = 0;
  let latency = 0;
  let entries = 0;
  let idleLatency = 0;
  services.forEach(({ name, entryPoint }, s) => {
    used += service.cpu[s];
    allocated += pods.get(name)?.scheduledCpu ?? NaN;
    if (!entryPoint) return;
    received += service.received[s];
    succeeded += service.succeeded[s];
    latency += service.received[s] * service.latency[s];
    entries++;
    idleLatency += service.latency[s];
  });
  cluster.cpuUtilization[0] = used / nodes.cpu;
  cluster.cpuAllocated[0] = allocated / nodes.cpu;
  // Without any request, all entry points have equal weight, and nothing counts as failed.
  cluster.latency[0] = received === 0 ? idleLatency / entries : latency / received;
  cluster.successRate[0] = received === 0 ? 1 : Math.min(1, succeeded / received);
}

/** Subtracts the latency of the slowest called service, for which the caller waits. The rest is the caller's own. */
function ownLatency(spec: Cluster, latency: Float64Array): void {
  for (const s of topologicalOrder(spec)) {
    // Callers come first, so the services they call still have their full latency.
    const slowest = spec.services[s].calls.reduce((most, called) => Math.max(most, latency[called]), 0);
    latency[s] = Math.max(0, latency[s] - slowest);
  }
}
