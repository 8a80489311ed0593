/**
 * Pieces of a file that are parsed apart, so that a change costs what its piece costs. A piece begins with a line `---`,
 * which starts a document wherever it stands (YAML 1.2, 9.1.2), so that nothing before it changes what it means; but a directive
 * (a line that begins with %) does, and files that have one stay whole.
 */
import { isCollection, isPair, type Document, type Node, type Pair } from 'yaml';
import type { Problem, Range } from '../problem.ts';

/** Offsets at which pieces begin; the first is 0. */
export function pieceStarts(text: string): number[] {
  if (text.startsWith('%') || text.includes('\n%')) return [0];
  const starts = [0];
  for (const match of text.matchAll(/\n---(?=[ \t\r\n]|$)/g)) starts.push(match.index + 1);
  // A comment above the first `---` belongs to its document.
  if (starts.length > 1 && /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*$/.test(text.slice(0, starts[1]))) starts.splice(1, 1);
  return starts;
}

/** Moves all offsets of a parsed document, in place. */
export function moveDocument(document: Document.Parsed, by: number): void {
  if (by === 0) return;
  document.range = moved(document.range, by);
  for (const { pos } of [...document.errors, ...document.warnings]) {
    pos[0] += by;
    pos[1] += by;
  }
  const open: (Node | Pair | null)[] = [document.contents];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node === null) continue;
    if (isPair(node)) open.push(node.key as Node | null, node.value as Node | null);
    else {
      if (node.range) node.range = moved(node.range, by);
      if (isCollection(node)) for (const item of node.items as (Node | Pair | null)[]) open.push(item);
    }
  }
}

const moved = ([start, valueEnd, end]: readonly number[], by: number): [number, number, number] => [
  start + by,
  valueEnd + by,
  end + by,
];

/** The same problem so many lines further down. */
export function moveProblem(problem: Problem, lines: number): Problem {
  if (lines === 0) return problem;
  const { file, range, fix, related } = problem;
  return {
    ...problem,
    range: moveRange(range, lines),
    ...(fix && {
      fix: { ...fix, edits: fix.edits.map((edit) => ({ ...edit, range: moveRange(edit.range, lines) })) },
    }),
    ...(related && {
      related: related.map((place) =>
        place.file === file ? { ...place, range: moveRange(place.range, lines) } : place,
      ),
    }),
  };
}

const moveRange = ({ start, end }: Range, lines: number): Range => ({
  start: { line: start.line + lines, column: start.column },
  end: { line: end.line + lines, column: end.column },
});
