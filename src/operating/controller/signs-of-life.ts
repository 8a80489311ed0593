/** Records the controller's signs of life, from which its probes answer. */
import type { Timers } from '../../cluster/live/timers.ts';
import type { LeaseEvent } from '../../transferring/holding-lease.ts';

/** Seconds. A leader that is silent for this long plus two decision intervals is to be restarted by the kubelet. */
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

  /** Records that the controller is working. */
  readonly onSign = (): void => {
    this.#last = this.#clock();
  };

  /** Records that the cluster was observed. */
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

  /** Seconds since the last observation of the cluster. */
  get sinceObserved(): number {
    return this.#clock() - this.#observed;
  }

  /** Returns what is wrong, or an empty text if nothing is. A standby may be silent. */
  readonly health = (): string => {
    const silence = this.#clock() - this.#last;
    return this.#leads && silence > this.#limit ? `no sign of life for ${Math.round(silence)} s` : '';
  };

  readonly readiness = (): string => (this.#hasAnswer ? '' : 'the API server has not answered yet');
}
