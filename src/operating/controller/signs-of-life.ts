/** When the controller last gave a sign of life: what its probes answer by. */
import type { Timers } from '../../cluster/live/timers.ts';
import type { LeaseEvent } from '../../transferring/holding-lease.ts';

/** Seconds without a sign of life of a leader, beside two decision intervals, after which the kubelet is to restart it. */
const SILENCE = 120;

export class SignsOfLife {
  readonly #clock: Timers['clock'];
  /** Seconds. */
  readonly #limit: number;
  #leads = false;
  #last: number;
  #observed: number;
  #hasAnswer = false;

  constructor({ clock }: Pick<Timers, 'clock'>, decisionInterval: number) {
    this.#clock = clock;
    this.#limit = SILENCE + 2 * decisionInterval;
    this.#last = this.#observed = clock();
  }

  /** The controller is at work. */
  readonly onSign = (): void => {
    this.#last = this.#clock();
  };

  /** The cluster was observed. */
  readonly onObserved = (): void => {
    this.#hasAnswer = true;
    this.#last = this.#observed = this.#clock();
  };

  readonly onLease = ({ event }: LeaseEvent): void => {
    if (event === 'held') this.#leads = true;
    if (event === 'lost' || event === 'released') this.#leads = false;
    if (event === 'failed') return;
    this.#hasAnswer = true;
    this.onSign();
  };

  /** Seconds since the cluster was observed. */
  get sinceObserved(): number {
    return this.#clock() - this.#observed;
  }

  /** What is wrong; empty = nothing. One that stands by may be silent. */
  readonly health = (): string => {
    const silence = this.#clock() - this.#last;
    return this.#leads && silence > this.#limit ? `no sign of life for ${Math.round(silence)} s` : '';
  };

  readonly readiness = (): string => (this.#hasAnswer ? '' : 'the API server has not answered yet');
}
