import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { loadSpecs } from '../../../src/spec/load.ts';
import { runMutations } from '../../fuzz/mutation-run.ts';
import { inFull, load, object, sampleFiles } from './samples.ts';

describe('damaged specifications', () => {
  it('The loader survives 4 000 random mutations of the sample, and every problem has a place', async () => {
    // The seed differs each time, so that many runs try many; an error names it for `npm run fuzz -- 4000 SEED`.
    const { problems, codes } = runMutations(await sampleFiles(), 4000, randomInt(2 ** 31));
    assert.ok(problems > 4000);
    assert.ok(codes.size > 25, [...codes.keys()].join());
  });

  const odd: readonly (readonly [string, string])[] = [
    ['brackets', '['.repeat(200_000)],
    ['braces', '{a: '.repeat(60_000)],
    ['block lists', '- '.repeat(100_000)],
    ['question marks', '? '.repeat(100_000)],
    ['deep blocks', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['deep lists in lines', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}-`).join('\n')],
    ['many keys', Array.from({ length: 20_000 }, (_, i) => `k${i}: v`).join('\n')],
    ['many unknown keys', object('Role', 'x', Array.from({ length: 10_000 }, (_, i) => `  k${i}: v\n`).join(''))],
    [
      'a block far to the right',
      object('Role', 'x', `  rules:\n    - when: |1\n${' '.repeat(100_000)}x\n      allow: { scale: [1] }\n`),
    ],
    [
      'a long expression',
      object('Role', 'x', `  rules: [{ when: "${'1 + '.repeat(50_000)}1", allow: { scale: [1] } }]\n`),
    ],
    ['nested expressions', object('Role', 'x', `  rules: [{ when: "${'('.repeat(900)}", allow: { scale: [1] } }]\n`)],
    ['one key again and again', 'a: b\n'.repeat(40_000)],
    ['many documents', '---\n'.repeat(50_000)],
    ['empty lines', '\n'.repeat(200_000)],
    ['quotes', "'".repeat(200_000)],
    ['escapes', `a: "${'\\x'.repeat(30_000)}"`],
    ['anchors', '&a '.repeat(30_000)],
    ['an alias of itself', 'a: &a [*a]'],
    ['many problems at once', `a: &a [1]\n${'b: *a\n'.repeat(150_000)}`],
    ['carriage returns', '\r'.repeat(100_000)],
    ['lone surrogates', `kind: Role\nmetadata: { name: "${'\ud800'.repeat(100)}" }`],
  ];
  for (const [name, text] of odd) {
    it(`The loader survives ${name}`, () => {
      const { problems, model } = loadSpecs([{ path: 'odd.karma.yaml', text }]);
      assert.ok(name.startsWith('empty') || name.startsWith('many documents') || problems.length > 0);
      assert.equal(model.clusters.length, 0);
    });
  }

  it('Keys such as __proto__ and constructor are keys like any other', () => {
    const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf'];
    const settings = names.map((name, i) => `${name}: ${i}`).join(', ');
    const rules = names.map((name) => `    - { when: service.pending > settings.${name}, allow: { scale: [1] } }`);
    const text = `apiVersion: karma-mas.dev/v1alpha1\nkind: Role\nmetadata: { name: constructor }\nspec:\n  settings: { ${settings} }\n  rules:\n${rules.join('\n')}\n`;
    const result = load(text);
    assert.equal(inFull(result), '');
    assert.deepEqual(
      { ...result.model.roles[0].settings },
      { constructor: 0, toString: 1, hasOwnProperty: 2, valueOf: 3 },
    );
  });
});
