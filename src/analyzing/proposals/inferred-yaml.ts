/** Inferred roles and goals as documents of the specification language, ready to be added to a folder of specs. */
import { Document, type YAMLMap } from 'yaml';
import type { RuleQuality } from '../roles/decision-rule.ts';
import type { InferredGoal } from '../goals/goals.ts';
import type { InferredRole } from '../roles/roles.ts';

const API_VERSION = 'karma-mas.dev/v1alpha1';

/** One document per role that has rules; '' where none has. */
export function rolesAsYaml(roles: readonly InferredRole[]): string {
  return roles
    .filter((role) => role.rules.length > 0)
    .map((role) => `---\n${roleAsYaml(role)}`)
    .join('');
}

/** A Role document, without a document marker. */
export function roleAsYaml(role: InferredRole): string {
  const document = new Document({
    apiVersion: API_VERSION,
    kind: 'Role',
    metadata: { name: role.name },
    spec: {
      description: describeRole(role),
      hardness: 1,
      rules: role.rules.map(({ when, services, scale }) => ({
        when,
        ...(services.length > 0 ? { services } : {}),
        allow: { scale },
      })),
      otherwise: 'hold',
    },
  });
  for (const [i, rule] of role.rules.entries()) {
    nodeAt(document, 'spec', 'rules', i).commentBefore = ` ${describeRule(rule.direction, rule.heldOut)}`;
    nodeAt(document, 'spec', 'rules', i, 'allow', 'scale').flow = true;
    if (rule.services.length > 0) nodeAt(document, 'spec', 'rules', i, 'services').flow = true;
  }
  return text(document);
}

/** One mission with a goal per region; '' where no region has bounds. */
export function goalsAsYaml(goals: readonly InferredGoal[], name = 'inferred-goals'): string {
  const usable = goals.filter((goal) => goal.satisfiedWhen !== '');
  if (usable.length === 0) return '';
  const document = new Document({
    apiVersion: API_VERSION,
    kind: 'Mission',
    metadata: { name },
    spec: {
      description: 'Regions of states in which successful episodes dwell.',
      goals: usable.map(goalFields),
    },
  });
  for (const [i, goal] of usable.entries()) {
    nodeAt(document, 'spec', 'goals', i).commentBefore = ` ${describeGoal(goal)}`;
    nodeAt(document, 'spec', 'goals', i, 'range').flow = true;
  }
  return `---\n${text(document)}`;
}

/** An item of a mission's goals; it has bounds. */
export function goalAsYaml(goal: InferredGoal): string {
  const document = new Document(goalFields(goal));
  nodeAt(document, 'range').flow = true;
  return `# ${describeGoal(goal)}\n${text(document)}`;
}

const goalFields = ({ name, satisfiedWhen }: InferredGoal) => ({
  name,
  reward: `(${satisfiedWhen}) ? 1 : 0`,
  range: [0, 1],
  // For reading and scoring: what it is worth in the return is for the user to say.
  weight: 0,
  satisfiedWhen,
});

function describeGoal({ description, probability, inside, outside }: InferredGoal): string {
  const share = `${percent(probability)} of the states of successful episodes`;
  return `${description} (${share}; the bounds hold ${percent(inside)} of these and ${percent(outside)} of all others)`;
}

/** "Inferred from 24 action sequences; resembles bottleneck-manager. On held-out steps it allows ..." */
function describeRole({ sequences, matches, allowsTaken, allowsAll }: InferredRole): string {
  const likeness = matches ? `resembles ${matches}` : 'matches no declared role';
  const quality =
    allowsTaken === undefined || allowsAll === undefined
      ? 'There were no moves to check it with.'
      : `On held-out steps it allows ${percent(allowsTaken)} of the moves taken and ${percent(allowsAll)} of all moves.`;
  return `Inferred from ${sequences} action sequences; ${likeness}. ${quality}`;
}

function describeRule(direction: 'up' | 'down', { samples, baseRate, precision, recall }: RuleQuality): string {
  const say = (value: number | undefined) => (value === undefined ? 'unknown' : percent(value));
  return (
    `scale ${direction}: precision ${say(precision)}, recall ${say(recall)} ` +
    `on ${samples} held-out cases (done in ${percent(baseRate)} of them)`
  );
}

export const percent = (share: number): string => `${Number((100 * share).toPrecision(share < 0.1 ? 2 : 3))} %`;

const nodeAt = (document: Document, ...path: (string | number)[]): YAMLMap => document.getIn(path, true) as YAMLMap;

function text(document: Document): string {
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
