/**
 * Offers what is due by the Transfer's refresh intervals: a twin fitted again to the new traces, or policies trained again in
 * it. An offer is a run that a person can start. Nothing starts or is promoted by itself.
 */
import type { Transfer } from '../spec/model.ts';

export interface Offer {
  readonly what: 'twin' | 'policies';
  /** The job that produces it. */
  readonly job: 'fit' | 'train';
  readonly why: string;
}

/** With fewer new transitions, fitting the twin again is not worthwhile. Our own choice. */
const LEAST_TRANSITIONS = 20;

export class RefreshOffers {
  readonly #refresh: Transfer['refresh'];
  #since: { twin: number; policies: number } | undefined;
  #transitionsAt = 0;

  constructor(refresh: Transfer['refresh']) {
    this.#refresh = refresh;
  }

  /** Returns what is due at `time` (seconds of the cluster's clock), once per interval. `transitions` is their number so far. */
  due(time: number, transitions: number): Offer[] {
    this.#since ??= { twin: time, policies: time };
    const offers: Offer[] = [];
    const fresh = transitions - this.#transitionsAt;
    if (time - this.#since.twin >= this.#refresh.twin && fresh >= LEAST_TRANSITIONS) {
      this.#since.twin = time;
      this.#transitionsAt = transitions;
      offers.push({
        what: 'twin',
        job: 'fit',
        why: `${fresh} new transitions since the twin was fitted or offered, every ${this.#refresh.twin} s (refresh.twin)`,
      });
    }
    if (time - this.#since.policies >= this.#refresh.policies) {
      this.#since.policies = time;
      offers.push({
        what: 'policies',
        job: 'train',
        why: `the policies have acted for ${this.#refresh.policies} s (refresh.policies)`,
      });
    }
    return offers;
  }
}
