/**
 * Operational resilience or(s) of the paper, and the objective J that is made of it (`cost` is the weight w
 * of the cost). Pure functions of what happened in one accounting interval.
 */
import type { Objectives } from '../spec/model.ts';

/** What happened in one interval. */
export interface Indicators {
  /** Requests that arrived at the entry points, and those of them answered with success. */
  received: number;
  succeeded: number;
  /** Mean crashed and mean ready pods, all services. */
  failedPods: number;
  deployedPods: number;
  /** Mean latency of a request at the entry points, seconds. */
  latency: number;
  /** Mean share of the entry points that have a ready pod. */
  entryPoints: number;
  /** Requests that left the services at the end of the chains, and how many the received requests should have caused there. */
  outgoing: number;
  expected: number;
}

export function emptyIndicators(): Indicators {
  return {
    received: 0,
    succeeded: 0,
    failedPods: 0,
    deployedPods: 0,
    latency: 0,
    entryPoints: 1,
    outgoing: 0,
    expected: 0,
  };
}

/** The five terms, each 0..1, in the order of the paper's weights: sr, 1 - pfr, 1 - lr, epa, tcr. */
export const TERMS = ['success', 'pods', 'latencyTerm', 'entryPoints', 'traffic'] as const;

/**
 * Writes the five terms. Where a denominator is zero: nothing received or nothing expected counts as full success and full
 * traffic; pods that failed with none deployed count as all failed; no pods at all as none failed.
 */
export function resilienceTerms(of: Indicators, maxLatency: number, into: Float64Array): void {
  into[0] = of.received > 0 ? atMostOne(of.succeeded / of.received) : 1;
  into[1] = of.failedPods > 0 ? 1 - atMostOne(of.failedPods / of.deployedPods) : 1;
  into[2] = 1 - atMostOne(of.latency / maxLatency);
  into[3] = of.entryPoints;
  into[4] = of.expected > 0 ? atMostOne(of.outgoing / of.expected) : 1;
}

function atMostOne(share: number): number {
  return share < 1 ? share : 1;
}

/** or(s) = w1 sr + w2 (1 - pfr) + w3 (1 - lr) + w4 epa + w5 tcr. */
export function resilience(terms: ArrayLike<number>, weights: Objectives['weights']): number {
  return (
    weights.success * terms[0] +
    weights.pods * terms[1] +
    weights.latency * terms[2] +
    weights.entryPoints * terms[3] +
    weights.traffic * terms[4]
  );
}

/** J = or(s) - cost * (CPU requested by scheduled pods / CPU of the nodes). */
export function objective(resilienceValue: number, allocatedShare: number, cost: number): number {
  return resilienceValue - cost * allocatedShare;
}
