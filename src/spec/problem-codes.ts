/**
 * The problem codes of the loader. Those of diagnostics are in language/diagnostics/diagnostic-codes.ts. All are stable; docs/spec.md
 * lists them.
 */
import type { CelCode } from './cel/check.ts';

/** What is known of each code of a layer. */
export type CodeTable<Code extends string> = Readonly<Record<Code, CodeInfo>>;

export interface CodeInfo {
  readonly severity: 'error' | 'warning' | 'information' | 'hint';
  /** What is wrong. */
  readonly about: string;
  /** What to do about it. */
  readonly todo: string;
  /** What is marked has no effect. */
  readonly unnecessary?: true;
}

export const error = (about: string, todo: string): CodeInfo => ({ severity: 'error', about, todo });
export const warning = (about: string, todo: string): CodeInfo => ({ severity: 'warning', about, todo });
export const information = (about: string, todo: string): CodeInfo => ({ severity: 'information', about, todo });
export const unused = (about: string, todo: string): CodeInfo => ({ severity: 'hint', about, todo, unnecessary: true });

const CEL_CODES = {
  'cel-syntax': error('The expression is not CEL.', 'Correct it at the marked place.'),
  'cel-too-long': error('The expression is longer than any rule needs.', 'Split it into several rules.'),
  'cel-too-deep': error('The expression is nested too deep.', 'Split it into several rules.'),
  'cel-type': error('A value has a type that does not fit where it stands.', 'Compare, convert or replace it.'),
  'cel-unknown-variable': error('There is no such variable.', 'Use service, services, cluster or settings.'),
  'cel-unknown-field': error('There is no such field.', 'Use a field of the vocabulary.'),
  'cel-unknown-setting': error('The role has no such setting.', 'Add it to settings, or correct its name.'),
  'cel-unknown-function': error('There is no such function.', 'Use a function of the vocabulary.'),
  'cel-unknown-value': error('The field never has this text.', 'Compare it with a text that it can have.'),
  'cel-no-service': error('There is no single service here.', 'Go over services, for example with exists or map.'),
  'cel-unsupported': error('CEL, but not of the part that rules and goals may use.', 'Write it in another way.'),
} satisfies Record<CelCode, CodeInfo>;

export const SPEC_CODES = {
  // Files
  'no-specs': error('The folder holds no *.karma.yaml file.', 'Add one, or name another folder.'),
  'file-unreadable': error('The file could not be read.', 'Check its permissions.'),
  'file-too-large': error('The file is larger than 1 MiB.', 'Split it, or keep data in CSV files.'),
  'file-not-text': error('The file is not UTF-8 text.', 'Save it as UTF-8, or rename it.'),

  // YAML
  'yaml-syntax': error('The document is not YAML.', 'Correct it at the marked place.'),
  'yaml-tab': error('A tab indents the line.', 'Indent with spaces.'),
  'yaml-too-deep': error('The document is nested too deep.', 'Close brackets, or flatten it.'),
  'yaml-alias': error('An alias has no anchor, or aliases expand too far.', 'Write the values out.'),
  'yaml-tag': error('YAML tags (!name) have no meaning here.', 'Remove the tag.'),
  'duplicate-key': error('A key stands twice in one mapping.', 'Remove or rename one of them.'),

  // Shape
  'unknown-api-version': error('The apiVersion is not one that is understood.', 'Write karma-mas.dev/v1alpha1.'),
  'unknown-kind': error(
    'The kind is not one of the seven.',
    'Write Cluster, Role, Mission, Organization, Scenario, Training or Transfer.',
  ),
  'missing-key': error('A key is needed and not there.', 'Add it.'),
  'unknown-key': error('The key has no meaning here.', 'Correct its name, or remove it.'),
  'wrong-type': error('The value has the wrong type.', 'Write a value of the type named.'),
  'wrong-value': error('The value is not one of those allowed.', 'Write one of those named.'),
  'wrong-length': error('A list or text is too short or too long.', 'Add or remove entries.'),
  'repeated-entry': error('An entry stands twice in a list.', 'Remove one.'),
  'out-of-range': error('The number is outside of its range.', 'Write a number in the range.'),
  'bad-unit': error('The unit is missing or not understood.', 'Write the value with one of the units named.'),
  'invalid-name': error('The name is not allowed.', "Use lower-case letters, digits and '-'."),
  'one-of': error('Exactly one of several keys is needed.', 'Keep one of them.'),
  'min-above-max': error('The lower bound is above the upper.', 'Swap or correct them.'),

  // References
  'duplicate-name': error('Two objects or entries have the same name.', 'Rename one of them.'),
  'unknown-reference': error('There is nothing of that name.', 'Correct the name, or add what it refers to.'),
  'role-cycle': error('Roles extend one another in a circle.', 'Remove one extends.'),
  'scenario-cycle': error('Scenarios extend one another in a circle.', 'Remove one extends.'),

  // Cluster
  'call-cycle': error('Services call one another in a circle.', 'Remove one of the calls.'),
  'no-entry-point': error('No service takes requests from outside.', 'Set entryPoint: true on one.'),
  'unreachable-service': warning('No request reaches the service.', 'Call it, or make it an entry point.'),
  'weights-sum': error('The weights do not sum to 1.', 'Change them so that they do.'),
  'decision-interval': error('The decision interval is not a multiple of 15s.', 'Write 15s, 30s, 45s, 60s, ...'),
  'nodes-too-small': error('The nodes do not hold the fewest replicas.', 'Give them more, or lower replicas.min.'),
  'nodes-hold-everything': warning(
    'The nodes hold all maximum replicas: everything at maximum is near optimal, and there is nothing to learn.',
    'Give the nodes less CPU, or raise replicas.max.',
  ),
  'prometheus-missing': error('The source is prometheus, but none is described.', 'Add metrics.prometheus.'),

  // Role
  'zero-move': error('A rule allows 0, which is always allowed.', 'Remove it.'),
  'scale-beyond-max-move': error('A rule allows a move that the cluster does not.', 'Lower it, or raise maxMove.'),
  'role-never-acts': warning('The role has no rule and holds otherwise.', 'Add a rule, or otherwise: free.'),

  // Organization
  'role-cardinality': error('Too few or too many agents hold a role.', 'Change the agents or the cardinality.'),
  'role-outside-group': error('The role is in no group that counts here.', 'Add it to a group.'),
  'incompatible-roles': error('An agent holds roles that are not compatible.', 'Add the pair to compatibilities.'),
  'self-link': error('A link leads from a role to itself.', 'Name another role.'),
  'mission-not-listed': error('A duty names a mission that the organization does not list.', 'Add it to missions.'),
  'role-not-held': warning('A duty names a role that no agent holds.', 'Give the role to an agent.'),
  'overlapping-duties': error('The same duty holds twice at the same time.', 'Remove one, or change its times.'),
  'scope-not-observed': warning('An agent moves a service that it does not see.', 'Add the service to observes.'),
  'service-without-agent': warning('No agent may move a service.', 'Add it to the scope of one.'),

  // Scenario
  'no-load': error('The scenario has no load.', 'Add load, or extend a scenario that has it.'),
  'entry-point-without-load': warning('An entry point gets no load.', 'Add a load for it.'),
  'not-an-entry-point': error('The service takes no requests from outside.', 'Name an entry point.'),
  'event-outside-episode': error('An event starts when the episode is over.', 'Move it, or lengthen the duration.'),
  'event-cut-short': warning('An event lasts longer than the episode.', 'Shorten or move it.'),
  'steps-order': error('The steps of a load are not in order of time.', 'Order them; start at 0s.'),
  'mixed-units': error('Rates of one profile have different units.', 'Write all in requests/s or all in percent.'),
  'split-overlap': error('Parts of a record overlap.', 'Keep them apart: policies are judged on load never seen.'),
  'split-too-short': error('A part of a record is shorter than an episode.', 'Lengthen it.'),
  'path-outside': error('The path leaves the specification folder.', 'Copy the file into the folder.'),
  'file-not-found': error('There is no such file.', 'Correct the path, or add the file.'),

  // Training
  'episode-length': error('The episode does not fit the decision interval or a scenario.', 'Change its length.'),
  'batch-too-small': error('Fewer steps than one update needs.', 'Raise steps, environments or horizon.'),
  'unknown-search-key': error('Nothing of that name can be searched.', 'Use a number of the algorithm or of a role.'),

  // Transfer
  'limit-without-effect': warning('A limit is above what the agents can do.', 'Lower it.'),
  'stage-order': warning('The stages are not in the order of the ladder.', 'Order them: shadow, floor, canary, full.'),

  ...CEL_CODES,
} satisfies Record<string, CodeInfo>;

export type SpecCode = keyof typeof SPEC_CODES;
