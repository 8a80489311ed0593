/**
 * Watches a transfer. Old metrics make the agents hold. The HPA takes over when the metrics are far too old, in states on which
 * the twin was not validated, when the objective breaks down, or when an abort condition holds. When in doubt, the HPA acts.
 */
import type { Transfer } from '../spec/model.ts';

/** One strange state may be a glitch, but this many in a row are drift. In the meantime, the agents hold. */
const DRIFTS_IN_A_ROW = 3;
/** Metrics this many times older than `staleAfter` count as lost. */
const LOST_FACTOR = 3;
/** Number of decisions over which J is averaged, and how far it may fall below the J of the HPA. Both are our own choice. */
const OBJECTIVE_WINDOW = 20;
const OBJECTIVE_DROP = 0.1;
/** Below this J hardly any request is served at any load, so trying the HPA loses nothing. Our own choice. */
const OBJECTIVE_FLOOR = 0.2;

export type Verdict =
  | { readonly verdict: 'act' }
  | { readonly verdict: 'hold'; readonly why: string }
  | { readonly verdict: 'fallback'; readonly why: string };

export interface GuardInput {
  /** Seconds; Infinity if a metric is missing. */
  readonly oldestMetric: number;
  /** Seconds since all metrics were last present; Infinity if they never were. Used only while one is missing. */
  readonly missingFor: number;
  /** Normalized so that 1 is the 99th percentile of the validation states. */
  readonly drift: number;
  /** J over the last interval; NaN while unknown. */
  readonly objective: number;
  /** Requests/s from outside over the same interval. */
  readonly load: number;
  /** Whether the stage's abort condition holds. */
  readonly abort: boolean;
}

export class Guard {
  readonly #fallback: Transfer['fallback'];
  /** Values of J in shadow, and the largest load in shadow. */
  readonly #reference: number[] = [];
  #referenceLoad = 0;
  /** J of recent decisions, and the lowest J acceptable at their load. */
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

  /** Starts over, since a new stage is judged only by its own decisions. */
  enterStage(): void {
    this.#recent = [];
    this.#drifting = 0;
  }

  check(input: GuardInput): Verdict {
    const { staleAfter, driftThreshold, when } = this.#fallback;
    if (input.abort) return { verdict: 'fallback', why: "the stage's abortWhen holds" };
    if (input.oldestMetric > staleAfter) {
      // The state is unknown during the gap, so the states before and after it do not count as consecutive.
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
   * Returns the lowest acceptable J. Up to the largest load L of the shadow stage, it is the J of the HPA minus OBJECTIVE_DROP.
   * At a higher load the HPA was not observed, and beyond the capacity of the cluster no autoscaler keeps J up. But it would
   * still serve what it served at L, so it is credited with that J for the share L / load of the requests.
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
