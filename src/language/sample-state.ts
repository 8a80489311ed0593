/** What roles and expressions say of a state of the cluster that a host provides. */
import { describeExplanation, explain, formatValue } from '../spec/cel/explain.ts';
import { interpret } from '../spec/cel/interpret.ts';
import type { Cluster, Role } from '../spec/model.ts';
import { modelObject } from './effective-values.ts';
import type { HostKnowledge, SampleState } from './host-knowledge.ts';
import type { FolderView } from './folder-view.ts';
import type { DeclaredObject } from './names/file-names.ts';
import { namesOf } from './names/folder-names.ts';

interface Setting {
  readonly cluster: Cluster;
  readonly state: SampleState;
}

/** The first cluster of an object with a known state. */
function settingOf(folder: FolderView, object: DeclaredObject, facts: HostKnowledge): Setting | undefined {
  for (const name of namesOf(folder).clustersOf(object)) {
    const cluster = modelObject(folder.model, 'Cluster', name);
    const state = cluster && facts.sampleState?.(name);
    // A state from before the cluster changed says nothing.
    if (cluster && state && state.history.at(0).services === cluster.services.length) return { cluster, state };
  }
  return undefined;
}

/** Markdown: the moves that a role allows for each service. */
export function describeAllowed(folder: FolderView, object: DeclaredObject, facts: HostKnowledge): string | undefined {
  const role = object.kind === 'Role' ? modelObject(folder.model, 'Role', object.name) : undefined;
  const setting = role && settingOf(folder, object, facts);
  if (!setting) return undefined;
  const options = { result: 'bool', settings: Object.keys(role.settings), service: true } as const;
  const rules = role.rules.flatMap(({ when, services }) => {
    const { expression } = folder.expressions.check(when, options);
    return expression ? [{ expression, services }] : [];
  });
  if (rules.length < role.rules.length) return undefined;
  const { cluster, state } = setting;
  const lines = cluster.services.map(({ name }, service) => {
    const context = { cluster, history: state.history, environment: 0, service, settings: role.settings };
    const matching = rules.flatMap(({ expression, services }, index) => {
      const about = services.length === 0 || services.includes(name);
      return about && interpret(expression, context) === true ? [index] : [];
    });
    return `- \`${name}\`: ${moves(role, matching, cluster.maxMove)}`;
  });
  return `In a sample state (${state.from}) it allows:\n\n${lines.join('\n')}`;
}

function moves(role: Role, matching: readonly number[], maxMove: number): string {
  if (matching.length === 0) return role.otherwise === 'free' ? 'any move (no rule matches)' : 'hold (no rule matches)';
  const allowed = [...new Set(matching.flatMap((index) => role.rules[index].scale))]
    .filter((move) => Math.abs(move) <= maxMove)
    .sort((a, b) => a - b)
    .map((move) => (move > 0 ? `+${move}` : String(move)));
  const by = `rule${matching.length > 1 ? 's' : ''} ${matching.map((index) => index + 1).join(', ')}`;
  return `hold, ${allowed.join(', ')} (${by})`;
}

/** Markdown: the value of an expression, and for rules which services it matches. */
export function describeValue(
  folder: FolderView,
  object: DeclaredObject,
  text: string,
  result: 'bool' | 'number',
  perService: boolean,
  facts: HostKnowledge,
): string | undefined {
  const setting = settingOf(folder, object, facts);
  if (!setting) return undefined;
  const settings = (object.kind === 'Role' && modelObject(folder.model, 'Role', object.name)?.settings) || {};
  const options = { result, settings: Object.keys(settings), service: perService };
  const { expression } = folder.expressions.check(text, options);
  if (!expression) return undefined;
  const { cluster, state } = setting;
  const context = { cluster, history: state.history, environment: 0, settings };
  const from = `In a sample state (${state.from})`;
  if (!perService) {
    const explanation = explain(expression, context);
    return `${from} it is \`${formatValue(explanation.value)}\`:\n\n${block(describeExplanation(explanation))}`;
  }
  const values = cluster.services.map((_, service) => interpret(expression, { ...context, service }));
  const matching = cluster.services.filter((_, service) => values[service] === true).map(({ name }) => `\`${name}\``);
  const shown = Math.max(0, values.indexOf(true));
  const lines = describeExplanation(explain(expression, { ...context, service: shown }));
  const matches = matching.length > 0 ? `it matches ${matching.join(', ')}` : 'it matches no service';
  return `${from} ${matches}. For \`${cluster.services[shown].name}\`:\n\n${block(lines)}`;
}

const block = (lines: readonly string[]): string => `\`\`\`text\n${lines.join('\n')}\n\`\`\``;
