/** Replicas as the Horizontal Pod Autoscaler would set them, with random moves in between: what exploration asks for. */
import type { Snapshot } from '../cluster/live/live-cluster.ts';
import type { Random } from '../cluster/random.ts';
import type { Cluster } from '../spec/model.ts';

export interface Exploration {
  /** Share of the decisions about a service that are random moves. */
  readonly share: number;
  /** Largest random move, pods. */
  readonly move: number;
  /** Range of the utilization targets, and the mean number of decisions until a service gets a new one. */
  readonly targets: readonly [number, number];
  readonly redraw: number;
}

/** Moves of one pod: larger ones cost the cluster more and did not improve the calibration. */
export const EXPLORATION: Exploration = { share: 0.25, move: 1, targets: [0.5, 0.9], redraw: 20 };

/** Relative distance of utilization from its target at which the rule holds, as in the Kubernetes HPA. */
const TOLERANCE = 0.1;
/** Seconds for which a larger recommendation stands: a shorter down-scale stabilization than the HPA's 300 s. */
const STABILIZATION = 120;

/** Replicas by utilization over a target, and random moves in between. */
export class ExploringRule {
  readonly #spec: Cluster;
  readonly #exploration: Exploration;
  readonly #random: Random;
  readonly #targets: number[];
  /** Per service, the recommendations that still count, newest last. */
  readonly #recommended: number[][];

  constructor(spec: Cluster, exploration: Exploration, random: Random) {
    this.#spec = spec;
    this.#exploration = exploration;
    this.#random = random;
    this.#targets = spec.services.map(() => random.between(...exploration.targets));
    this.#recommended = spec.services.map(() => []);
  }

  decide({ observation }: Snapshot): Float64Array {
    const { share, targets, redraw } = this.#exploration;
    const random = this.#random;
    const { ready, desired, utilization } = observation.service;
    return Float64Array.from(this.#spec.services, ({ replicas }, s) => {
      if (random.uniform() < 1 / redraw) this.#targets[s] = random.between(...targets);
      const ratio = utilization[s] / this.#targets[s];
      // As the HPA: nothing ready, nothing to go by; within the tolerance, hold.
      const holds = ready[s] === 0 || Math.abs(ratio - 1) <= TOLERANCE;
      const recommended = this.#recommended[s];
      recommended.push(holds ? desired[s] : Math.ceil(ready[s] * ratio));
      if (recommended.length > Math.ceil(STABILIZATION / this.#spec.decisionInterval)) recommended.shift();
      const newest = recommended[recommended.length - 1];
      const stable = newest < desired[s] ? Math.min(desired[s], Math.max(...recommended)) : newest;
      const wanted = random.uniform() < share ? this.#explore(desired[s], ready[s] * utilization[s]) : stable;
      return Math.min(replicas.max, Math.max(replicas.min, wanted));
    });
  }

  /** A random move; `busy`: how many pods' worth of CPU is in use, which the rest must be able to carry. */
  #explore(desired: number, busy: number): number {
    const { move } = this.#exploration;
    const moved = desired + this.#random.pick([-1, 1]) * this.#random.integer(1, Math.max(1, move));
    return moved < desired && moved < busy ? desired : moved;
  }
}
