/** Compares the outline of a text with what the YAML parser gives. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { plainValue, scalarText, scalarValue } from '../../../src/language/yaml/lookup.ts';
import { scanDocuments } from '../../../src/language/yaml/scan.ts';
import type { TreeNode } from '../../../src/language/yaml/tree.ts';
import { Random } from '../../../src/cluster/random.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { filesOf, SAMPLE } from './cases.ts';

const texts = filesOf(SAMPLE).map(({ text }) => String(text));

/** The structure and the places of every key and value; a block text has only its start. */
function ofOutline(node: TreeNode | undefined): unknown {
  if (!node) return null;
  if (node.type === 'map')
    return { map: node.entries.map(({ key, value }) => [scalarValue(key), key.start, key.end, ofOutline(value)]) };
  if (node.type === 'list') return { list: node.items.map(({ value }) => ofOutline(value)) };
  if (node.type === 'alias') return { alias: node.name };
  if (node.start === node.end) return null;
  const block = node.style === 'literal' || node.style === 'folded';
  return [scalarValue(node), node.start, block ? 0 : node.end];
}

function ofYaml(node: unknown): unknown {
  if (isMap(node))
    return { map: node.items.map(({ key, value }) => [...((ofYaml(key) as unknown[] | null) ?? []), ofYaml(value)]) };
  if (isSeq(node)) return { list: node.items.map(ofYaml) };
  if (isAlias(node)) return { alias: node.source };
  if (!isScalar(node)) return null;
  const [start, end] = node.range!;
  if (start === end) return null;
  const block = node.type?.startsWith('BLOCK');
  const value = typeof node.value === 'string' ? node.value : node.source;
  return [value, start, block ? 0 : end];
}

/** Constructs that the language does not use: the outline reads them as well as it can. */
const FOREIGN = /^[ -]*\?|(?:^|: |- |[,[{])[ ]*!|[{,]\s*:|^%|\t|\r|\{[^}]*\}\s*:|\]\s*:|^\uFEFF|[\u2028\u2029\u0085]/m;

function compare(text: string, foreign = FOREIGN): boolean {
  const documents = parseAllDocuments(text, { stringKeys: true, uniqueKeys: false, logLevel: 'silent', merge: false });
  if (!Array.isArray(documents) || foreign.test(text)) return false;
  if (documents.some(({ errors, warnings }) => errors.length > 0 || warnings.length > 0)) return false;
  const theirs = documents.map(({ contents }) => ofYaml(contents)).filter((value) => value !== null);
  const ours = scanDocuments(text)
    .map(({ root }) => ofOutline(root))
    .filter((value) => value !== null);
  assert.deepEqual(ours, theirs, text);
  return true;
}

describe('the outline of a text', () => {
  it('The outline of the sample is what the YAML parser gives', () => {
    for (const text of texts) assert.ok(compare(text, /^$a/));
  });

  for (const [name, text] of Object.entries({
    'all styles of texts': "a: b c\nd: \"e\\n f\"\ng: 'h''s'\ni: |\n  j\n   k\n\nl: >-\n  m\n  n\no:\n  p\n  q\n",
    'texts over several lines': 'a: b\n  c\n\n  d\ne: "f\n  g"\nh: [i\n  j, k]\n',
    'lists at the column of their key': 'a:\n- b\n- c: d\n  e: f\ng:\n- - h\n  - i\n',
    'empty values': 'a:\nb: ~\nc: []\nd: {}\ne: { f, g: , h: 1 }\ni:\n  -\n  - j\n',
    'anchors and aliases': 'a: &b c\nd: *b\ne: &f\n  g: h\ni: [*f, &j { k: l }]\n',
    'comments everywhere': '# a\nb: # c\n  # d\n  e: f # g\n  # h\ni: [ # j\n  k, # l\n  m\n  ]\n',
    'brackets over several lines': 'a: { b: [c,\n    d], e:\n    f }\ng: [\n    { h: i },\n  ]\n',
    'keys in quotes': '"a b": c\n\'d\': { "e": f, \'g\':h }\n',
    documents: '--- { a: b }\n---\nc: d\n...\n---\n- e\n',
    'colons and hashes inside texts': 'a: b:c\nd: e#f\ng: http://h\n"i:": j\n',
    'an indicated indentation': 'a: |2\n    b\n   c\nd:\n  - |1\n     e\n',
  })) {
    it(`The outline of a text with ${name} is what the YAML parser gives`, () =>
      assert.ok(compare(text), 'it is YAML'));
  }

  it('The outline is what the YAML parser gives after random changes that leave the text YAML', () => {
    const random = new Random(20260);
    let compared = 0;
    for (let i = 0; i < 3000; i++) {
      const changed = mutate(random.pick(texts), random);
      if (typeof changed === 'string' && compare(changed)) compared++;
    }
    assert.ok(compared > 500, `${compared} were YAML`);
  });

  it('Every text has an outline', () => {
    const random = new Random(7);
    for (let i = 0; i < 3000; i++) {
      const changed = mutate(random.pick(texts), random);
      if (typeof changed !== 'string') continue;
      for (const { root, start, end } of scanDocuments(changed)) {
        const visit = (node: TreeNode): void => {
          assert.ok(start <= node.start && node.start <= node.end && node.end <= end);
          if (node.type === 'scalar') {
            const { text, offsets } = scalarText(node);
            assert.equal(offsets.length, text.length + 1);
            for (let at = 1; at < offsets.length; at++) assert.ok(offsets[at] >= offsets[at - 1]);
          }
          if (node.type === 'map')
            for (const { key, value } of node.entries) [key, value].forEach((each) => each && visit(each));
          if (node.type === 'list') for (const { value } of node.items) if (value) visit(value);
        };
        if (root) visit(root);
        plainValue(root);
      }
    }
  });

  it("The scanner ends on every text that is made of YAML's characters", () => {
    const parts = [
      'a',
      'b:',
      ': ',
      '\n',
      '\r',
      '\r\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"',
      "'",
      ' #',
      '&x',
      '!t',
      '*x',
      '|',
      '>',
    ];
    const made = fc
      .array(fc.constantFrom(...parts, '%', '---', '\t', '? '), { maxLength: 14 })
      .map((all) => all.join(''));
    // A carriage return below a map that does not end a line once made the scanner run forever.
    assert.equal(scanDocuments('a: 1\n\r').length, 1);
    fc.assert(
      fc.property(made, (text) => scanDocuments(text).length > 0),
      { numRuns: 5000 },
    );
  });

  it('Deep nesting does not overflow the stack of the scanner', () => {
    for (const text of ['['.repeat(50_000), '{a: '.repeat(20_000), '- '.repeat(30_000), 'a:\n'.repeat(9000)])
      scanDocuments(text);
  });

  it('The outline keeps the keys below one that is being typed', () => {
    const [{ root }] = scanDocuments('spec:\n  har\n  rules: []\n  settings: { load: 0.7\n  otherwise: hold\n');
    assert.deepEqual(plainValue(root), { spec: { rules: [], settings: { load: 0.7 }, otherwise: 'hold' } });
  });
});
