import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import type { Problem } from '../../../src/spec/problem.ts';

interface Expected {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  /** A part of the message. */
  readonly message: string;
  /** What the fix writes. */
  readonly fix?: string;
}

const ROOT = 'test/data/broken-specs';

function check(problems: readonly Problem[], expected: readonly Expected[]): void {
  const found = problems.map(({ file, range, code, message, fix }, index) => ({
    file,
    line: range.start.line,
    column: range.start.column,
    code,
    message: message.includes(expected[index]?.message) ? expected[index].message : message,
    ...(expected[index]?.fix === undefined ? {} : { fix: fix?.edits[0].text }),
  }));
  assert.deepEqual(found, expected);
  for (const { message } of problems) assert.match(message, /^[A-Za-z'>].*[.?]$/s, 'a sentence');
}

describe('broken specifications', () => {
  const cases = readdirSync(ROOT).sort();

  it('At least 60 broken specifications are tested', () => assert.ok(cases.length >= 60));

  for (const name of cases) {
    it(`The broken specification ${name} has exactly the expected problems`, async () => {
      const expected = JSON.parse(readFileSync(join(ROOT, name, 'expected.json'), 'utf8')) as Expected[];
      assert.ok(expected.length > 0);
      check((await readSpecFolder(join(ROOT, name))).problems, expected);
    });
  }

  describe('too large for the repository', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'karma-broken-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const write = (content: string | Uint8Array): void => writeFileSync(join(folder, 'big.karma.yaml'), content);
    const at = (line: number, column: number, code: string, message: string): Expected => ({
      file: 'big.karma.yaml',
      line,
      column,
      code,
      message,
    });

    it('A file of 10 MB is reported as too large', async () => {
      write('a: b\n'.repeat(2_000_000));
      check((await readSpecFolder(folder)).problems, [at(1, 1, 'file-too-large', 'larger than 1 MiB')]);
    });

    it('A binary file is reported as not text', async () => {
      write(Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256));
      check((await readSpecFolder(folder)).problems, [at(1, 1, 'file-not-text', 'not UTF-8')]);
    });

    it('A file in UTF-16 is reported with the advice to save it as UTF-8', async () => {
      write(Buffer.from('kind: Role\n', 'utf16le'));
      check((await readSpecFolder(folder)).problems, [at(1, 2, 'file-not-text', 'Save it as UTF-8')]);
    });

    it('A NUL character in a text is reported at its place', async () => {
      write('kind: Role\nmeta\0data: {}\n');
      check((await readSpecFolder(folder)).problems, [at(2, 5, 'file-not-text', 'Save it as UTF-8')]);
    });
  });
});
