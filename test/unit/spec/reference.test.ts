import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEM_CODES } from '../../../src/language/diagnostics/diagnostic-codes.ts';
import { KINDS } from '../../../src/spec/schema/validators.ts';
import { SPEC_DOCUMENT, withTables } from '../../docs/spec-reference.ts';
import { inFull, load } from './samples.ts';

const document = readFileSync(SPEC_DOCUMENT, 'utf8');

describe(SPEC_DOCUMENT, () => {
  it('docs/spec.md has the tables of the code (node test/docs/write-spec-reference.ts writes them)', () => {
    assert.equal(withTables(document), document);
  });

  it('docs/spec.md has a table for every kind, for the vocabulary and for the problem codes', () => {
    const names = [
      ...KINDS.map((kind) => kind.toLowerCase()),
      'variables',
      'service-fields',
      'functions',
      'problem-codes',
    ];
    for (const name of names) assert.ok(document.includes(`<!-- ${name} -->`), name);
  });

  it('docs/spec.md lists only problem codes that some source file reports', () => {
    const sources = ['src/spec', 'src/language/diagnostics']
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((path) => path.endsWith('.ts') && !/(?:problem|diagnostic)-codes\.ts$/.test(path))
          .map((path) => readFileSync(join(folder, path), 'utf8')),
      )
      .join('\n');
    for (const code of Object.keys(PROBLEM_CODES)) assert.ok(sources.includes(`'${code}'`), code);
  });

  it('docs/spec.md gives only examples without problems', () => {
    const examples = [...document.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text);
    assert.ok(examples.length > 0);
    assert.equal(inFull(load(examples.join('---\n'))), '');
  });
});
