/** Hover: what stands at a place, what it means here, and where it comes from. Markdown. */
import { parseExpression } from '../spec/cel/parse.ts';
import { elementOf, pathTo } from '../spec/cel/syntax.ts';
import type { Position, Range } from '../spec/problem.ts';
import { rangeOf } from '../spec/text/source.ts';
import {
  CLUSTER_VOCABULARY,
  FUNCTIONS,
  isClusterField,
  isServiceField,
  ROOTS,
  SERVICE_VOCABULARY,
} from '../spec/cel/vocabulary.ts';
import { celAt, fileSpan, nodeAt, partOf, type CelCursor, type Cursor } from './cursor.ts';
import { effectiveAt, filledIn, inNumbers } from './effective-values.ts';
import type { HostKnowledge } from './host-knowledge.ts';
import type { FolderView } from './folder-view.ts';
import { comparedWith } from './names/file-names.ts';
import { namesOf } from './names/folder-names.ts';
import { namePlace, shapeOf } from './names/places.ts';
import { describeAllowed, describeValue } from './sample-state.ts';
import { aboutValue, isMapPart, type Part } from './schema/part.ts';
import { describeField, describeFunction, describeRoot } from './descriptions/expressions.ts';
import { formulaOf } from './descriptions/formulas.ts';
import { describeName, describeSetting } from './descriptions/objects.ts';
import { describePart, valueText } from './descriptions/schema-parts.ts';
import { contentSpan, follow, scalarValue } from '../spec/text/outline/lookup.ts';

export interface Hover {
  readonly range: Range;
  readonly markdown: string;
}

export function hover(
  folder: FolderView,
  path: string,
  position: Position,
  facts: HostKnowledge = {},
): Hover | undefined {
  const cursor = nodeAt(folder, path, position);
  if (!cursor) return undefined;
  const { spot, source } = cursor;
  const { node } = spot;
  if (node.start === node.end) return undefined;
  const cel = celAt(cursor);
  if (cel) return hoverExpression(folder, cursor, cel, facts);
  const content = node.type === 'scalar' ? contentSpan(node) : node;
  // A quote belongs to the text that it opens.
  const { start, end } = content.start <= cursor.offset && cursor.offset <= content.end ? content : node;
  const markdown = spot.at === 'key' ? describeKey(folder, cursor, facts) : describeScalar(folder, cursor, facts);
  return markdown === undefined ? undefined : { range: rangeOf(source, start, end), markdown };
}

function describeKey(folder: FolderView, cursor: Cursor, facts: HostKnowledge): string | undefined {
  const { spot, object } = cursor;
  const name = String(spot.path.at(-1));
  const shape = shapeOf(spot.path);
  if (object.kind === 'Role' && shape === `spec.settings.${name}`)
    return describeSetting(name, object, namesOf(folder));
  const part = partOf(cursor, spot.path);
  if (!part) return undefined;
  const sections = [`**${name}**`, describePart(part), effectiveWords(folder, cursor, part)];
  if (object.kind) sections.push(formulaOf(object.kind, shape));
  if (object.kind === 'Role' && (shape === 'spec.rules' || shape === 'kind'))
    sections.push(describeAllowed(folder, object, facts));
  return joined(sections);
}

/** The value as it counts, and what is filled in. */
function effectiveWords(folder: FolderView, cursor: Cursor, part: Part): string | undefined {
  const { spot, object, root } = cursor;
  const value = effectiveAt(folder, object, spot.path);
  if (isMapPart(part)) {
    const map = follow(root, spot.entry?.value);
    const written = map?.type === 'map' ? map.entries.map(({ key }) => scalarValue(key)) : [];
    const missing = filledIn(part, value, written);
    return missing.length === 0
      ? undefined
      : `Not written, and so: ${missing.map(([key, text]) => `\`${key}: ${text}\``).join(', ')}`;
  }
  const node = follow(root, spot.entry?.value);
  const written = node?.type === 'scalar' && node.end > node.start ? scalarValue(node) : undefined;
  if (written !== undefined) {
    const number = inNumbers(part, written);
    return number === undefined ? undefined : `\`${written}\` is ${number}.`;
  }
  return value === undefined || value === null || value === '' ? undefined : `Counts as \`${valueText(value)}\`.`;
}

function describeScalar(folder: FolderView, cursor: Cursor, facts: HostKnowledge): string | undefined {
  const { spot, object, root } = cursor;
  const node = follow(root, spot.node);
  if (node?.type !== 'scalar')
    return spot.node.type === 'alias' ? `Stands for the value at anchor \`&${spot.node.name}\`.` : undefined;
  const text = scalarValue(node);
  const shape = shapeOf(spot.path);
  const names = namesOf(folder);
  const place = object.kind && namePlace(object.kind, shape);
  if (place) {
    const about = describeName(place.kind, text, object, names);
    const role = place.kind === 'Role' ? names.object('Role', text) : undefined;
    if (about) return joined([about, role && describeAllowed(folder, role, facts)]);
    if (!place.declares) return `There is no ${place.kind === 'service' ? 'service' : place.kind} \`${text}\` here.`;
  }
  const part = partOf(cursor, spot.path);
  if (!part || spot.path.length === 0) return undefined;
  if (shape === 'kind' && object.kind) return joined([`**${object.kind}**`, partOf(cursor, [])?.description]);
  const about = aboutValue(part, text);
  const key = spot.path.findLast((step) => typeof step === 'string');
  const number = inNumbers(part, text);
  const formula = object.kind && formulaOf(object.kind, shape);
  return joined([
    `**${key}**: \`${text}\`${number === undefined ? '' : ` (${number})`}`,
    about,
    describePart(part),
    formula,
  ]);
}

function hoverExpression(
  folder: FolderView,
  { object, source, offset }: Cursor,
  cel: CelCursor,
  facts: HostKnowledge,
): Hover | undefined {
  const { root } = parseExpression(cel.text);
  const path = pathTo(root, cel.offset);
  const found = describeNode(folder, object, path);
  const value = describeValue(folder, object, cel.text, cel.place.result, cel.place.perService, facts);
  // Between words it is about the whole.
  const span = found && fileSpan(source, cel, ...found.span);
  const on = span !== undefined && span[0] <= offset && offset <= span[1];
  const markdown = joined([on ? found?.markdown : undefined, value]);
  if (markdown === undefined) return undefined;
  return { range: rangeOf(source, ...(on ? span : ([cel.scalar.start, cel.scalar.end] as const))), markdown };
}

interface NodeWords {
  readonly markdown: string;
  readonly span: readonly [number, number];
}

function describeNode(
  folder: FolderView,
  object: Cursor['object'],
  path: ReturnType<typeof pathTo>,
): NodeWords | undefined {
  const names = namesOf(folder);
  const parents = path.slice(0, -1);
  const [node] = path.slice(-1);
  switch (node.op) {
    case 'name': {
      const span = [node.start, node.end] as const;
      if (node.variable)
        return {
          span,
          markdown: `**${node.name}**: ${node.type === 'service' ? 'each service' : `each ${node.type}`} that the macro goes over.`,
        };
      return Object.hasOwn(ROOTS, node.name)
        ? { span, markdown: describeRoot(node.name as keyof typeof ROOTS) }
        : undefined;
    }
    case 'member': {
      const span = [node.nameStart, node.nameEnd] as const;
      const { name, of } = node;
      if (of.type === 'settings') return { span, markdown: describeSetting(name, object, names) };
      if (of.type === 'service' && isServiceField(name))
        return { span, markdown: describeField('service', name, SERVICE_VOCABULARY[name]) };
      if (of.type === 'cluster' && isClusterField(name))
        return { span, markdown: describeField('cluster', name, CLUSTER_VOCABULARY[name]) };
      return undefined;
    }
    case 'call': {
      const info = FUNCTIONS.find(({ name }) => name === node.name);
      const over =
        node.of && elementOf(node.of.type) !== 'unknown' ? `\n\nCalled on a list of ${elementOf(node.of.type)}s.` : '';
      return info && { span: [node.nameStart, node.nameEnd], markdown: describeFunction(info) + over };
    }
    case 'string': {
      const field = comparedWith(node, parents);
      const span = [node.start, node.end] as const;
      if (field === 'name')
        return {
          span,
          markdown: describeName('service', node.value, object, names) ?? `There is no service \`${node.value}\` here.`,
        };
      if (field === 'priority')
        return { span, markdown: describeField('service', 'priority', SERVICE_VOCABULARY.priority) };
      return undefined;
    }
    default:
      return undefined;
  }
}

function joined(sections: readonly (string | undefined)[]): string | undefined {
  const said = sections.filter((section) => section !== undefined && section !== '');
  return said.length === 0 ? undefined : said.join('\n\n');
}
