/** Turns a number or a window of a rule into a setting of the role. */
import type { Position } from '../../spec/problem.ts';
import { parseExpression } from '../../spec/cel/parse.ts';
import { operandSpan, pathTo, type SyntaxNode } from '../../spec/cel/syntax.ts';
import { celAt, fileSpan, nodeAt } from '../cursor.ts';
import type { FolderView } from '../folder-view.ts';
import { namesOf } from '../names/folder-names.ts';
import { editOf } from '../text.ts';
import type { CodeAction } from './action.ts';
import { newSetting } from './create-missing.ts';

export function literalToSetting(folder: FolderView, path: string, position: Position): CodeAction[] {
  const cursor = nodeAt(folder, path, position);
  const cel = cursor && celAt(cursor);
  if (!cel || cursor.object.kind !== 'Role') return [];
  const nodes = pathTo(parseExpression(cel.text).root, cel.offset);
  const parents = nodes.slice(0, -1);
  const [literal] = nodes.slice(-1);
  const value = valueOf(literal, parents);
  if (value === undefined) return [];
  const names = namesOf(folder);
  const taken = new Set(names.candidates('setting', cursor.object).map(({ name }) => name));
  const name = free(nameFor(literal, parents), taken);
  const setting = newSetting(cursor.object, name, value);
  if (!setting) return [];
  const [from, to] = fileSpan(cursor.source, cel, literal.start, literal.end);
  const use = editOf(cursor.source, from, to, `settings.${name}`);
  const edits = [{ file: path, edits: [...setting.edits, use] }];
  return [{ title: `Convert ${value} into the setting ${name}`, kind: 'refactor.extract', edits }];
}

function valueOf(node: SyntaxNode, parents: readonly SyntaxNode[]): string | undefined {
  if (node.op === 'number') return /^[0-9]+(?:\.[0-9]+)?$/.test(node.text) ? node.text : undefined;
  const window =
    node.op === 'string' && isWindow(node, parents) && /^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d))+$/.test(node.value);
  return window ? node.value : undefined;
}

function isWindow(node: SyntaxNode, parents: readonly SyntaxNode[]): boolean {
  const call = parents.at(-1);
  return call?.op === 'call' && !call.of && call.args.length === 2 && call.args[1] === node;
}

/** After what it is compared with: `service.pending > 5` -> pending. */
function nameFor(node: SyntaxNode, parents: readonly SyntaxNode[]): string {
  if (isWindow(node, parents)) return 'window';
  for (const parent of parents.toReversed()) {
    if (parent.op !== 'binary') continue;
    const other =
      operandSpan(parent.left).start <= node.start && node.end <= operandSpan(parent.left).end
        ? parent.right
        : parent.left;
    const field =
      other.op === 'member' ? other : other.op === 'call' && other.args[0]?.op === 'member' ? other.args[0] : undefined;
    if (field && field.of.type !== 'settings') return other.op === 'call' ? `${field.name}Change` : field.name;
  }
  return 'threshold';
}

function free(wish: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? wish : `${wish}${count}`;
    if (!taken.has(name)) return name;
  }
}
