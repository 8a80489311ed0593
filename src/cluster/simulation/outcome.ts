/** What an `advance` went through, as columns that are cleared, added to, and averaged at its end. */
import { OUTCOME_FIELDS, type Outcome } from './simulation.ts';

/** Means over intervals; the other fields are sums. */
const MEANS = [
  'objective',
  'resilience',
  'success',
  'pods',
  'latencyTerm',
  'entryPoints',
  'traffic',
  'latency',
  'latencyCompliance',
  'pending',
] as const satisfies readonly (keyof Outcome)[];

export function emptyOutcome(environments: number): Outcome {
  const columns: Partial<Record<keyof Outcome, Float64Array>> = {};
  for (const name of OUTCOME_FIELDS) columns[name] = new Float64Array(environments);
  return columns as Outcome;
}

export function clearOutcome(outcome: Outcome, environment: number): void {
  for (const name of OUTCOME_FIELDS) outcome[name][environment] = 0;
}

/** Turns sums over intervals into means, where the field is one. */
export function averageOutcome(outcome: Outcome, environment: number, intervals: number): void {
  for (const name of MEANS) outcome[name][environment] /= intervals;
}
