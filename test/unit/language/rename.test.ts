import assert from 'node:assert/strict';
import { prepareRename, rename } from '../../../src/language/rename.ts';
import { offsetAt } from '../../../src/language/text.ts';
import { applyAll, marked, readCases, viewOf, type Case } from './cases.ts';

interface RenameCase extends Case {
  readonly to: string;
  /** What is renamed; left out if that is refused from the start. */
  readonly from?: string;
  /** Edits of each file. */
  readonly edits?: Readonly<Record<string, number>>;
  /** A part of the file with the mark after the rename. */
  readonly gives?: string;
  /** A part of the reason for the refusal. */
  readonly refused?: string;
}

describe('rename', () => {
  const cases = readCases<RenameCase>('rename');

  it('At least 25 cases test rename', () => assert.ok(cases.length >= 25));

  for (const each of cases) {
    it(`Rename edits or refuses as expected in the case "${each.name}"`, () => {
      const { folder, files, file, position, source } = marked(each);
      const prepared = prepareRename(folder, file, position);
      if (each.from === undefined) {
        assert.ok('refused' in prepared, 'there is nothing to rename');
        return assert.ok(prepared.refused.includes(each.refused!), prepared.refused);
      }
      assert.ok(!('refused' in prepared), 'refused' in prepared ? prepared.refused : '');
      assert.equal(prepared.name, each.from);
      const { start, end } = prepared.range;
      assert.equal(source.text.slice(offsetAt(source, start), offsetAt(source, end)), each.from);

      const result = rename(folder, file, position, each.to);
      if (each.refused !== undefined) {
        assert.ok('refused' in result, 'it is refused');
        return assert.ok(result.refused.includes(each.refused), result.refused);
      }
      assert.ok(!('refused' in result), 'refused' in result ? result.refused : '');
      const counts = Object.fromEntries(result.map((one) => [one.file, one.edits.length]));
      assert.deepEqual(counts, each.edits);
      const after = viewOf(applyAll(files, result));
      const codes = (problems: typeof after.problems): string[] =>
        problems.map(({ code, file: path }) => `${path} ${code}`);
      assert.deepEqual(codes(after.problems), codes(folder.problems), 'no other problem');
      return assert.ok(after.source(file)!.text.includes(each.gives!), after.source(file)!.text);
    });
  }
});
