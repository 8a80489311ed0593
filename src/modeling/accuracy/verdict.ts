/** Accepts or rejects a twin, with the reason in words. */
import { JUDGEABLE, type Accuracy } from './accuracy.ts';
import type { Ranking } from './ranking.ts';

export interface Verdict {
  readonly accepted: boolean;
  readonly reason: string;
}

/** The last share of each recording is kept to test on. */
export const HELD_OUT_SHARE = 0.2;
/** Share of the clearly different pairs of systems that must be in the cluster's order. */
const AGREEING = 0.8;
/** The ratio of J on the cluster to J in the twin may be off from 1 by so much. */
const RATIO = 0.1;
/** Bias of J over the longest horizon from which on policies answer it with too many or too few pods. */
const BIAS = 0.05;

/**
 * By the rank of known policies where there is one, since that is what training relies on, and their mean J; else by the
 * open-loop errors of J: no worse than "as at the origin", and without a large bias. `traces`: absent where there are none.
 */
export function verdictOf(
  accuracy: Accuracy | undefined,
  ranking: Ranking | undefined,
  traces?: { readonly heldOut: number; readonly interval: number },
): Verdict {
  if (ranking && ranking.systems.length >= 2) {
    const order = ranking.systems.map(({ name }) => name).join(' > ');
    const share = `${Math.round(100 * ranking.agreeing)} % of the clearly different pairs of ${ranking.systems.length} known policies in the cluster's order (${order}), Kendall's tau ${ranking.kendall.toFixed(2)}`;
    if (ranking.agreeing < AGREEING)
      return {
        accepted: false,
        reason: `It puts only ${share}; ${Math.round(100 * AGREEING)} % are asked for. Collect more traces, or use another kind of twin.`,
      };
    const ratio = `the cluster's J is ${ranking.ratio.toFixed(2)} of the twin's`;
    if (Math.abs(ranking.ratio - 1) > RATIO)
      return {
        accepted: false,
        reason: `It puts ${share}, but it is biased: ${ratio}, and policies would answer with too ${ranking.ratio > 1 ? 'many' : 'few'} pods. Collect more traces, or use another kind of twin.`,
      };
    return { accepted: true, reason: `It puts ${share}; ${ratio}.` };
  }
  if (!accuracy && traces)
    return {
      accepted: false,
      reason: `Not tested: ${traces.heldOut} held-out transitions are too few to judge it by, ${JUDGEABLE} in a row are needed. Collect traces of ${Math.ceil((JUDGEABLE * traces.interval) / HELD_OUT_SHARE / 60)} minutes or more.`,
    };
  if (!accuracy)
    return {
      accepted: true,
      reason: 'Not tested: there are no traces of the cluster. It has the numbers of the spec.',
    };
  const last = accuracy.horizons[accuracy.horizons.length - 1];
  const { mae, bias, persistence } = last.metrics.objective;
  const ratio = `the cluster's J is ${accuracy.ratio.toFixed(2)} of the twin's`;
  const seconds = `${last.seconds} s ahead`;
  if (mae > persistence)
    return {
      accepted: false,
      reason: `Its error of J ${seconds} (${mae.toFixed(3)}) is larger than that of assuming no change (${persistence.toFixed(3)}). Collect more traces.`,
    };
  if (Math.abs(bias) > BIAS)
    return {
      accepted: false,
      reason: `It is biased: J ${seconds} is off by ${bias.toFixed(3)} on average, and policies would answer with too ${bias < 0 ? 'many' : 'few'} pods. Collect more traces.`,
    };
  return {
    accepted: true,
    reason: `Its error of J ${seconds} is ${mae.toFixed(3)} (no change: ${persistence.toFixed(3)}), bias ${bias.toFixed(3)}; ${ratio}. No known policies were ranked.`,
  };
}
