/** The HPA controller over N environments: an autoscaler per service with the rules of rules.ts, its memory in columns. */
import type { Cluster } from '../../spec/model.ts';
import type { ObservationHistory } from '../../spec/observation.ts';
import type { Controller, System } from '../simulation/simulation.ts';
import { combineRecommendations, limitReplicas, replicasForUtilization, stabilize, UNKNOWN } from './rules.ts';
import { DEFAULT_HPA, HPA_SYNC, type HpaSettings, type ScalingRules } from './settings.ts';

export class HpaController implements Controller {
  readonly name: string;
  readonly interval = HPA_SYNC;
  readonly #cluster: Cluster;
  readonly #environments: number;
  /** One per service. */
  readonly #settings: readonly HpaSettings[];
  /** Syncs remembered. */
  readonly #depth: number;
  /** [environment] syncs since the reset. */
  readonly #syncs: Int32Array;
  /** [environment * services + service] replicas found at the first sync: they count as recommended before. */
  readonly #found: Int32Array;
  /** [(environment * services + service) * depth + sync % depth]; recommendations UNKNOWN where there was none. */
  readonly #recommendations: Int32Array;
  readonly #changes: Int32Array;
  readonly #columns: readonly Int32Array[];

  /** `settings`: for all services, or one per service. */
  constructor(
    cluster: Cluster,
    environments: number,
    settings: HpaSettings | readonly HpaSettings[] = DEFAULT_HPA,
    name = 'hpa',
  ) {
    const services = cluster.services.length;
    this.name = name;
    this.#cluster = cluster;
    this.#environments = environments;
    this.#settings = isList(settings) ? settings : cluster.services.map(() => settings);
    if (this.#settings.length !== services)
      throw new RangeError(`HPA settings of ${this.#settings.length} services for a cluster with ${services}.`);
    this.#depth = Math.max(...this.#settings.map(syncsToRemember));
    this.#syncs = new Int32Array(environments);
    this.#found = new Int32Array(environments * services);
    this.#recommendations = new Int32Array(environments * services * this.#depth).fill(UNKNOWN);
    this.#changes = new Int32Array(environments * services * this.#depth);
    this.#columns = [this.#syncs, this.#found, this.#recommendations, this.#changes];
  }

  reset(environment: number): void {
    const length = this.#settings.length * this.#depth;
    this.#syncs[environment] = 0;
    this.#recommendations.fill(UNKNOWN, environment * length, (environment + 1) * length);
    this.#changes.fill(0, environment * length, (environment + 1) * length);
  }

  decide(observations: ObservationHistory, desired: Int32Array): void {
    const { service } = observations.at(0);
    const services = this.#settings.length;
    for (let e = 0; e < this.#environments; e++) {
      for (let s = 0; s < services; s++) {
        const i = e * services + s;
        const { cpuTarget, memoryTarget, tolerance } = this.#settings[s];
        const current = desired[i];
        const ready = service.ready[i];
        // Pods that did not get ready yet are unready; crashed ones have no metric.
        const unready = service.starting[i];
        const missing = service.failed[i];
        const cpu = service.utilization[i];
        const byCpu = replicasForUtilization(current, cpu, ready, unready, missing, cpuTarget, tolerance);
        let byMemory = byCpu;
        if (memoryTarget !== undefined) {
          const memory = service.memory[i] / (ready * this.#cluster.services[s].memory);
          byMemory = replicasForUtilization(current, memory, ready, unready, missing, memoryTarget, tolerance);
        }
        desired[i] = this.#settle(e, s, current, byCpu, byMemory);
      }
      this.#syncs[e]++;
    }
  }

  save(): Uint8Array {
    const bytes = new Uint8Array(this.#columns.reduce((sum, column) => sum + column.byteLength, 0));
    let offset = 0;
    for (const column of this.#columns) {
      bytes.set(new Uint8Array(column.buffer), offset);
      offset += column.byteLength;
    }
    return bytes;
  }

  /** Throws RangeError where the bytes are of a controller of another shape. */
  restore(bytes: Uint8Array): void {
    if (bytes.length !== this.#columns.reduce((sum, column) => sum + column.byteLength, 0))
      throw new RangeError('The saved state is of another HPA controller.');
    let offset = 0;
    for (const column of this.#columns) {
      new Uint8Array(column.buffer).set(bytes.subarray(offset, offset + column.byteLength));
      offset += column.byteLength;
    }
  }

  /** From recommendations to replicas: stabilization, policies, bounds; remembers both. */
  #settle(environment: number, s: number, current: number, byCpu: number, byMemory: number): number {
    const { minReplicas, scaleUp, scaleDown } = this.#settings[s];
    const bounds = this.#cluster.services[s].replicas;
    const min = Math.min(bounds.max, Math.max(bounds.min, minReplicas ?? bounds.min));
    const now = this.#syncs[environment];
    const row = (environment * this.#settings.length + s) * this.#depth;
    const slot = row + (now % this.#depth);
    this.#changes[slot] = 0;
    const i = environment * this.#settings.length + s;
    if (now === 0) this.#found[i] = current;
    if (byCpu === UNKNOWN && byMemory === UNKNOWN) {
      this.#recommendations[slot] = UNKNOWN;
      return limitReplicas(current, current, min, bounds.max, scaleUp, scaleDown, noChange);
    }
    const recommended = combineRecommendations(current, byCpu, byMemory);
    this.#recommendations[slot] = recommended;

    const sinceFound = now * HPA_SYNC;
    let lowest = inWindow(sinceFound, scaleUp) ? Math.min(recommended, this.#found[i]) : recommended;
    let highest = inWindow(sinceFound, scaleDown) ? Math.max(recommended, this.#found[i]) : recommended;
    for (let ago = 1; ago < this.#depth && ago <= now; ago++) {
      const past = this.#recommendations[row + ((now - ago) % this.#depth)];
      if (past === UNKNOWN) continue;
      const age = ago * HPA_SYNC;
      if (inWindow(age, scaleUp) && past < lowest) lowest = past;
      if (inWindow(age, scaleDown) && past > highest) highest = past;
    }
    const stable = stabilize(current, lowest, highest);
    if (stable === current && current >= min && current <= bounds.max) return current;
    const changed = (period: number): number => {
      let sum = 0;
      for (let ago = 1; ago < this.#depth && ago <= now && ago * HPA_SYNC < period; ago++)
        sum += this.#changes[row + ((now - ago) % this.#depth)];
      return sum;
    };
    const limited = limitReplicas(current, stable, min, bounds.max, scaleUp, scaleDown, changed);
    this.#changes[slot] = limited - current;
    return limited;
  }
}

const noChange = (): number => 0;

/** Whether a recommendation of that age, in seconds, still counts. */
function inWindow(age: number, rules: ScalingRules): boolean {
  return age < rules.stabilizationSeconds;
}

function isList(settings: HpaSettings | readonly HpaSettings[]): settings is readonly HpaSettings[] {
  return Array.isArray(settings);
}

function syncsToRemember({ scaleUp, scaleDown }: HpaSettings): number {
  const policies = [...scaleUp.policies, ...scaleDown.policies].map((policy) => policy.periodSeconds);
  const seconds = Math.max(scaleUp.stabilizationSeconds, scaleDown.stabilizationSeconds, ...policies);
  return Math.ceil(seconds / HPA_SYNC) + 1;
}

/** An HPA as a system to be compared. `settings`: for all services, or one per service. */
export function hpaSystem(name: string, settings: HpaSettings | readonly HpaSettings[]): System {
  return { name, make: (cluster, environments) => new HpaController(cluster, environments, settings, name) };
}

/** The HPA with its defaults: 80 % of the CPU, tolerance 10 %, 300 s before it shrinks. */
export const defaultHpa: System = hpaSystem('hpa', DEFAULT_HPA);
