/**
 * Sections of a file that are parsed separately, so that a change costs what its section costs. A section begins with a line `---`, which
 * starts a document wherever it stands (YAML 1.2, 9.1.2), so that nothing before it changes its meaning. A directive (a line that
 * begins with %) would, so a file that has one is a single section.
 */
import { isCollection, isNode, isPair, type Document } from 'yaml';
import type { Problem, Range } from '../problem.ts';

/** The offsets at which sections begin; the first is 0. */
export function sectionStarts(text: string): number[] {
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
  move(document.range, by);
  for (const { pos } of document.errors) move(pos, by);
  for (const { pos } of document.warnings) move(pos, by);
  moveNode(document.contents, by);
}

function moveNode(node: unknown, by: number): void {
  if (isPair(node)) {
    moveNode(node.key, by);
    moveNode(node.value, by);
  } else if (isNode(node)) {
    // Every node has a range of its own.
    if (node.range) move(node.range, by);
    if (isCollection(node)) for (const item of node.items) moveNode(item, by);
  }
}

function move(offsets: number[], by: number): void {
  for (let i = 0; i < offsets.length; i++) offsets[i] += by;
}

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
