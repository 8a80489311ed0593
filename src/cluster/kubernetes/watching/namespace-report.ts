/** Reports on a namespace within a limited time: what answered, and for the rest why it is missing and what to do. */
import type { Cluster } from '../../../spec/model.ts';
import { ClusterError, type ClusterIdentity } from '../../live/live-cluster.ts';
import { Deadline } from '../../live/timers.ts';
import type { ApiServer } from '../client/api-server.ts';
import { prometheusOf } from '../connect.ts';
import { kubernetesLease } from '../writing/lease.ts';
import { MetricsReader, type FieldReading } from '../reading/metrics-reader.ts';
import { statusOf, type NamespaceStatus } from './namespace-status.ts';
import { snapshotOf } from '../reading/observe.ts';
import type { Prometheus } from '../reading/prometheus.ts';
import { planQueries } from '../reading/query-plan.ts';
import { STALE_AFTER } from '../importing/test-queries.ts';
import { readWorkload, type Workload } from '../reading/workload.ts';

export interface NamespaceReport extends NamespaceStatus {
  /** The current holder of the namespace's Lease. Empty if nobody holds it, or it cannot be read. */
  readonly writer: string;
  /** The last holder according to the Lease, even if it has expired because that writer died. */
  readonly lastWriter: string;
  /** Sentences. Further lines, such as a Role, may follow the first line of each. */
  readonly problems: readonly string[];
}

export interface ReporterOptions {
  readonly spec: Cluster;
  readonly namespace: string;
  readonly api: ApiServer;
  readonly prometheusToken: string | undefined;
}

const NO_WORKLOAD: Workload = { deployments: new Map(), hpas: new Map(), pods: new Map() };
/** Most distinct problems of metrics that a report contains. */
const TOLD = 3;

export class NamespaceReporter {
  readonly identity: ClusterIdentity;
  readonly #options: ReporterOptions;
  readonly #prometheus: Prometheus | undefined;
  readonly #metrics: MetricsReader | undefined;
  /** Why no metrics can be read; empty if they can. */
  readonly #unplanned: string = '';

  /** Connects to nothing yet. */
  constructor(options: ReporterOptions) {
    const { spec, namespace, api, prometheusToken } = options;
    this.identity = { context: api.context, server: api.server, namespace };
    this.#options = options;
    try {
      this.#prometheus = prometheusOf(api, spec.metrics, prometheusToken);
      this.#metrics = new MetricsReader(this.#prometheus, planQueries({ ...spec, namespace }));
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      this.#unplanned = error.message;
    }
  }

  /** Resolves within `seconds`. It never rejects with a ClusterError, since the report itself contains the problems. */
  async report(seconds: number, signal: AbortSignal): Promise<NamespaceReport> {
    const { spec, namespace, api } = this.#options;
    using deadline = new Deadline(api.timers, seconds);
    const either = AbortSignal.any([signal, deadline.signal]);
    const names = spec.services.map(({ name }) => name);
    const [workload, readings, lease] = await Promise.allSettled([
      readWorkload(api, namespace, names, either),
      this.#metrics?.read(either) ?? [],
      kubernetesLease(api, namespace).read(either),
    ]);
    const snapshot = snapshotOf(spec, {
      time: api.time(),
      workload: valueOf(workload) ?? NO_WORKLOAD,
      readings: valueOf(readings) ?? [],
      latencyIncludesCalls: this.#metrics?.plan.latencyIncludesCalls ?? false,
    });
    const status = statusOf(spec, this.identity, snapshot);
    const held = valueOf(lease);
    const isHeld = held?.lease && held.serverTime - held.lease.renewed <= held.lease.duration;
    const lastWriter = held?.lease?.holder ?? '';
    return {
      ...status,
      writer: isHeld ? lastWriter : '',
      lastWriter,
      problems: this.#problems(status, workload, readings, seconds),
    };
  }

  close(): void {
    this.#prometheus?.close();
    this.#options.api.close();
  }

  #problems(
    { services }: NamespaceStatus,
    workload: PromiseSettledResult<Workload>,
    readings: PromiseSettledResult<FieldReading[]>,
    seconds: number,
  ): string[] {
    const { api, namespace } = this.#options;
    // Without the API server, Prometheus is in most cases out of reach too, so one sentence is enough.
    if (workload.status === 'rejected') {
      const late = `${api.server} (context ${api.context}) did not answer within ${seconds} s. Check the VPN or tunnel, and that the cluster runs.`;
      return [messageOf(workload.reason, late)];
    }
    const gone = services.filter(({ desired }) => desired === null).map(({ service }) => service);
    const missing =
      gone.length === 0
        ? []
        : [
            `There is no Deployment ${gone.join(', ')} in ${namespace}: correct the Cluster, or the namespace of the Transfer.`,
          ];
    return [...missing, ...this.#metricProblems(services, readings, seconds)];
  }

  #metricProblems(
    services: NamespaceStatus['services'],
    readings: PromiseSettledResult<FieldReading[]>,
    seconds: number,
  ): string[] {
    if (this.#unplanned !== '') return [this.#unplanned];
    const where = this.#prometheus?.where ?? 'Prometheus';
    if (readings.status === 'rejected')
      return [
        messageOf(readings.reason, `${where} did not answer within ${seconds} s: check that its pods are ready.`),
      ];
    const problems = readingProblems(readings.value);
    if (problems.length > 0) return problems;
    const old = services
      .filter(({ age, desired }) => desired !== null && !(age !== null && age <= STALE_AFTER))
      .map(({ service }) => service);
    if (old.length === 0) return [];
    return [
      `${where} has no new value of some metrics of ${old.join(', ')}: while one is missing or older than ${STALE_AFTER} s, agents hold. karma-mas cluster test-queries says which.`,
    ];
  }
}

/** Returns one sentence per distinct problem. It names the metrics that have the problem unless all do. */
function readingProblems(readings: readonly FieldReading[]): string[] {
  const fields = new Map<string, string[]>();
  for (const { field, problem } of readings)
    if (problem !== '') fields.set(problem, [...(fields.get(problem) ?? []), field]);
  return [...fields]
    .slice(0, TOLD)
    .map(([problem, of]) => (of.length === readings.length ? problem : `${of.join(', ')}: ${problem}`));
}

const valueOf = <T>(result: PromiseSettledResult<T>): T | undefined =>
  result.status === 'fulfilled' ? result.value : undefined;

/** Returns the message of an error, or `late` if the time ran out. */
function messageOf(error: unknown, late: string): string {
  if (error instanceof ClusterError) return error.reason === 'aborted' ? late : error.message;
  return error instanceof Error ? error.message : String(error);
}
