/** Compares the outline of a text with what the YAML parser gives. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import { childrenOf, plainValue, scalarText, scalarValue } from '../../../src/spec/text/outline/lookup.ts';
import { outlineOf } from '../../../src/spec/text/outline/documents.ts';
import { nodeOf } from '../../../src/spec/text/outline/read.ts';
import type { ScalarNode, TreeNode } from '../../../src/spec/text/outline/tree.ts';
import { Random } from '../../../src/cluster/random.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { filesOf, SAMPLE } from './cases.ts';

const texts = filesOf(SAMPLE).map(({ text }) => String(text));

/** The structure and the places of every key and value; a block text has only its start. */
function ofOutline(node: TreeNode | undefined): unknown {
  if (!node) return null;
  if (node.type === 'map') return { map: node.entries.map(({ key, value }) => [...ofKey(key), ofOutline(value)]) };
  if (node.type === 'list') return { list: node.items.map(({ value }) => ofOutline(value)) };
  if (node.type === 'alias') return { alias: node.name };
  if (node.start === node.end) return null;
  const block = node.style === 'literal' || node.style === 'folded';
  return [scalarValue(node), node.start, block ? 0 : node.end];
}

/** An empty key may be said to stand at several places. */
const ofKey = (key: ScalarNode): unknown[] => (key.start === key.end ? ['', 0, 0] : (ofOutline(key) as unknown[]));

function ofYaml(node: unknown): unknown {
  if (isMap(node))
    return {
      map: node.items.map(({ key, value }) => {
        // An empty key, and one that is an alias, are texts to the outline.
        const text = isAlias(key) ? [`*${key.source}`, ...key.range!.slice(0, 2)] : ofYaml(key);
        return [...((text as unknown[] | null) ?? ['', 0, 0]), ofYaml(value)];
      }),
    };
  if (isSeq(node)) return { list: node.items.map(ofYaml) };
  if (isAlias(node)) return { alias: node.source };
  if (!isScalar(node)) return null;
  const [start, end] = node.range!;
  if (start === end) return null;
  const block = node.type?.startsWith('BLOCK');
  const value = typeof node.value === 'string' ? node.value : node.source;
  return [value, start, block ? 0 : end];
}

/** The parser takes `'a''` for closed, though the second quote is doubled, and finds no fault with `a: []: b`. */
const LENIENT = /''|[\]}]\s*:/;

function compare(text: string): boolean {
  const documents = parseAllDocuments(text, { stringKeys: true, uniqueKeys: false, logLevel: 'silent', merge: false });
  if (!Array.isArray(documents)) return false;
  if (documents.some(({ errors, warnings }) => errors.length > 0 || warnings.length > 0)) return false;
  const theirs = documents.map(({ contents }) => ofYaml(contents)).filter((value) => value !== null);
  const ours = outlineOf(text)
    .map(({ root }) => ofOutline(root))
    .filter((value) => value !== null);
  assert.deepEqual(ours, theirs, text);
  return true;
}

describe('the outline of a text', () => {
  it('The outline of the sample is what the YAML parser gives', () => {
    for (const text of texts) assert.ok(compare(text));
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
      for (const { root, start, end } of outlineOf(changed)) {
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

  it("The reading ends on every text that is made of YAML's characters", () => {
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
    // A carriage return below a map that does not end a line once made the reading run forever.
    assert.equal(outlineOf('a: 1\n\r').length, 1);
    fc.assert(
      fc.property(made, (text) => outlineOf(text).length > 0),
      { numRuns: 5000 },
    );
  });

  it('Deep nesting does not overflow the stack', () => {
    const deep = Array.from({ length: 1200 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('');
    for (const text of [
      '['.repeat(50_000),
      '{a: '.repeat(20_000),
      '- '.repeat(30_000),
      'a:\n'.repeat(9000),
      `x:\n${'  a: 1\n  - b\n'.repeat(9000)}y: 1\n`,
      `${deep}b: 1\n`,
    ])
      outlineOf(text);
  });

  it('The time that a broken text takes grows with its length', () => {
    const timeOf = (text: string): number => {
      const started = performance.now();
      outlineOf(text);
      return performance.now() - started;
    };
    for (const line of ['a: "x\n', 'a: b: c\n', 'a: [b\n', '- a\nb: 1\n', 'a: 1\n- b\n', '{} ', 'a:\n  b\n  c: 1\n']) {
      timeOf(line.repeat(1000));
      // Sixteen times the text, and a machine that does other things.
      const [short, long] = [line.repeat(1000), line.repeat(16_000)].map(timeOf);
      assert.ok(long < 100 * short + 500, `${JSON.stringify(line)}: ${short.toFixed(1)} and ${long.toFixed(1)} ms`);
    }
  });

  it('The outline is what the YAML parser gives of texts that are made of its characters', () => {
    const parts = [
      'a',
      'b c',
      'd: ',
      'e:\n',
      '\n',
      '\r\n',
      '  ',
      '\t',
      '- ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '"f" ',
      "'g' ",
      ' #h',
    ];
    const marks = ['&i ', '!!str ', '*i ', '|\n', '>-\n', '|+\n', '? ', ': ', ':', '\n---\n', '\n...\n'];
    const made = fc.array(fc.constantFrom(...parts, ...marks), { maxLength: 16 }).map((all) => all.join(''));
    let compared = 0;
    fc.assert(
      fc.property(made, (text) => {
        if (!LENIENT.test(text) && compare(text)) compared++;
      }),
      { numRuns: 5000 },
    );
    assert.ok(compared > 1000, `${compared} were YAML`);
  });
});

/** What someone is typing, the text, its value, and the keys that have no colon yet. */
const TYPED: readonly (readonly [string, string, unknown, ...string[]])[] = [
  [
    'a key above others, and brackets',
    'spec:\n  har\n  rules: []\n  settings: { load: 0.7\n  otherwise: hold\n',
    { spec: { rules: [], settings: { load: 0.7 }, otherwise: 'hold' } },
    'har',
  ],
  ['the first key of a document', 'ki\nmetadata: { name: a }\n', { metadata: { name: 'a' } }, 'ki'],
  ['a key between others', 'a: 1\nsc\nb: 2\n', { a: 1, b: 2 }, 'sc'],
  ['a key below others', 'spec:\n  a: 1\n  sc\nb: 2\n', { spec: { a: 1 }, b: 2 }, 'sc'],
  ['a key above a comment', 'spec:\n  sc\n  # why\n  a: 1\nb: 2\n', { spec: { a: 1 }, b: 2 }, 'sc'],
  ['two keys', 'spec:\n  sc\n  ot\n  a: 1\n', { spec: { a: 1 } }, 'sc', 'ot'],
  ['a key in quotes', 'spec:\n  "sc"\n  a: 1\n', { spec: { a: 1 } }, 'sc'],
  ['a key with dots above another', 'space:\n  ro\n  roles.a.bonus: 1\n', { space: { 'roles.a.bonus': 1 } }, 'ro'],
  ['a key behind a dash', 'a:\n  - wh\n    choose: b\n  - c\n', { a: [{ choose: 'b' }, 'c'] }, 'wh'],
  ['a key above a list', 'spec:\n  rules\n    - when: a\n  b: 1\n', { spec: { b: 1 } }, 'rules'],
  ['a key in brackets', 'a: { b: 1, sc }\nd: 2\n', { a: { b: 1 }, d: 2 }, 'sc'],
  ['a text above a key that is indented further', 'a: text\n  b: 1\nc: 2\n', { a: 'text', b: 1, c: 2 }],
  ['a text with a colon', 'a: b: c # d\ne: 1\n', { a: 'b: c', e: 1 }],
  ['a dash behind a key', 'a: - b\nc: 1\n', { a: '- b', c: 1 }],
  ['a colon behind a text in quotes', 'a: "b": c\nd: 1\n', { a: 'b', d: 1 }],
  ['a double quote', 'a: "b\n  c: 1\nd: "e"\n', { a: 'b', c: 1, d: 'e' }],
  ['the last double quote', 'a: "b \nd: e\n', { a: 'b', d: 'e' }],
  ["a single quote before ''", "a: 'b''c\nd: e\n", { a: "b''c", d: 'e' }],
  ['a quote in brackets', 'a: {\n  b: "c\n  d: 1\n}\ne: 2\n', { a: { b: 'c', d: 1 }, e: 2 }],
  ['brackets over several lines', 'a:\n  - [b,\n     c\n  - d\n', { a: [['b', 'c'], 'd'] }],
  ['a closing bracket too many', 'a: { b: 1 }}\nc: 2\n]\nd: 3\n', { a: { b: 1 }, c: 2, d: 3 }],
  ['an item above the first key', '- a\nb: 1\nc: 2\n', { b: 1, c: 2 }],
  ['an item below a key', 'a:\n  b: 1\n  - c\n  d: 2\ne: 3\n', { a: { b: 1, d: 2 }, e: 3 }],
  ['a key below brackets', '{ a: 1 }\nb: 2\n', { a: 1, b: 2 }],
  ['a line that is indented by a tab', 'a:\n\tb: 1\nc: 2\n', { a: { b: 1 }, c: 2 }],
  ['a line that is indented less', 'a:\n    b: 1\n  c: 2\nd: 3\n', { a: { b: 1 }, c: 2, d: 3 }],
  ['an anchor', 'a: &\nb: 1\n', { a: null, b: 1 }],
  ['the name of an alias', 'a: &x 1\nb: *\nc: *x\n', { a: 1, b: null, c: 1 }],
];

describe('the outline of a text while someone types', () => {
  for (const [what, text, value, ...keys] of TYPED)
    it(`The outline keeps what stands around ${what} that is being typed`, () => {
      for (const [ending, each] of [
        ['\n', text],
        ['\r\n', text.replaceAll('\n', '\r\n')],
      ]) {
        const [{ root }] = outlineOf(each);
        assert.deepEqual(plainValue(root), value, JSON.stringify(ending));
        const typed: string[] = [];
        const visit = (node: TreeNode): void => {
          if (node.type === 'map')
            for (const { key, colon } of node.entries) if (colon < 0) typed.push(scalarValue(key));
          for (const child of childrenOf(node)) visit(child);
        };
        visit(root!);
        assert.deepEqual(typed, keys);
      }
    });

  it('A key above another one in braces is a key of its own while it is typed, though YAML reads one key', () => {
    const text = 'a: {\n  lo\n  load: 1\n}\nb: 2\n';
    assert.deepEqual(plainValue(outlineOf(text)[0].root), { a: { 'lo load': 1 }, b: 2 });
    assert.deepEqual(plainValue(nodeOf(text, 0, text.length, 'typing')), { a: { load: 1 }, b: 2 });
    const item = 'a:\n  - {\n    lo\n    load: 1,\n    b: 2\n    }\n';
    assert.deepEqual(plainValue(nodeOf(item, 0, item.length, 'typing')), { a: [{ load: 1, b: 2 }] });
  });

  it('Whatever is typed into a line, the lines of other keys keep their keys', () => {
    const text = 'kind: Role\nspec:\n  a: 1\n  b: { c: d }\n  e:\n    - f: g\n  h: "i"\nlast: j\n';
    const lines = text.split('\n');
    for (let line = 0; line < lines.length - 1; line++)
      for (const typed of [
        'x',
        '"',
        "'",
        '{',
        '[',
        '}',
        ']',
        '"x',
        'x: "',
        'x: {',
        'x: [',
        'x: y: z',
        'x: }',
        '&',
        '*',
        '!',
        '|',
        '- ',
      ]) {
        const indent = /^ */.exec(lines[line])![0];
        const changed = lines.toSpliced(line, 0, `${indent}${typed}`).join('\n');
        const { last } = plainValue(outlineOf(changed)[0].root) as Record<string, unknown>;
        // A block text takes in what is indented further, and at the top all that follows.
        if (typed !== '|') assert.equal(last, 'j', changed);
      }
  });
});
