/**
 * What is due by the Transfer's refresh intervals: a twin fitted again to the new traces, policies trained again in it. It is
 * offered, as a run that a person starts; nothing is started, and nothing promoted, by itself.
 */
import type { Transfer } from '../spec/model.ts';

export interface Offer {
  readonly what: 'twin' | 'policies';
  /** The job that makes it. */
  readonly job: 'fit' | 'train';
  readonly why: string;
}

/** Fewer new transitions than this teach a twin nothing. Chosen by us. */
const LEAST_TRANSITIONS = 20;

export class RefreshOffers {
  readonly #refresh: Transfer['refresh'];
  #since: { twin: number; policies: number } | undefined;
  #transitionsAt = 0;

  constructor(refresh: Transfer['refresh']) {
    this.#refresh = refresh;
  }

  /** What has become due by `time` (seconds of the cluster's clock), given the new transitions in the trace store. Each offer comes once an interval. */
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
