import assert from 'node:assert/strict';
import { definition, highlights, references } from '../../../src/language/definition.ts';
import { lineEnd, lineStart, offsetAt, type Location } from '../../../src/language/text.ts';
import { marked, readCases, type Case, type Marked } from './cases.ts';

interface DefinitionCase extends Case {
  /** File and line of each declaration, with the name in angle brackets; empty if there is none. */
  readonly goes: readonly string[];
  /** How often the name occurs in each file, declarations included. */
  readonly references?: Readonly<Record<string, number>>;
  /** Highlights of the file: d for a declaration, u for a use, in their order. */
  readonly highlights?: string;
}

/** The line of a place, with the place in angle brackets. */
function shown({ folder }: Marked, { file, range }: Location): string {
  const source = folder.source(file)!;
  const [start, end] = [offsetAt(source, range.start), offsetAt(source, range.end)];
  const { text } = source;
  const line = `${text.slice(lineStart(text, start), start)}<${text.slice(start, end)}>${text.slice(end, lineEnd(text, end))}`;
  return `${file}: ${line.trim()}`;
}

describe('definition and references', () => {
  const cases = readCases<DefinitionCase>('definition');

  it('At least 25 cases test definition and references', () => assert.ok(cases.length >= 25));

  for (const each of cases) {
    it(`Definition, references and highlights are as expected in the case "${each.name}"`, () => {
      const at = marked(each);
      const { folder, file, position } = at;
      assert.deepEqual(
        definition(folder, file, position).map((found) => shown(at, found)),
        each.goes,
      );
      if (each.references) {
        const found = references(folder, file, position);
        const counts = Object.fromEntries(
          [...Map.groupBy(found, (one) => one.file)].map(([path, some]) => [path, some.length]),
        );
        assert.deepEqual(counts, each.references);
        const uses = references(folder, file, position, { declaration: false });
        const declared = definition(folder, file, position);
        assert.ok(uses.length < found.length);
        for (const use of uses)
          assert.ok(!declared.some((one) => shown(at, one) === shown(at, use)) || at.file === use.file);
      }
      if (each.highlights !== undefined) {
        const kinds = highlights(folder, file, position).map(({ kind }) => kind[0]);
        assert.equal(kinds.join(''), each.highlights);
      }
    });
  }
});
