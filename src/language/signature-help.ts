/** Signature help: the parameters of the call around a place in an expression. */
import { inComment } from '../spec/cel/lex.ts';
import { parseExpression } from '../spec/cel/parse.ts';
import { walk, type CallNode, type SyntaxNode } from '../spec/cel/syntax.ts';
import { FUNCTIONS } from '../spec/cel/vocabulary.ts';
import type { Position } from '../spec/problem.ts';
import { celAt, typedAt } from './cursor.ts';
import type { FolderView } from './folder-view.ts';

export interface Signature {
  /** One way to call it, such as 'list.map(x, condition, value) -> list'. */
  readonly label: string;
  /** Offsets of each parameter in the label. */
  readonly parameters: readonly { readonly start: number; readonly end: number; readonly documentation: string }[];
}

export interface SignatureHelp {
  readonly signatures: readonly Signature[];
  readonly activeSignature: number;
  readonly activeParameter: number;
  /** Markdown, for all of them. */
  readonly documentation: string;
}

const PARAMETERS: Readonly<Record<string, string>> = {
  field: 'A field that changes: service.received, cluster.latency.',
  window: "How far back: '30s', a number of seconds, or a setting.",
  x: 'A name for the element, to use in what follows.',
  condition: 'True or false for each element.',
  value: 'What is taken of each element.',
  list: 'A list.',
};

export function signatureHelp(folder: FolderView, path: string, position: Position): SignatureHelp | undefined {
  const cursor = typedAt(folder, path, position);
  const cel = cursor && celAt(cursor);
  if (!cel) return undefined;
  const { root, tokens, comments } = parseExpression(cel.text);
  if (inComment(comments, cel.offset)) return undefined;
  // The call that is open at the cursor: past its parenthesis, not past the one that closes.
  const inside = (node: CallNode): boolean => {
    const closed = cel.text[node.close - 1] === ')' && node.close > node.open + 1 && closes(tokens, node.close);
    return node.open < cel.offset && (closed ? cel.offset < node.close : cel.offset <= node.close);
  };
  const calls = allCalls(root).filter(inside);
  const known = calls
    .sort((a, b) => b.open - a.open)
    .flatMap((each) => {
      const found = FUNCTIONS.find(({ name }) => name === each.name);
      return found ? [{ call: each, info: found }] : [];
    });
  if (known.length === 0) return undefined;
  const [{ call, info }] = known;
  const [, result] = info.signature.split(' -> ');
  const signatures = info.signature
    .replace(/ -> .*$/, '')
    .split(' or ')
    .map((way) => signatureOf(`${way} -> ${result}`));
  const argument = call.commas.filter((comma) => comma < cel.offset).length;
  const fitting = signatures.findIndex(
    ({ parameters }) => parameters.length > Math.max(argument, call.args.length - 1),
  );
  return {
    signatures,
    activeSignature: Math.max(0, fitting),
    activeParameter: argument,
    documentation: `${info.about}\n\nFor example: \`${info.example}\``,
  };
}

const closes = (tokens: readonly { readonly text: string; readonly end: number }[], offset: number): boolean =>
  tokens.some(({ text, end }) => text === ')' && end === offset);

function allCalls(root: SyntaxNode): CallNode[] {
  const calls: CallNode[] = [];
  walk(root, (node) => {
    if (node.op === 'call') calls.push(node);
  });
  return calls;
}

function signatureOf(label: string): Signature {
  const open = label.indexOf('(') + 1;
  const close = label.indexOf(')');
  const parameters: Signature['parameters'][number][] = [];
  let start = open;
  for (const name of close > open ? label.slice(open, close).split(', ') : []) {
    parameters.push({ start, end: start + name.length, documentation: PARAMETERS[name] ?? '' });
    start += name.length + 2;
  }
  return { label, parameters };
}
