/** A stage's `abortWhen`: CEL over the whole cluster. */
import { checkExpression } from '../spec/cel/check.ts';
import { interpret } from '../spec/cel/interpret.ts';
import type { Cluster } from '../spec/model.ts';
import type { ObservationHistory } from '../spec/observation.ts';

/** Whether the condition holds in environment 0. An empty condition never does. */
export function abortConditionHolds(condition: string, cluster: Cluster, history: ObservationHistory): boolean {
  if (condition === '') return false;
  const { expression, problems } = checkExpression(condition, { result: 'bool', settings: [], service: false });
  if (!expression) throw new Error(`abortWhen: ${problems[0].message}`);
  return interpret(expression, { cluster, history, environment: 0, settings: {} }) === true;
}
