/** Turns what an accounting interval added up into the objective and its parts, averaged over the intervals of one `advance`. */
import type { Cluster } from '../../spec/model.ts';
import { emptyIndicators, objective, resilience, resilienceTerms } from '../resilience.ts';
import { ACCOUNTING_INTERVAL, type Outcome } from '../simulation/simulation.ts';
import type { Columns } from './columns.ts';
import type { Constants } from './constants.ts';
import * as flowOf from './flow.ts';

export interface Accounting {
  /** Adds the interval that just ended to the outcome, and clears the interval's sums. */
  close(outcome: Outcome, environment: number): void;
}

export function makeAccounting(c: Constants, columns: Columns, cluster: Cluster, interval: Float64Array): Accounting {
  const { maxLatency, weights, cost } = cluster.objectives;
  const indicators = emptyIndicators();
  const terms = new Float64Array(5);
  const seconds = ACCOUNTING_INTERVAL;

  const close = (outcome: Outcome, e: number): void => {
    let pods = 0;
    let cpu = 0;
    for (let s = 0; s < c.services; s++) {
      const scheduled = columns.scheduled[e * c.services + s];
      pods += scheduled;
      cpu += scheduled * c.cpu[s];
    }
    indicators.received = interval[flowOf.RECEIVED];
    indicators.succeeded = interval[flowOf.SUCCEEDED];
    indicators.failedPods = interval[flowOf.FAILED_SECONDS] / seconds;
    indicators.deployedPods = interval[flowOf.READY_SECONDS] / seconds;
    indicators.latency = interval[flowOf.LATENCY] / seconds;
    indicators.entryPoints = c.entries.length > 0 ? interval[flowOf.AVAILABLE] / (seconds * c.entries.length) : 1;
    indicators.outgoing = interval[flowOf.OUTGOING];
    indicators.expected = interval[flowOf.EXPECTED];
    resilienceTerms(indicators, maxLatency, terms);
    const value = resilience(terms, weights);

    outcome.objective[e] += objective(value, cpu / c.nodeCpu, cost);
    outcome.resilience[e] += value;
    outcome.success[e] += terms[0];
    outcome.pods[e] += terms[1];
    outcome.latencyTerm[e] += terms[2];
    outcome.entryPoints[e] += terms[3];
    outcome.traffic[e] += terms[4];
    outcome.latency[e] += indicators.latency;
    if (indicators.latency <= maxLatency) outcome.latencyCompliance[e]++;
    outcome.received[e] += indicators.received;
    outcome.succeeded[e] += indicators.succeeded;
    outcome.pending[e] += interval[flowOf.PENDING_SECONDS] / seconds;
    outcome.podSeconds[e] += pods * seconds;
    outcome.coreSeconds[e] += (cpu / 1000) * seconds;
    interval.fill(0);
  };
  return { close };
}
