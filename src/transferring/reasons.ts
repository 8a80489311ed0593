/** Why a role lets its agent act: the matching rules, with the values that make them match. */
import { describeExplanation, explain } from '../spec/cel/explain.ts';
import { interpret } from '../spec/cel/interpret.ts';
import type { Cluster, Role } from '../spec/model.ts';
import type { ObservationHistory } from '../spec/observation.ts';
import { conditionOf } from '../deciding/role-guide.ts';

/** Returns one sentence per service and matching rule, for environment 0. */
export function ruleReasons(role: Role, cluster: Cluster, history: ObservationHistory): string[] {
  return role.rules.flatMap((rule) => {
    const condition = conditionOf(role, rule);
    return cluster.services.flatMap(({ name }, service) => {
      if (rule.services.length > 0 && !rule.services.includes(name)) return [];
      const context = { cluster, history, environment: 0, service, settings: role.settings };
      if (!interpret(condition, context)) return [];
      const values = describeExplanation(explain(condition, context)).join(', ');
      const moves = rule.scale.map((move) => (move > 0 ? `+${move}` : String(move))).join(', ');
      return [`${role.name} allows ${moves} on ${name}: ${values}`];
    });
  });
}
