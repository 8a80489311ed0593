/**
 * Watches a transfer: metrics too old -> hold, far too old -> the HPA takes over; states that the twin was not validated
 * on, a broken objective, an abort condition -> the HPA takes over. When in doubt, the HPA.
 */
import type { Transfer } from '../spec/model.ts';

/** One strange state may be a glitch; this many in a row are drift. The agents hold in the meantime. */
const DRIFTS_IN_A_ROW = 3;
/** Metrics this many times older than `staleAfter` count as lost. */
const LOST_FACTOR = 3;
/** Decisions over which J is averaged, and how far it may fall below the J that the HPA would have. Chosen by us. */
const OBJECTIVE_WINDOW = 20;
const OBJECTIVE_DROP = 0.1;
/** Below this J hardly any request is served, whatever the load, so nothing is lost by trying the HPA. Chosen by us. */
const OBJECTIVE_FLOOR = 0.2;

export type Verdict =
  | { readonly verdict: 'act' }
  | { readonly verdict: 'hold'; readonly why: string }
  | { readonly verdict: 'fallback'; readonly why: string };

export interface GuardInput {
  /** Seconds; Infinity where a metric is missing. */
  readonly oldestMetric: number;
  /** Seconds since every metric was last there; Infinity where they never were. Counts while one is missing. */
  readonly missingFor: number;
  /** Normalized: 1 = the 99th percentile of the validation states. */
  readonly drift: number;
  /** J over the last interval; NaN while unknown. */
  readonly objective: number;
  /** Requests/s from outside over the same interval. */
  readonly load: number;
  /** The stage's abort condition holds. */
  readonly abort: boolean;
}

export class Guard {
  readonly #fallback: Transfer['fallback'];
  /** J in shadow, and the largest load in shadow. */
  readonly #reference: number[] = [];
  #referenceLoad = 0;
  /** Recent decisions: J, and the least J that is acceptable at their load. */
  #recent: { readonly objective: number; readonly least: number }[] = [];
  #drifting = 0;

  constructor(fallback: Transfer['fallback']) {
    this.#fallback = fallback;
  }

  /** Learns J under the HPA from a decision of the shadow stage. Stale metrics teach nothing. */
  learnReference({ objective, load, oldestMetric }: Pick<GuardInput, 'objective' | 'load' | 'oldestMetric'>): void {
    if (!Number.isFinite(objective) || !Number.isFinite(load) || oldestMetric > this.#fallback.staleAfter) return;
    this.#reference.push(objective);
    this.#referenceLoad = Math.max(this.#referenceLoad, load);
  }

  /** A new stage is judged by its own decisions. */
  enterStage(): void {
    this.#recent = [];
    this.#drifting = 0;
  }

  check(input: GuardInput): Verdict {
    const { staleAfter, driftThreshold, when } = this.#fallback;
    if (input.abort) return { verdict: 'fallback', why: "the stage's abortWhen holds" };
    if (input.oldestMetric > staleAfter) {
      // The state is unknown during the gap, so states on both sides of it are not in a row.
      this.#drifting = 0;
      return staleness(input, staleAfter, when.includes('staleMetrics'));
    }
    const drift = this.#checkDrift(input.drift, driftThreshold, when.includes('drift'));
    return drift ?? this.#checkObjective(input, when.includes('objectiveBroken')) ?? { verdict: 'act' };
  }

  #checkDrift(drift: number, threshold: number, mayFallBack: boolean): Verdict | undefined {
    this.#drifting = drift > threshold ? this.#drifting + 1 : 0;
    if (this.#drifting === 0) return undefined;
    const why = `the state is ${drift.toFixed(1)} away from what the twin was validated on (limit ${threshold})`;
    return this.#drifting >= DRIFTS_IN_A_ROW && mayFallBack
      ? { verdict: 'fallback', why: `${why}, ${this.#drifting} times in a row` }
      : { verdict: 'hold', why };
  }

  #checkObjective({ objective, load }: GuardInput, mayFallBack: boolean): Verdict | undefined {
    if (!Number.isFinite(objective) || !Number.isFinite(load) || this.#reference.length === 0) return undefined;
    const reference = mean(this.#reference);
    this.#recent = [...this.#recent, { objective, least: this.#leastAt(load, reference) }].slice(-OBJECTIVE_WINDOW);
    if (!mayFallBack || this.#recent.length < OBJECTIVE_WINDOW) return undefined;
    const now = mean(this.#recent.map((decision) => decision.objective));
    const least = mean(this.#recent.map((decision) => decision.least));
    if (now >= least) return undefined;
    const seen = `J was ${reference.toFixed(3)} under the HPA, at loads up to ${this.#referenceLoad.toFixed(0)} requests/s`;
    return {
      verdict: 'fallback',
      why: `J is ${now.toFixed(3)}, below the ${least.toFixed(3)} that is acceptable: ${seen}`,
    };
  }

  /**
   * The least acceptable J. Up to the largest load L of the shadow stage it is the J of the HPA less OBJECTIVE_DROP. How the HPA
   * does at a higher load was not seen, and beyond the capacity of the cluster no autoscaler keeps J up. But what it served at L
   * it would go on serving, so it is credited with that J for the share L / load of the requests.
   */
  #leastAt(load: number, reference: number): number {
    const share = load <= this.#referenceLoad ? 1 : this.#referenceLoad / load;
    return Math.min(reference - OBJECTIVE_DROP, Math.max(reference * share - OBJECTIVE_DROP, OBJECTIVE_FLOOR));
  }
}

/** One failed scrape leaves a short gap, so a missing metric counts as lost only when a stale one would. */
function staleness({ oldestMetric, missingFor }: GuardInput, staleAfter: number, mayFallBack: boolean): Verdict {
  const isMissing = !Number.isFinite(oldestMetric);
  const seconds = isMissing ? missingFor : oldestMetric;
  const since = isMissing && Number.isFinite(missingFor) ? ` since ${Math.round(missingFor)} s` : '';
  const what = isMissing ? `a metric is missing${since}` : `a metric is ${Math.round(oldestMetric)} s old`;
  return seconds > LOST_FACTOR * staleAfter && mayFallBack
    ? { verdict: 'fallback', why: `${what}; more than ${LOST_FACTOR} x ${staleAfter} s counts as lost` }
    : { verdict: 'hold', why: `${what} (limit ${staleAfter} s)` };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
