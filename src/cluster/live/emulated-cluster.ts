/**
 * One emulated cluster behind the interface of a live one, with a HorizontalPodAutoscaler per service inside. Its time
 * passes only in `wait`. Faults can be switched on, as a test of whoever talks to it.
 */
import { breathe } from '../breathe.ts';
import type { Cluster } from '../../spec/model.ts';
import { emptyObservation, type Observation } from '../../spec/observation.ts';
import {
  ClusterError,
  type OwnLiveCluster,
  type ClusterIdentity,
  type ClusterWrite,
  type HpaState,
  type Snapshot,
} from './live-cluster.ts';
import { Emulator } from '../emulator/emulator.ts';
import type { EmulatorParameters } from '../emulator/parameters.ts';
import { initialReplicas } from '../episodes/warm-start.ts';
import { copyEnvironment } from '../history.ts';
import { Autoscaler } from '../hpa/autoscaler.ts';
import { DEFAULT_HPA, HPA_SYNC, type HpaSettings } from '../hpa/settings.ts';
import type { Episode } from '../simulation/simulation.ts';

export interface EmulatedClusterOptions {
  /** Load and events for the life of the cluster; past its end the last second repeats. */
  readonly episode: Episode;
  readonly seed: number;
  /** The numbers of the spec by default. */
  readonly parameters?: EmulatorParameters;
  readonly hpa?: HpaSettings;
}

/** Faults from now on; all off by default. */
export interface EmulatedFaults {
  /** No scrape succeeds any more: metrics stay what they were and grow old. Pod counts, from the API server, stay current. */
  staleMetrics: boolean;
  /** Services whose metrics are missing. */
  missingMetrics: readonly string[];
  /** Every write that is not a dry run is refused for this reason. */
  refuseWrites: ClusterError['reason'] | undefined;
  /** Neither reads nor writes arrive. */
  unreachable: boolean;
}

/** An HPA object as it stands on the emulated API server. */
interface HpaObject {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly paused: boolean;
}

/** Emulator steps after which the event loop gets a turn: well under 200 ms. */
const STEPS_PER_BREATH = 256;

const PAUSED: Pick<HpaSettings, 'scaleUp' | 'scaleDown'> = {
  scaleUp: { ...DEFAULT_HPA.scaleUp, selectPolicy: 'Disabled' },
  scaleDown: { ...DEFAULT_HPA.scaleDown, selectPolicy: 'Disabled' },
};

const METRIC_FIELDS = [
  'pending',
  'received',
  'served',
  'succeeded',
  'dropped',
  'cpu',
  'memory',
  'utilization',
  'rx',
  'tx',
  'latency',
] as const;

export class EmulatedCluster implements OwnLiveCluster {
  readonly kind = 'own';
  readonly identity: ClusterIdentity;
  readonly faults: EmulatedFaults = {
    staleMetrics: false,
    missingMetrics: [],
    refuseWrites: undefined,
    unreachable: false,
  };
  readonly #spec: Cluster;
  readonly #emulator: Emulator;
  readonly #settings: HpaSettings;
  readonly #autoscalers: readonly Autoscaler[];
  readonly #hpas: HpaObject[];
  readonly #wanted: Int32Array;
  /** What the last successful scrape showed. */
  readonly #scraped: Observation;
  #scrapeAge = 0;
  #time = 0;
  #emulated = 0;
  #closed = false;

  constructor(spec: Cluster, { episode, seed, parameters, hpa = DEFAULT_HPA }: EmulatedClusterOptions) {
    this.identity = { context: 'emulator', server: 'embedded', namespace: spec.namespace };
    this.#spec = spec;
    this.#settings = hpa;
    this.#emulator = new Emulator(spec, 1, parameters);
    this.#emulator.reset(0, episode, { second: 0, seed, replicas: initialReplicas(spec, episode, 0) });
    this.#autoscalers = spec.services.map(() => new Autoscaler(hpa));
    this.#hpas = spec.services.map(({ replicas }) => ({
      minReplicas: Math.max(replicas.min, hpa.minReplicas ?? replicas.min),
      maxReplicas: replicas.max,
      paused: false,
    }));
    this.#wanted = this.#emulator.desired.slice();
    this.#scraped = emptyObservation(1, spec.services.length);
    this.#scrape();
  }

  async observe(signal: AbortSignal): Promise<Snapshot> {
    this.#assertReachable(signal);
    const observation = emptyObservation(1, this.#spec.services.length);
    this.#emulator.observe(observation);
    if (this.faults.staleMetrics) this.#writeStale(observation);
    const sinceScrape = this.#scrapeAge + (this.#time - this.#emulated);
    const age = new Float64Array(this.#spec.services.length).fill(sinceScrape);
    for (const [s, { name }] of this.#spec.services.entries()) {
      if (!this.faults.missingMetrics.includes(name)) continue;
      age[s] = Infinity;
      for (const field of METRIC_FIELDS) observation.service[field][s] = NaN;
    }
    return { time: this.#time, observation, age, hpas: this.#spec.services.map((_, s) => this.#hpaState(s)) };
  }

  async write(write: ClusterWrite, { dryRun, signal }: { dryRun: boolean; signal: AbortSignal }): Promise<void> {
    this.#assertReachable(signal);
    const s = this.#spec.services.findIndex((service) => service.name === write.service);
    if (s < 0)
      throw new ClusterError('notFound', `There is no deployment ${write.service} in ${this.#spec.namespace}.`);
    const apply = this.#prepare(write, s);
    if (dryRun) return;
    if (this.faults.refuseWrites)
      throw new ClusterError(this.faults.refuseWrites, `The ${write.type} of ${write.service} was refused.`);
    apply();
  }

  async wait(seconds: number, signal: AbortSignal): Promise<void> {
    this.#assertOpen(signal);
    this.#time += seconds;
    for (let step = 1; this.#emulated + HPA_SYNC <= this.#time; step++) {
      this.#syncHpas();
      this.#emulator.advance(HPA_SYNC);
      this.#emulated += HPA_SYNC;
      this.#scrapeAge += HPA_SYNC;
      if (!this.faults.staleMetrics) this.#scrape();
      if (step % STEPS_PER_BREATH === 0) await breathe();
      this.#assertOpen(signal);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** Validates a write and returns the function that applies it. */
  #prepare(write: ClusterWrite, s: number): () => void {
    switch (write.type) {
      case 'scale': {
        this.#assertReplicas(s, write.replicas, 'replicas');
        const desired = this.#emulator.desired.slice();
        desired[s] = write.replicas;
        return () => this.#emulator.setDesired(desired);
      }
      case 'pauseHpa':
        return () => this.#setHpa(s, { ...this.#hpas[s], paused: true });
      case 'setHpaMinimum':
        this.#assertReplicas(s, write.minReplicas, 'minReplicas');
        return () => this.#setHpa(s, { ...this.#hpas[s], minReplicas: write.minReplicas });
      case 'restoreHpa': {
        const original = write.original;
        if (!isHpaObject(original))
          throw new ClusterError('invalid', `What is to be restored for ${write.service} is no HPA of this cluster.`);
        return () => this.#setHpa(s, original);
      }
    }
  }

  #assertReplicas(s: number, replicas: number, field: string): void {
    const { name, replicas: bounds } = this.#spec.services[s];
    if (!Number.isInteger(replicas) || replicas < bounds.min || replicas > bounds.max)
      throw new ClusterError(
        'invalid',
        `${field} of ${name} must be a whole number from ${bounds.min} to ${bounds.max}, not ${replicas}.`,
      );
  }

  #setHpa(s: number, hpa: HpaObject): void {
    this.#hpas[s] = hpa;
    this.#autoscalers[s].settings = hpa.paused ? { ...this.#settings, ...PAUSED } : this.#settings;
  }

  #hpaState(s: number): HpaState {
    const { minReplicas, maxReplicas, paused } = this.#hpas[s];
    return {
      service: this.#spec.services[s].name,
      minReplicas,
      maxReplicas,
      currentReplicas: this.#emulator.desired[s],
      desiredReplicas: this.#wanted[s],
      paused,
      original: { minReplicas, maxReplicas, paused } satisfies HpaObject,
    };
  }

  /** The autoscalers have metrics of their own, as metrics-server is not Prometheus. */
  #syncHpas(): void {
    const live = emptyObservation(1, this.#spec.services.length);
    this.#emulator.observe(live);
    const { service } = live;
    for (const [s, { memory }] of this.#spec.services.entries()) {
      const { minReplicas, maxReplicas } = this.#hpas[s];
      const metrics = {
        ready: service.ready[s],
        cpu: service.utilization[s],
        memory: service.memory[s] / (service.ready[s] * memory),
        unready: service.starting[s],
        missing: service.failed[s],
      };
      const bounds = { min: minReplicas, max: maxReplicas };
      this.#wanted[s] = this.#autoscalers[s].sync(this.#emulated, this.#emulator.desired[s], metrics, bounds);
    }
    this.#emulator.setDesired(this.#wanted);
  }

  #scrape(): void {
    this.#emulator.observe(this.#scraped);
    this.#scrapeAge = this.#emulator.scrapeAge(0);
  }

  #writeStale(observation: Observation): void {
    const { ready, desired, failed, starting } = observation.service;
    const current = {
      ready: ready.slice(),
      desired: desired.slice(),
      failed: failed.slice(),
      starting: starting.slice(),
    };
    const allocated = observation.cluster.cpuAllocated[0];
    copyEnvironment(this.#scraped, observation, 0);
    for (const [field, values] of Object.entries(current))
      observation.service[field as keyof typeof current].set(values);
    observation.cluster.cpuAllocated[0] = allocated;
  }

  #assertOpen(signal: AbortSignal): void {
    if (signal.aborted) throw new ClusterError('aborted', 'Stopped.', { cause: signal.reason });
    if (this.#closed) throw new ClusterError('unreachable', 'The emulated cluster is closed.');
  }

  #assertReachable(signal: AbortSignal): void {
    this.#assertOpen(signal);
    if (this.faults.unreachable) throw new ClusterError('unreachable', 'The emulated cluster does not answer.');
  }
}

function isHpaObject(value: unknown): value is HpaObject {
  const hpa = value as Partial<HpaObject> | null;
  return (
    typeof hpa === 'object' &&
    hpa !== null &&
    Number.isInteger(hpa.minReplicas) &&
    Number.isInteger(hpa.maxReplicas) &&
    typeof hpa.paused === 'boolean'
  );
}
