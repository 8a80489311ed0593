import assert from 'node:assert/strict';
import { formatProblem, type Problem } from '../../../../src/spec/problem.ts';
import { PROBLEM_CODES, type ProblemCode } from '../../../../src/language/diagnostics/diagnostic-codes.ts';
import { examples, problemsOf, WITHOUT_TEXT, withFix } from '../../../docs/problem-examples.ts';

const CODES = (Object.keys(PROBLEM_CODES) as ProblemCode[]).filter((code) => !WITHOUT_TEXT.includes(code));

describe('every problem code', () => {
  const all = examples();

  it('Every problem code has an example, and every example a code', () => {
    assert.deepEqual(
      CODES.filter((code) => !all.has(code)),
      [],
    );
    for (const code of all.keys()) assert.ok(Object.hasOwn(PROBLEM_CODES, code), code);
  });

  for (const code of CODES)
    it(`The example of ${code} has this problem and no other`, () => {
      const problems = problemsOf(all.get(code)!);
      assert.deepEqual(problems.filter((problem) => problem.code !== code).map(formatProblem), [], all.get(code)!.from);
      assert.ok(problems.length > 0, 'no problem at all');
      for (const problem of problems) {
        assert.match(problem.message, /^[A-Za-z'>].*[.?]$/s, 'a sentence');
        assert.equal(problem.severity, PROBLEM_CODES[code].severity);
      }
    });
});

/** A problem without its place, because fixes move the text. */
const identity = ({ code, message }: Problem): string => `${code}: ${message}`;

describe('every quick fix', () => {
  const fixable = [...examples().values()].flatMap((example) =>
    problemsOf(example).flatMap((problem) => (problem.fix ? [{ example, problem, fix: problem.fix }] : [])),
  );

  it('Quick fixes are offered for at least 30 codes', () =>
    assert.ok(new Set(fixable.map(({ example }) => example.code)).size >= 30));

  for (const { example, problem, fix } of fixable)
    it(`The quick fix "${fix.title}" of ${problem.code} removes the problem and adds none`, () => {
      const before = problemsOf(example).map(identity);
      const changed = withFix(example.files, problem.file, fix);
      const after = problemsOf(example, changed);
      const left = [...before];
      left.splice(left.indexOf(identity(problem)), 1);
      const added = after.filter((found) => {
        const at = left.indexOf(identity(found));
        if (at >= 0) left.splice(at, 1);
        return at < 0;
      });
      assert.deepEqual(added.map(formatProblem), [], changed.map(({ text }) => String(text)).join('\n'));
    });
});

describe('related places', () => {
  it('Related places lie in files of the folder and say something', () => {
    let count = 0;
    for (const example of examples().values())
      for (const { related } of problemsOf(example))
        for (const place of related ?? []) {
          count++;
          const file = example.files.find(({ path }) => path === place.file);
          assert.ok(file, place.file);
          assert.ok(place.range.start.line <= String(file.text).split('\n').length);
          assert.match(place.message, /^[A-Z].*\.$/);
        }
    assert.ok(count >= 8, `only ${count}`);
  });
});
