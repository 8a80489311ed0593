/** Completion in expressions: variables, fields with their types and units, settings, functions, texts and operators. */
import { inComment } from '../../spec/cel/lex.ts';
import { parseExpression } from '../../spec/cel/parse.ts';
import { elementOf, pathTo, walk, type CallNode, type SyntaxNode, type SyntaxType } from '../../spec/cel/syntax.ts';
import {
  isMacro,
  CLUSTER_VOCABULARY,
  FUNCTIONS,
  PRIORITIES,
  ROOTS,
  SERVICE_VOCABULARY,
  type FieldVocabulary,
  type FunctionVocabulary,
} from '../../spec/cel/vocabulary.ts';
import type { CelCursor } from '../cursor.ts';
import { comparedWith, type DeclaredObject } from '../names/file-names.ts';
import { settingsOf, type FolderNames } from '../names/folder-names.ts';
import { describeField, describeFunction, describeRoot } from '../descriptions/expressions.ts';
import { describeName, describeSetting, settingText } from '../descriptions/objects.ts';
import type { Offer } from './completion.ts';

export interface CelOffers {
  readonly offers: readonly Offer[];
  /** What they replace, offsets in the expression. */
  readonly start: number;
  readonly end: number;
}

export function expressionOffers(
  { text, offset, place }: CelCursor,
  object: DeclaredObject,
  names: FolderNames,
): CelOffers {
  const { root, tokens, comments, variables } = parseExpression(text);
  if (inComment(comments, offset)) return { offers: [], start: offset, end: offset };
  const token = tokens.find(({ start, end }) => start < offset && offset <= end);
  const path = pathTo(root, offset);

  if (token?.type === 'string' && (offset < token.end || !token.closed)) {
    return { offers: textOffers(root, token.start, object, names), ...token.content };
  }
  if (token?.type === 'number') return { offers: [], start: offset, end: offset };

  const word = token?.type === 'name' ? token : undefined;
  const span = { start: word?.start ?? offset, end: word?.end ?? offset };
  const before = tokens.findLast(({ end }) => end <= span.start);
  const call = path.findLast(
    (node): node is CallNode => node.op === 'call' && node.open < span.start && offset <= node.close,
  );
  const argument = call ? call.commas.filter((comma) => comma < span.start).length : 0;
  const history = call && !call.of && (call.name === 'change' || call.name === 'mean') ? call : undefined;

  if (before?.text === '.') {
    const member = findMember(root, span.start);
    return {
      ...span,
      offers: member ? memberOffers(member.of.type, object, names, history !== undefined && argument === 0) : [],
    };
  }
  // The first argument of a macro is a name of one's own.
  if (call?.of && isMacro(call.name) && argument === 0) {
    const element = elementOf(call.of.type);
    const known = element === 'service' ? 's' : 'x';
    return {
      ...span,
      offers: [
        {
          label: known,
          kind: 'variable',
          detail: `each ${element}`,
          text: `${known}, `,
          snippet: false,
          retrigger: true,
        },
      ],
    };
  }
  if (history && argument === 1) return { ...span, offers: windowOffers(object, names) };
  if (endsOperand(before) && !word) return { ...span, offers: operatorOffers() };

  const inScope = variables.filter(({ start, end }) => start <= span.start && offset <= end).reverse();
  const offers: Offer[] = inScope.map(({ name, type }) => ({
    label: name,
    kind: 'variable',
    detail: type,
    documentation: `The ${type === 'unknown' ? 'element' : type} that the macro goes over.`,
    text: name,
    snippet: false,
  }));
  for (const name of Object.keys(ROOTS) as (keyof typeof ROOTS)[]) {
    if ((name === 'service' || name === 'settings') && !place.perService) continue;
    if (history && name === 'settings') continue;
    offers.push({
      label: name,
      kind: 'variable',
      detail: ROOT_TYPES[name],
      documentation: describeRoot(name),
      text: name,
      snippet: false,
    });
  }
  if (history) return { ...span, offers };
  for (const each of FUNCTIONS) if (each.kind === 'function') offers.push(functionOffer(each));
  for (const value of ['true', 'false'])
    offers.push({ label: value, kind: 'value', detail: 'bool', text: value, snippet: false });
  // Fields by their own name: people type what they mean before what it belongs to.
  if (place.perService)
    for (const [name, field] of Object.entries(SERVICE_VOCABULARY))
      offers.push(fieldOffer('service', name, field, `service.${name}`));
  for (const [name, field] of Object.entries(CLUSTER_VOCABULARY))
    offers.push(fieldOffer('cluster', name, field, `cluster.${name}`));
  return { ...span, offers };
}

const ROOT_TYPES: Readonly<Record<keyof typeof ROOTS, string>> = {
  service: 'service',
  services: 'list of services',
  cluster: 'cluster',
  settings: 'settings of the role',
};

function findMember(
  root: SyntaxNode,
  nameStart: number,
): (Extract<SyntaxNode, { of?: SyntaxNode }> & { of: SyntaxNode }) | undefined {
  let found: (Extract<SyntaxNode, { of?: SyntaxNode }> & { of: SyntaxNode }) | undefined;
  walk(root, (node) => {
    if ((node.op !== 'member' && node.op !== 'call') || !node.of) return;
    // Without a name, the member stands right after its dot; blanks may follow.
    if (node.nameStart === nameStart || (node.name === '' && node.nameStart <= nameStart)) found = node as typeof found;
  });
  return found;
}

function memberOffers(type: SyntaxType, object: DeclaredObject, names: FolderNames, historyOnly: boolean): Offer[] {
  const fields = (of: string, vocabulary: Readonly<Record<string, FieldVocabulary>>): Offer[] =>
    Object.entries(vocabulary)
      .filter(([, { changes }]) => changes || !historyOnly)
      .map(([name, field]) => fieldOffer(of, name, field, name));
  if (type === 'service') return fields('service', SERVICE_VOCABULARY);
  if (type === 'cluster') return fields('cluster', CLUSTER_VOCABULARY);
  if (type === 'settings') return settingOffers(object, names, '');
  if (!type.startsWith('list<')) return [];
  const element = elementOf(type);
  const fit = FUNCTIONS.filter(
    ({ kind, name }) =>
      kind === 'macro' || name === 'size' || (kind === 'method' && (element === 'number' || element === 'unknown')),
  );
  return fit.map(functionOffer);
}

function fieldOffer(of: string, name: string, field: FieldVocabulary, text: string): Offer {
  const detail = field.unit === '' ? field.type : field.unit;
  return { label: text, kind: 'field', detail, documentation: describeField(of, name, field), text, snippet: false };
}

export function settingOffers(object: DeclaredObject, names: FolderNames, prefix: string): Offer[] {
  const roles = [object, ...names.ancestors(object)];
  return roles.flatMap((role) =>
    settingsOf(role).map((name): Offer => ({
      label: `${prefix}${name}`,
      kind: 'setting',
      detail: `${settingText(role, name) ?? ''}${role === object ? '' : ` from ${role.name ?? '(no name)'}`}`,
      documentation: describeSetting(name, object, names),
      text: `${prefix}${name}`,
      snippet: false,
    })),
  );
}

const CALLS: Readonly<Record<string, string>> = {
  change: "change(${1:service.received}, ${2:'1m'})",
  mean: "mean(${1:cluster.latency}, ${2:'2m'})",
  map: 'map(${1:s}, $2)',
  filter: 'filter(${1:s}, $2)',
  all: 'all(${1:s}, $2)',
  exists: 'exists(${1:s}, $2)',
  exists_one: 'exists_one(${1:s}, $2)',
};

function functionOffer(info: FunctionVocabulary): Offer {
  const text = Object.hasOwn(CALLS, info.name) ? CALLS[info.name] : `${info.name}()`;
  return {
    label: info.name,
    kind: 'function',
    detail: info.signature,
    documentation: describeFunction(info),
    text,
    snippet: text.includes('$'),
  };
}

function windowOffers(object: DeclaredObject, names: FolderNames): Offer[] {
  const durations = ["'30s'", "'1m'", "'2m'", "'5m'", "'10m'"];
  return [
    ...settingOffers(object, names, 'settings.'),
    ...durations.map((text): Offer => ({
      label: text,
      kind: 'unit',
      detail: 'window',
      documentation: 'How far back to look; rounded to decision intervals, at least one.',
      text,
      snippet: false,
    })),
  ];
}

function textOffers(root: SyntaxNode, start: number, object: DeclaredObject, names: FolderNames): Offer[] {
  let field: string | undefined;
  let window = false;
  walk(root, (node, parents) => {
    if (node.op !== 'string' || node.start !== start) return;
    field = comparedWith(node, parents);
    const parent = parents.at(-1);
    window = parent?.op === 'call' && (parent.name === 'change' || parent.name === 'mean') && parent.args[0] !== node;
  });
  if (window)
    return ['30s', '1m', '2m', '5m', '10m'].map((text) => ({
      label: text,
      kind: 'unit',
      detail: 'window',
      text,
      snippet: false,
    }));
  if (field === 'priority')
    return PRIORITIES.map((text) => ({ label: text, kind: 'value', detail: 'priority', text, snippet: false }));
  if (field !== 'name') return [];
  return names.candidates('service', object).map(({ name, declared }) => ({
    label: name,
    kind: 'reference',
    detail: `service of ${declared.name ?? '(no name)'}`,
    documentation: describeName('service', name, object, names) ?? '',
    text: name,
    snippet: false,
  }));
}

const OPERATORS: readonly (readonly [string, string])[] = [
  ['&&', 'both are true'],
  ['||', 'one of them is true'],
  ['>', 'more than'],
  ['>=', 'at least'],
  ['<', 'less than'],
  ['<=', 'at most'],
  ['==', 'equal'],
  ['!=', 'different'],
  ['in', 'is one of a list'],
  ['+', 'sum'],
  ['-', 'difference'],
  ['*', 'product'],
  ['/', 'quotient'],
  ['%', 'rest of a division'],
];

const operatorOffers = (): Offer[] =>
  OPERATORS.map(([label, detail]) => ({
    label,
    kind: 'operator',
    detail,
    text: `${label} `,
    snippet: false,
    retrigger: true,
  }));

function endsOperand(token: { readonly type: string; readonly text: string } | undefined): boolean {
  if (!token) return false;
  if (token.type === 'operator') return token.text === ')' || token.text === ']';
  return token.text !== 'in';
}
