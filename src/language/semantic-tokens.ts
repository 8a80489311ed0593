/** Semantic tokens: what the grammar cannot know, because it needs the schema or the types of expressions. */
import type { Token } from '../spec/cel/lex.ts';
import { parseExpression } from '../spec/cel/parse.ts';
import { walk, type SyntaxNode } from '../spec/cel/syntax.ts';
import { objectsOf, type NameUse } from './names/file-names.ts';
import { expressionPlace, shapeOf } from './names/places.ts';
import type { FolderView } from './folder-view.ts';
import { scalarText, scalarValue } from '../spec/text/outline/lookup.ts';
import type { ScalarNode, TreeNode } from '../spec/text/outline/tree.ts';

/** Names of LSP, so that every theme has colors for them. */
export const TOKEN_TYPES = [
  'type',
  'class',
  'variable',
  'property',
  'parameter',
  'function',
  'method',
  'number',
  'string',
  'keyword',
  'operator',
  'label',
  'comment',
] as const;
export const TOKEN_MODIFIERS = ['declaration', 'readonly', 'defaultLibrary'] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];
export type TokenModifier = (typeof TOKEN_MODIFIERS)[number];

/** On one line; offsets in the file. */
export interface SemanticToken {
  readonly start: number;
  readonly end: number;
  readonly type: TokenType;
  readonly modifiers: readonly TokenModifier[];
}

/** The tokens of a file, or of those of its objects that touch the part between two offsets; in order, none in another. */
export function semanticTokens(folder: FolderView, path: string, from = 0, to = Infinity): readonly SemanticToken[] {
  const source = folder.source(path);
  if (!source) return [];
  const tokens: SemanticToken[] = [];
  for (const { document, kind, names } of objectsOf(source)) {
    if (document.end < from || document.start > to || !document.root) continue;
    const found = [...names.map(tokenOfName)];
    const visit = (node: TreeNode, path: readonly (string | number)[]): void => {
      if (node.type === 'map') {
        for (const { key, colon, value } of node.entries) {
          if (colon >= 0 && value) visit(value, [...path, scalarValue(key)]);
        }
      } else if (node.type === 'list') {
        node.items.forEach(({ value }, index) => value && visit(value, [...path, index]));
      } else if (node.type === 'scalar') {
        if (path.length === 1 && path[0] === 'kind' && kind)
          found.push(token(node.start, node.end, 'type', 'defaultLibrary'));
        if (expressionPlace(kind, shapeOf(path))) expressionTokens(node, found);
      }
    };
    visit(document.root, []);
    tokens.push(...inOrder(source.text, found));
  }
  return tokens.filter(({ start, end }) => end > from && start < to);
}

const token = (start: number, end: number, type: TokenType, ...modifiers: readonly TokenModifier[]): SemanticToken => ({
  start,
  end,
  type,
  modifiers,
});

const PARTS: ReadonlySet<NameUse['kind']> = new Set(['service', 'agent', 'group', 'goal']);

function tokenOfName({ kind, declares, start, end }: NameUse): SemanticToken {
  const type = kind === 'anchor' ? 'label' : kind === 'setting' ? 'property' : PARTS.has(kind) ? 'variable' : 'class';
  return token(start, end, type, ...(declares ? (['declaration'] as const) : []));
}

/** Tokens of an expression; a name of a setting or a service in it is among the names already. */
function expressionTokens(node: ScalarNode, into: SemanticToken[]): void {
  const { text, offsets } = scalarText(node);
  const { root, tokens, variables, comments } = parseExpression(text);
  const named = new Map<number, readonly [TokenType, ...TokenModifier[]]>();
  for (const { nameStart } of variables) named.set(nameStart, ['parameter', 'declaration']);
  walk(root, (here) => {
    const what = meaning(here);
    if (what) named.set('nameStart' in here ? here.nameStart : here.start, what);
  });
  for (const { type, text: written, start, end } of tokens) {
    const [from, to] = [offsets[start], offsets[end - 1] + 1];
    const [kind, ...modifiers] =
      type === 'name' ? (named.get(start) ?? wordOf(written)) : ([tokenType(type, written)] as const);
    if (kind) into.push(token(from, to, kind, ...modifiers));
  }
  for (const { start, end } of comments) into.push(token(offsets[start], offsets[end - 1] + 1, 'comment'));
}

function meaning(node: SyntaxNode): readonly [TokenType, ...TokenModifier[]] | undefined {
  switch (node.op) {
    case 'name':
      return node.variable
        ? ['parameter']
        : node.type === 'unknown'
          ? undefined
          : ['variable', 'readonly', 'defaultLibrary'];
    case 'member':
      return ['property', 'readonly'];
    case 'call':
      return [node.of ? 'method' : 'function', 'defaultLibrary'];
    default:
      return undefined;
  }
}

const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null', 'in']);
const wordOf = (word: string): readonly [TokenType | undefined] => [WORDS.has(word) ? 'keyword' : undefined];

function tokenType(type: Exclude<Token['type'], 'name'>, written: string): TokenType | undefined {
  if (type === 'unknown') return undefined;
  if (type !== 'operator') return type;
  return /^[.,()[\]{}]$/.test(written) ? undefined : 'operator';
}

/** In the order of the text; of tokens in one another the name of something declared, and nothing over line breaks. */
function inOrder(text: string, tokens: readonly SemanticToken[]): SemanticToken[] {
  const kept: SemanticToken[] = [];
  const rank = ({ type }: SemanticToken): number => (type === 'string' ? 1 : 0);
  const sorted = tokens.filter(({ start, end }) => end > start && !text.slice(start, end).includes('\n'));
  // Stable: names come first, before the tokens of the expression that they stand in.
  for (const each of sorted.sort((a, b) => rank(a) - rank(b))) {
    if (rank(each) === 0) kept.push(each);
    else kept.push(...around(each, kept));
  }
  kept.sort((a, b) => a.start - b.start || a.end - b.end);
  return kept.filter((each, i) => i === 0 || each.start >= kept[i - 1].end);
}

/** The parts of a text in quotes that no name in it covers. */
function around(string: SemanticToken, names: readonly SemanticToken[]): SemanticToken[] {
  const name = names.find(({ start, end }) => string.start <= start && end <= string.end);
  if (!name) return [string];
  return [
    { ...string, end: name.start },
    { ...string, start: name.end },
  ].filter(({ start, end }) => end > start);
}
