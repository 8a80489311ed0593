/** The last observations of N environments, as a ring of columns. */
import { CLUSTER_FIELDS, emptyObservation, SERVICE_FIELDS } from '../spec/observation.ts';
import type { ClusterField, Observation, ObservationHistory, ServiceField } from '../spec/observation.ts';

/** Whatever can be asked what metrics show now: a Simulation, a recorded trace, a cluster. */
export interface Observable {
  observe(into: Observation): void;
}

const serviceFields = Object.keys(SERVICE_FIELDS) as ServiceField[];
const clusterFields = Object.keys(CLUSTER_FIELDS) as ClusterField[];

/** Seconds of the past that controllers, and the windows of their rules, may look back to. Longer windows are cut to it. */
export const MEMORY = 600;

export class HistoryRing implements ObservationHistory {
  readonly interval: number;
  readonly #entries: Observation[];
  #newest = 0;

  /** Keeps what was seen in the last `keep` seconds, one entry each `interval` seconds, and the present. */
  constructor(environments: number, services: number, interval: number, keep: number) {
    this.interval = interval;
    const length = Math.max(1, Math.ceil(keep / interval) + 1);
    this.#entries = Array.from({ length }, () => emptyObservation(environments, services));
  }

  at(ago: number): Observation {
    const length = this.#entries.length;
    const back = ago < 0 ? 0 : ago >= length ? length - 1 : Math.floor(ago);
    return this.#entries[(this.#newest - back + length) % length];
  }

  /** Records what the source shows now as the newest entry. Returns it. */
  push(source: Observable): Observation {
    const entry = this.#next();
    source.observe(entry);
    return entry;
  }

  /** Records a copy of an observation as the newest entry. */
  pushCopy(observation: Observation): void {
    const entry = this.#next();
    for (const field of serviceFields) entry.service[field].set(observation.service[field]);
    for (const field of clusterFields) entry.cluster[field].set(observation.cluster[field]);
  }

  #next(): Observation {
    this.#newest = (this.#newest + 1) % this.#entries.length;
    return this.#entries[this.#newest];
  }

  /** After a reset of one environment: its newest entry (already pushed or given) becomes its whole past. */
  fill(environment: number, from: Observation = this.at(0)): void {
    for (const entry of this.#entries) if (entry !== from) copyEnvironment(from, entry, environment);
  }

  save(): Uint8Array {
    const columns = this.#columns();
    const values = new Float64Array(1 + columns.reduce((sum, column) => sum + column.length, 0));
    values[0] = this.#newest;
    let offset = 1;
    for (const column of columns) {
      values.set(column, offset);
      offset += column.length;
    }
    return new Uint8Array(values.buffer);
  }

  /** Throws RangeError where the bytes are of a ring of another shape. */
  restore(bytes: Uint8Array): void {
    const values = new Float64Array(bytes.slice().buffer);
    const columns = this.#columns();
    if (values.length !== 1 + columns.reduce((sum, column) => sum + column.length, 0))
      throw new RangeError('The saved history has another number of environments, services or entries.');
    this.#newest = values[0];
    let offset = 1;
    for (const column of columns) {
      column.set(values.subarray(offset, offset + column.length));
      offset += column.length;
    }
  }

  #columns(): Float64Array[] {
    return this.#entries.flatMap((entry) => [
      ...serviceFields.map((field) => entry.service[field]),
      ...clusterFields.map((field) => entry.cluster[field]),
    ]);
  }
}

/** Copies one environment's columns. Both observations have the same shape. */
export function copyEnvironment(from: Observation, to: Observation, environment: number): void {
  const start = environment * from.services;
  const end = start + from.services;
  for (const field of serviceFields) to.service[field].set(from.service[field].subarray(start, end), start);
  for (const field of clusterFields) to.cluster[field][environment] = from.cluster[field][environment];
}
