/**
 * Role action guides: what the roles of an agent allow it to do now, as a mask over its options, for all environments at
 * once (karma.md section 2: rag(history, observation) = (allowed actions, constraint hardness)).
 */
import { checkExpression } from '../spec/cel/check.ts';
import type { CheckedExpression } from '../spec/cel/expression.ts';
import { compileTogether } from '../spec/cel/compile.ts';
import type { Cluster, Role } from '../spec/model.ts';
import type { ObservationHistory } from '../spec/observation.ts';
import type { AgentLayout } from './agents.ts';

export interface RoleGuide {
  /** Constraint hardness of the agent: the largest of its roles'; 0 without a role. */
  readonly hardness: number;
  /** Bonus of a compliant step where the guide does not mask. */
  readonly bonus: number;
  /**
   * Writes `allowed` [environment x options] (1 = allowed; hold always is) and `active` [environment] (1 = a rule matched,
   * so that the guide has something to say).
   */
  evaluate(history: ObservationHistory, allowed: Uint8Array, active: Uint8Array): void;
  /** The rules in order, as 'role: condition'. */
  readonly rules: readonly string[];
  /** Index of the first rule that matched any of these services when it was last evaluated; -1 = none. */
  firstMatch(environment: number, among: readonly number[]): number;
}

interface CompiledRule {
  readonly expression: CheckedExpression;
  readonly settings: Role['settings'];
  /** [services] 1 = the rule is about this service. */
  readonly about: Uint8Array;
  /** [2 * maxMove + 1] 1 = the move is allowed. */
  readonly moves: Uint8Array;
}

export function makeRoleGuide(layout: AgentLayout, cluster: Cluster, environments: number): RoleGuide {
  const services = cluster.services.length;
  const span = 2 * cluster.maxMove + 1;
  const rules = layout.roles.flatMap((role) => role.rules.map((rule) => compileRule(role, rule, cluster)));
  const free = layout.roles.length === 0 || layout.roles.some((role) => role.otherwise === 'free');
  const expressions = compileTogether(rules, cluster);
  const matches = rules.map(() => new Float64Array(environments * services));
  // What the matching rules allow together: [environment x service x move].
  const permitted = new Uint8Array(environments * services * span);
  const matched = new Uint8Array(environments * services);
  const optionCell = layout.options.map(({ service, move }) =>
    service < 0 ? -1 : service * span + move + cluster.maxMove,
  );

  const evaluate = (history: ObservationHistory, allowed: Uint8Array, active: Uint8Array): void => {
    permitted.fill(0);
    matched.fill(0);
    expressions.evaluate(history, matches);
    for (const [r, rule] of rules.entries()) {
      const match = matches[r];
      for (let i = 0; i < match.length; i++) {
        if (match[i] === 0 || rule.about[i % services] === 0) continue;
        matched[i] = 1;
        for (let move = 0; move < span; move++) permitted[i * span + move] |= rule.moves[move];
      }
    }
    if (free)
      for (let i = 0; i < matched.length; i++) if (matched[i] === 0) permitted.fill(1, i * span, (i + 1) * span);
    const options = layout.options.length;
    for (let e = 0; e < environments; e++) {
      active[e] = 0;
      for (let s = 0; s < services; s++) active[e] |= matched[e * services + s];
      for (let o = 0; o < options; o++) {
        const cell = optionCell[o];
        allowed[e * options + o] = cell < 0 ? 1 : permitted[e * services * span + cell];
      }
    }
  };
  return {
    hardness: layout.roles.reduce((most, role) => Math.max(most, role.hardness), 0),
    bonus: layout.roles.reduce((most, role) => Math.max(most, role.bonus), 0),
    evaluate,
    rules: layout.roles.flatMap((role) => role.rules.map((rule) => `${role.name}: ${rule.when}`)),
    firstMatch: (environment, among) =>
      rules.findIndex(({ about }, r) =>
        among.some((s) => about[s] === 1 && matches[r][environment * services + s] !== 0),
      ),
  };
}

/** The checked condition of a rule. Throws where the loader would have reported a problem. */
export function conditionOf(role: Role, rule: Role['rules'][number]): CheckedExpression {
  const checked = checkExpression(rule.when, { result: 'bool', settings: Object.keys(role.settings), service: true });
  if (checked.expression) return checked.expression;
  throw new Error(`Role ${role.name}: ${checked.problems[0].message} (${role.origin.file}:${role.origin.line})`);
}

function compileRule(role: Role, rule: Role['rules'][number], cluster: Cluster): CompiledRule {
  const about = Uint8Array.from(cluster.services, (service) =>
    Number(rule.services.length === 0 || rule.services.includes(service.name)),
  );
  const moves = new Uint8Array(2 * cluster.maxMove + 1);
  for (const move of rule.scale) if (Math.abs(move) <= cluster.maxMove) moves[move + cluster.maxMove] = 1;
  return { expression: conditionOf(role, rule), settings: role.settings, about, moves };
}
