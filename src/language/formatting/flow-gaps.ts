/** Blanks inside of brackets: `{ a: 1, b: [2, 3] }`. */
import type { ListNode, MapNode, TreeNode } from '../../spec/text/outline/tree.ts';

export interface OffsetEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Piece {
  readonly start: number;
  readonly end: number;
  /** A bracket, comma or colon; 'word' for all else. */
  readonly mark: string;
}

/** Gaps that stand on one line; line breaks and comments are kept. */
export function flowGaps(text: string, node: MapNode | ListNode): OffsetEdit[] {
  const pieces = piecesOf(text, node);
  const edits: OffsetEdit[] = [];
  for (let i = 1; i < pieces.length; i++) {
    const [before, after] = [pieces[i - 1], pieces[i]];
    const gap = text.slice(before.end, after.start);
    if (!/^[ \t]*$/.test(gap)) continue;
    const blanks = blanksBetween(text, before, after);
    if (blanks !== undefined && blanks !== gap) edits.push({ start: before.end, end: after.start, text: blanks });
  }
  return edits;
}

function blanksBetween(text: string, before: Piece, after: Piece): string | undefined {
  if (before.mark === '{') return after.mark === '}' ? '' : ' ';
  if (after.mark === '}') return ' ';
  if (before.mark === '[' || after.mark === ']') return '';
  if (after.mark === ',') return '';
  // An alias needs a blank before its colon, which would be a part of its name.
  if (after.mark === ':') return text[before.start] === '*' ? ' ' : '';
  if (before.mark === ',' || before.mark === ':') return ' ';
  return before.mark === 'word' && after.mark !== ':' ? ' ' : undefined;
}

function piecesOf(text: string, node: MapNode | ListNode): Piece[] {
  const words = wordsIn(node).sort((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  let word = 0;
  for (let i = node.start; i < node.end; i++) {
    while (word < words.length && words[word].start < i) word++;
    if (word < words.length && words[word].start === i && words[word].end > i) {
      pieces.push({ ...words[word], mark: 'word' });
      i = words[word].end - 1;
    } else if (text[i] === '#' && /\s/.test(text[i - 1])) {
      const newline = text.indexOf('\n', i);
      const end = newline < 0 ? node.end : newline;
      // Before a comment the blanks are those of the author.
      pieces.push({ start: i, end, mark: '#' });
      i = end - 1;
    } else if (/[{}[\],:]/.test(text[i])) pieces.push({ start: i, end: i + 1, mark: text[i] });
  }
  return pieces;
}

function wordsIn(node: TreeNode): { readonly start: number; readonly end: number }[] {
  const anchor = node.anchor ? [{ start: node.anchor.start - 1, end: node.anchor.end }] : [];
  if (node.type === 'scalar' || node.type === 'alias') return [...anchor, { start: node.start, end: node.end }];
  const children =
    node.type === 'map'
      ? node.entries.flatMap(({ key, value }) => (value ? [key, value] : [key]))
      : node.items.flatMap(({ value }) => value ?? []);
  return [...anchor, ...children.flatMap(wordsIn)];
}
