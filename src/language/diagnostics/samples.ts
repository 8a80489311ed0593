/** States that a cluster was seen in, to ask whether a rule ever matched. Hosts draw them; see language-server/sampling. */
import type { CheckedExpression } from '../../spec/cel/expression.ts';
import { compileColumns } from '../../spec/cel/compile.ts';
import type { Cluster } from '../../spec/model.ts';
import type { ObservationHistory } from '../../spec/observation.ts';

export interface SampledStates {
  /** How many there are, over all moments and environments. */
  readonly states: number;
  /** Each with the same number of environments. */
  readonly moments: readonly ObservationHistory[];
}

/** Undefined where there are none, or none yet. */
export type SampleProvider = (cluster: Cluster) => SampledStates | undefined;

/** Counts of earlier calls: most rules stay the same from one keystroke to the next. */
const known = new WeakMap<SampledStates, Map<string, number>>();

/** In how many of the states the condition was true for one of the services. */
export function timesSeen(
  sampled: SampledStates,
  expression: CheckedExpression,
  cluster: Cluster,
  settings: Readonly<Record<string, number>>,
  services: readonly number[],
): number {
  const counts = known.get(sampled) ?? new Map<string, number>();
  known.set(sampled, counts);
  const key = JSON.stringify([expression.text, settings, services]);
  const before = counts.get(key);
  if (before !== undefined) return before;
  const count = countOf(sampled, expression, cluster, settings, services);
  counts.set(key, count);
  return count;
}

function countOf(
  { moments }: SampledStates,
  expression: CheckedExpression,
  cluster: Cluster,
  settings: Readonly<Record<string, number>>,
  services: readonly number[],
): number {
  const columns = compileColumns(expression, cluster, settings);
  const width = expression.perService ? cluster.services.length : 1;
  let count = 0;
  for (const moment of moments) {
    const { environments } = moment.at(0);
    const into = new Float64Array(environments * width);
    columns.evaluate(moment, into);
    for (let environment = 0; environment < environments; environment++)
      if (services.some((service) => into[environment * width + (width > 1 ? service : 0)] !== 0)) count++;
  }
  return count;
}
