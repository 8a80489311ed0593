/**
 * The codes of diagnostics, which go beyond the loader's checks. A new diagnostic needs a line here, the check in a file of this folder
 * (with its quick fix, where one is obvious) and an example in test/data/problem-examples.
 */
import { information, SPEC_CODES, unused, warning, type CodeInfo } from '../../spec/problem-codes.ts';

/** What a folder that could run is probably not meant to say. */
export const DIAGNOSTIC_CODES = {
  // Organization
  'role-without-mission': information(
    'The missions count in the return, but this role has none.',
    'Give it an obligation or a permission, or leave it so.',
  ),
  'mission-without-duty': unused('No role must or may follow the mission.', 'Add a duty, or remove the mission.'),
  'duty-counted-twice': warning(
    'An agent has one mission at the same time through two of its roles: it counts twice.',
    'Remove one of the duties.',
  ),
  'duty-outside-episode': warning('A duty begins when every episode is over.', 'Move it, or lengthen the episodes.'),
  'authority-cycle': warning('Roles have authority over one another in a circle.', 'Remove one of the links.'),
  'agent-sees-nothing': warning('An agent sees none of what the rules of its role read.', 'Add it to observes.'),
  'rule-outside-scope': warning(
    'A rule is about services that no agent with this role may move.',
    'Change services of the rule, or the scope of an agent.',
  ),

  // Rules and conditions, by the ranges of what they read
  'rule-never-matches': warning('A rule matches in no state.', 'Correct its condition, or remove it.'),
  'rule-always-matches': information('A rule matches in every state.', 'Write true if it is meant to.'),
  'rule-never-sampled': information('A rule matched in none of many sampled states.', 'Check its condition.'),
  'rule-shadowed': warning('Another rule allows the same whenever this one matches.', 'Remove one of them.'),
  'rule-allows-nothing': warning('A rule allows no move that can be made.', 'Change the rule, or the replicas.'),
  'move-always-cut': warning('A move is larger than the room between min and max replicas.', 'Remove it.'),
  'condition-never-true': warning('A condition is true in no state.', 'Correct it.'),
  'condition-always-true': warning('A condition is true in every state.', 'Correct it.'),
  'comparison-out-of-range': warning(
    'A comparison has the same result in every state.',
    'Compare with a value that can be reached.',
  ),
  'unit-mismatch': warning('Values of different units are compared or added.', 'Convert one of them.'),
  'goal-outside-range': warning('The reward of a goal never lies inside its range.', 'Correct the range or the sign.'),

  // Against the cluster
  'replicas-never-fit': warning('The nodes never hold all replicas of a service.', 'Lower max, or add room.'),
  'limit-cuts-every-move': warning('A limit is below every move that the roles allow.', 'Raise it.'),
  'stage-too-short': warning('A stage ends before its first decision.', 'Lengthen it.'),

  // Without effect
  'unused-role': unused('No agent holds the role, and no role extends it.', 'Use it, or remove it.'),
  'unused-mission': unused('No organization lists the mission.', 'Use it, or remove it.'),
  'unused-scenario': unused('No training plays the scenario, and none extends it.', 'Use it, or remove it.'),
  'unused-setting': unused('No rule reads the setting.', 'Use it, or remove it.'),
} satisfies Record<string, CodeInfo>;

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES;

/** The codes of all layers, as docs/spec.md lists them. */
export const PROBLEM_CODES = { ...SPEC_CODES, ...DIAGNOSTIC_CODES };
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** What is known of a code of any layer; undefined where there is no such code. */
export const codeInfo = (code: string): CodeInfo | undefined =>
  Object.hasOwn(PROBLEM_CODES, code) ? PROBLEM_CODES[code as ProblemCode] : undefined;
