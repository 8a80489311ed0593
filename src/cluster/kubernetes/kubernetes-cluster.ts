/**
 * A namespace of a real Kubernetes as a live cluster. Replicas come from the API server, everything else from Prometheus. The
 * servers are fixed when the object is created.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Cluster } from '../../spec/model.ts';
import {
  ClusterError,
  type ChangedHpa,
  type SharedLiveCluster,
  type ClusterIdentity,
  type ClusterWrite,
  type Snapshot,
  type WriteOptions,
} from '../live/live-cluster.ts';
import type { LeaseClient } from '../live/lease-client.ts';
import type { Preflight } from '../live/preflight.ts';
import type { ApiServer } from './client/api-server.ts';
import { eventOf, eventsPath } from './writing/events.ts';
import {
  isTouched,
  ORIGINAL_ANNOTATION,
  originalOf,
  pausedHpa,
  restoredHpa,
  withMinimum,
  type OriginalHpa,
} from './writing/hpa-edits.ts';
import { kubernetesLease } from './writing/lease.ts';
import { MetricsReader } from './reading/metrics-reader.ts';
import type { Deployment, Hpa, List, Scale } from './client/objects.ts';
import { snapshotOf } from './reading/observe.ts';
import type { Prometheus } from './reading/prometheus.ts';
import { preflight } from './writing/preflight.ts';
import { planQueries } from './reading/query-plan.ts';
import { deploymentsPath, hpasByDeployment, hpasPath, readWorkload, type Workload } from './reading/workload.ts';

export interface KubernetesClusterOptions {
  readonly spec: Cluster;
  /** Namespace of the Deployments. */
  readonly namespace: string;
  readonly api: ApiServer;
  readonly prometheus: Prometheus;
  /** Receives each warning once. A warning does not stop anything. */
  readonly onWarning?: (message: string) => void;
}

/** The name of the writer in managedFields and events. */
export const FIELD_MANAGER = 'karma-mas';
/** Server-side time limit of a write, which must not succeed after its lease has expired (transferring/writer-lease.ts). */
const WRITE_LIMIT = '4s';
/** Attempts at one write. Several are needed because the status of an object changes all the time. */
const ATTEMPTS = 4;

export class KubernetesCluster implements SharedLiveCluster {
  readonly kind = 'shared';
  readonly identity: ClusterIdentity;
  readonly api: ApiServer;
  readonly lease: LeaseClient;
  readonly #spec: Cluster;
  readonly #prometheus: Prometheus;
  readonly #metrics: MetricsReader;
  readonly #warn: (message: string) => void;
  readonly #closed = new AbortController();
  /** Values as they were last read or written. A write is refused if somebody else has changed them since. */
  #replicas = new Map<string, number>();
  #hpas = new Map<string, Hpa>();
  #deployments: ReadonlyMap<string, Deployment> = new Map();

  /** Throws ClusterError 'invalid' if the spec's queries cannot work. */
  constructor({ spec, namespace, api, prometheus, onWarning }: KubernetesClusterOptions) {
    this.identity = { context: api.context, server: api.server, namespace };
    this.api = api;
    this.lease = kubernetesLease(api, namespace);
    this.#spec = spec;
    this.#prometheus = prometheus;
    const plan = planQueries({ ...spec, namespace });
    if (plan.missing.length > 0)
      throw new ClusterError(
        'invalid',
        `Nothing tells ${plan.missing.join(', ')} of cluster ${spec.name}: add queries to metrics.prometheus, or name a preset that has them.`,
      );
    this.#metrics = new MetricsReader(prometheus, plan);
    const warned = new Set<string>();
    this.#warn = (message) => {
      if (warned.has(message)) return;
      warned.add(message);
      onWarning?.(message);
    };
  }

  async observe(signal: AbortSignal): Promise<Snapshot> {
    const names = this.#spec.services.map(({ name }) => name);
    const either = this.#either(signal);
    const [workload, readings] = await Promise.all([
      readWorkload(this.api, this.identity.namespace, names, either),
      this.#metrics.read(either),
    ]);
    for (const { field, problem } of readings) if (problem !== '') this.#warn(`${field}: ${problem}`);
    this.#remember(workload);
    const { latencyIncludesCalls } = this.#metrics.plan;
    return snapshotOf(this.#spec, { time: this.api.time(), workload, readings, latencyIncludesCalls });
  }

  async write(write: ClusterWrite, options: WriteOptions): Promise<void> {
    if (!this.#spec.services.some(({ name }) => name === write.service))
      throw new ClusterError('notFound', `${write.service} is no service of cluster ${this.#spec.name}.`);
    const how = { ...options, signal: this.#either(options.signal) };
    const done = write.type === 'scale' ? await this.#scale(write, how) : await this.#editHpa(write, how);
    if (done !== '' && !how.dryRun) await this.#tell(write.service, done, how.signal);
  }

  async changedHpas(signal: AbortSignal): Promise<readonly ChangedHpa[]> {
    const path = hpasPath(this.identity.namespace);
    const { items } = await this.api.request<List<Hpa>>({ path, signal: this.#either(signal) });
    const hpas = hpasByDeployment(items);
    return this.#spec.services.flatMap(({ name: service }) => {
      const hpa = hpas.get(service);
      return hpa?.metadata.annotations?.[ORIGINAL_ANNOTATION] === undefined
        ? []
        : [{ service, original: originalOf(hpa) }];
    });
  }

  preflight(signal: AbortSignal): Promise<Preflight> {
    const { namespace } = this.identity;
    return preflight({ spec: this.#spec, namespace, api: this.api }, this.#either(signal));
  }

  async wait(seconds: number, signal: AbortSignal): Promise<void> {
    try {
      await this.api.timers.sleep(seconds, this.#either(signal));
    } catch {
      throw new ClusterError('aborted', 'The wait was canceled.');
    }
  }

  async close(): Promise<void> {
    this.#closed.abort();
    this.#prometheus.close();
    this.api.close();
  }

  #either(signal: AbortSignal): AbortSignal {
    return AbortSignal.any([signal, this.#closed.signal]);
  }

  #remember({ deployments, hpas }: Workload): void {
    this.#deployments = deployments;
    this.#replicas = new Map([...deployments].map(([name, { spec }]) => [name, spec.replicas ?? 1]));
    this.#hpas = new Map(hpas);
  }

  /** Resolves with a description of the change, which is empty if none was necessary. */
  async #scale({ service, replicas }: Extract<ClusterWrite, { type: 'scale' }>, how: WriteOptions): Promise<string> {
    const { dryRun, signal } = how;
    const path = `${deploymentsPath(this.identity.namespace)}/${service}/scale`;
    return untilStored(async () => {
      const scale = await this.api.request<Scale>({ path, signal });
      const before = scale.spec.replicas ?? 0;
      if (before === replicas) return '';
      const known = this.#replicas.get(service) ?? before;
      if (before !== known)
        throw new ClusterError(
          'conflict',
          `Somebody else set the replicas of ${service} from ${known} to ${before} meanwhile: nothing was written.`,
        );
      await this.#put(path, { ...scale, spec: { ...scale.spec, replicas } }, how);
      if (!dryRun) this.#replicas.set(service, replicas);
      return `Set replicas from ${before} to ${replicas}`;
    });
  }

  async #editHpa(write: Exclude<ClusterWrite, { type: 'scale' }>, how: WriteOptions): Promise<string> {
    const { dryRun, signal } = how;
    const { service } = write;
    const name =
      this.#hpas.get(service)?.metadata.name ?? (write.type === 'restoreHpa' ? keptOriginal(write).name : '');
    if (name === '')
      throw new ClusterError('notFound', `Nothing scales ${service} in ${this.identity.namespace}: there is no HPA.`);
    const path = `${hpasPath(this.identity.namespace)}/${name}`;
    return untilStored(async () => {
      const hpa = await this.api.request<Hpa>({ path, signal });
      const edited = this.#edit(write, hpa);
      if (!edited || isSame(edited.hpa, hpa)) return '';
      const known = this.#hpas.get(service);
      // Restoring is always allowed: it undoes only our own changes.
      if (write.type !== 'restoreHpa' && known && !isDeepStrictEqual(known.spec, hpa.spec))
        throw new ClusterError(
          'conflict',
          `Somebody else changed the HPA ${name} meanwhile${lastEditor(hpa)}: nothing was written.`,
        );
      const stored = await this.#put(path, edited.hpa, how);
      if (!dryRun) this.#hpas.set(service, stored);
      return edited.what;
    });
  }

  /** Returns the edited HPA and a description of the change, or undefined if no change is necessary. */
  #edit(write: Exclude<ClusterWrite, { type: 'scale' }>, hpa: Hpa): { hpa: Hpa; what: string } | undefined {
    const { name } = hpa.metadata;
    switch (write.type) {
      case 'pauseHpa':
        return { hpa: pausedHpa(hpa), what: `Paused HPA ${name}` };
      case 'setHpaMinimum':
        return {
          hpa: withMinimum(hpa, write.minReplicas),
          what: `Set minReplicas of HPA ${name} from ${hpa.spec.minReplicas ?? 1} to ${write.minReplicas}`,
        };
      case 'restoreHpa': {
        const kept = keptOriginal(write);
        if (!isTouched(hpa, kept.spec)) return undefined;
        return { hpa: restoredHpa(hpa, kept.spec), what: `Restored HPA ${name}` };
      }
    }
  }

  /** Sends the whole object with its resourceVersion, so that the server refuses it if another write came in between. */
  async #put<T>(path: string, body: T, { dryRun, signal, mayStillWrite }: WriteOptions): Promise<T> {
    if (!dryRun && mayStillWrite?.() === false)
      throw new ClusterError('aborted', 'The lease may have run out meanwhile.');
    const query = { fieldManager: FIELD_MANAGER, timeout: WRITE_LIMIT, ...(dryRun ? { dryRun: 'All' } : {}) };
    try {
      return await this.api.request<T>({ method: 'PUT', path, query, body, signal });
    } catch (error) {
      throw error instanceof ClusterError && error.reason === 'conflict' ? new Collision(error.message) : error;
    }
  }

  /** Writes an Event on the Deployment, which kubectl describe shows. A failure is ignored. */
  async #tell(service: string, message: string, signal: AbortSignal): Promise<void> {
    const { namespace } = this.identity;
    try {
      const body = eventOf({
        service,
        namespace,
        message,
        time: this.api.time(),
        uid: this.#deployments.get(service)?.metadata.uid,
      });
      await this.api.request({ method: 'POST', path: eventsPath(namespace), body, signal });
    } catch (error) {
      this.#warn(
        `The event on ${service} could not be written: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}

/** Another write, to any field, came between reading and writing. */
class Collision extends ClusterError {
  constructor(message: string) {
    super('conflict', message);
  }
}

/** Reads and writes again if another write came in between, which in most cases changed only the status. */
async function untilStored(attempt: () => Promise<string>): Promise<string> {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Collision) || left === 0) throw error;
    }
  }
}

const isSame = (a: Hpa, b: Hpa): boolean =>
  isDeepStrictEqual([a.spec, a.metadata.annotations ?? {}], [b.spec, b.metadata.annotations ?? {}]);

function keptOriginal({ service, original }: Extract<ClusterWrite, { type: 'restoreHpa' }>): OriginalHpa {
  const kept = original as Partial<OriginalHpa> | null;
  if (typeof kept?.name === 'string' && Number.isInteger(kept.spec?.maxReplicas)) return kept as OriginalHpa;
  throw new ClusterError('invalid', `What is to be restored for ${service} is no HPA of a Kubernetes cluster.`);
}

/** Returns the last writer apart from KARMA MAS, as the server recorded it. */
function lastEditor({ metadata }: Hpa): string {
  const editors = (metadata.managedFields ?? []).filter(({ manager }) => manager && manager !== FIELD_MANAGER);
  const last = editors.sort((a, b) => (a.time ?? '').localeCompare(b.time ?? '')).pop()?.manager;
  return last ? ` (${last})` : '';
}
