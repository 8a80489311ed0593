import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROBLEM_CODES } from '../../../src/language/diagnostics/diagnostic-codes.ts';
import { KINDS } from '../../../src/spec/schema/validators.ts';
import { SPEC_DOCUMENT, withTables } from '../../docs/spec-reference.ts';
import { inFull, load } from './samples.ts';

const document = readFileSync(SPEC_DOCUMENT, 'utf8');

describe(SPEC_DOCUMENT, () => {
  it('has the tables of the code; if not, run: node test/docs/write-spec-reference.ts', () => {
    assert.equal(withTables(document), document);
  });

  it('has a table for every kind, the vocabulary and the codes', () => {
    const names = [
      ...KINDS.map((kind) => kind.toLowerCase()),
      'variables',
      'service-fields',
      'functions',
      'problem-codes',
    ];
    for (const name of names) assert.ok(document.includes(`<!-- ${name} -->`), name);
  });

  it('lists only codes that some source reports', () => {
    const sources = ['src/spec', 'src/language/diagnostics']
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' })
          .filter((path) => path.endsWith('.ts') && !/(?:problem|diagnostic)-codes\.ts$/.test(path))
          .map((path) => readFileSync(join(folder, path), 'utf8')),
      )
      .join('\n');
    for (const code of Object.keys(PROBLEM_CODES)) assert.ok(sources.includes(`'${code}'`), code);
  });

  it('gives examples without problems', () => {
    const examples = [...document.matchAll(/```yaml\n([^]*?)```/g)].map(([, text]) => text);
    assert.ok(examples.length > 0);
    assert.equal(inFull(load(examples.join('---\n'))), '');
  });
});
