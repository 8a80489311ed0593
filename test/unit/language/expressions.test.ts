/** Checker, hover, tokens and rename read one tree: they agree on the cases of the CEL specification and on random expressions. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'yaml';
import { definition } from '../../../src/language/definition.ts';
import type { FolderView } from '../../../src/language/folder-view.ts';
import { hover } from '../../../src/language/hover.ts';
import { prepareRename, rename } from '../../../src/language/rename.ts';
import { semanticTokens } from '../../../src/language/semantic-tokens.ts';
import { offsetAt } from '../../../src/language/text.ts';
import { checkExpression, type CheckedExpression } from '../../../src/spec/cel/check.ts';
import { parseExpression } from '../../../src/spec/cel/parse.ts';
import { walk } from '../../../src/spec/cel/syntax.ts';
import { SpecCache, type SpecFile } from '../../../src/spec/load.ts';
import { rangeOf } from '../../../src/spec/text/source.ts';
import { scalarOffsets } from '../../../src/spec/text/scalar-offsets.ts';
import { dressed } from '../spec/cel/dressed.ts';
import { expressionFrom } from '../spec/cel/grammar.ts';
import { applyAll, filesOf, SAMPLE, viewOf } from './cases.ts';

const SETTINGS: Readonly<Record<string, number>> = { load: 0.7, window: 30, pending: 5, none: 0, minus: 1 };
const PROBE = 'probe.karma.yaml';
const RULE = { result: 'bool', settings: Object.keys(SETTINGS), service: true } as const;
const sample = filesOf(SAMPLE);
const cache = new SpecCache();

/** A role with one rule whose condition is the text, as a block if YAML allows that, otherwise in double quotes. */
function probe(text: string): { readonly files: SpecFile[]; readonly folder: FolderView } {
  const block = !/[^\P{Cc}\n\t]|^\s|\s$|\n[ \t]|[ \t]\n/u.test(text) && text.trim() !== '';
  const value = block ? `|-\n        ${text.replaceAll('\n', '\n        ')}` : JSON.stringify(text);
  const settings = Object.entries(SETTINGS).map(([name, number]) => `${name}: ${number}`);
  const lines = [
    'apiVersion: karma-mas.dev/v1alpha1',
    'kind: Role',
    'metadata: { name: probe }',
    'spec:',
    `  settings: { ${settings.join(', ')} }`,
    '  rules:',
    `    - when: ${value}`,
    '      allow: { scale: [1] }',
    '',
  ];
  const files = [...sample, { path: PROBE, text: lines.join('\n') }];
  return { files, folder: viewOf(files, cache) };
}

/** The condition as it stands in the file now, and the offsets of its characters. */
function conditionOf(folder: FolderView): { readonly text: string; readonly offsets: Uint32Array } {
  const document = folder.documents.find(({ source }) => source.path === PROBE);
  const scalar = document?.yaml.getIn(['spec', 'rules', 0, 'when'], true);
  assert.ok(document && scalar);
  const node = scalar as Parameters<typeof scalarOffsets>[1];
  return { text: String(node.value), offsets: scalarOffsets(document.source.text, node) };
}

/** Only the meaning, without places and without the names of variables. */
const meaning = (expression: CheckedExpression | undefined, setting = ''): string =>
  JSON.stringify(expression?.root, (key, value: unknown) => {
    if (key === 'start' || key === 'end') return undefined;
    if (key === 'variable') return (value as { id: number }).id;
    return value === setting ? 'load' : value;
  });

function agree(text: string): void {
  const { files, folder } = probe(text);
  const source = folder.source(PROBE);
  assert.ok(source);
  const { text: written, offsets } = conditionOf(folder);
  assert.equal(written, text);
  const { problems, expression } = checkExpression(text, RULE);
  const reported = folder.problems.filter(({ file, code }) => file === PROBE && code.startsWith('cel-'));
  assert.deepEqual(
    reported.map(({ code }) => code),
    problems.map(({ code }) => code),
  );

  const { tokens, comments, root, variables } = parseExpression(text);
  const place = (at: number): number => offsets[at];
  const position = (offset: number) => rangeOf(source, offset, offset).start;

  const [first, last] = [offsets[0], offsets[text.length]];
  const colored = semanticTokens(folder, PROBE).filter(({ start, end }) => start >= first && end <= last);
  colored.forEach(({ start }, i) => assert.ok(i === 0 || start >= colored[i - 1].end, text));
  const onLine = (start: number, end: number): boolean =>
    end > start && !source.text.slice(place(start), place(end - 1) + 1).includes('\n');
  for (const { start, end } of comments) {
    const inside = colored.filter((each) => each.start <= place(end - 1) && each.end > place(start));
    assert.deepEqual(
      inside.map(({ type }) => type),
      onLine(start, end) ? ['comment'] : [],
      text,
    );
    // Nothing between the slashes and the end of the comment is a name.
    for (const at of new Set([start + 1, (start + end) >> 1, end - 1])) {
      const found = hover(folder, PROBE, position(place(at)));
      if (found) assert.ok(offsetAt(source, found.range.end) >= place(end - 1), `${text}: ${found.markdown}`);
      assert.ok('refused' in prepareRename(folder, PROBE, position(place(at))), text);
      assert.deepEqual(definition(folder, PROBE, position(place(at))), [], text);
    }
  }
  const services = new Set<number>();
  walk(root, (node, parents) => {
    const compared = parents.some((parent) => parent.op === 'binary' && ['==', '!=', 'in'].includes(parent.operator));
    if (node.op === 'string' && compared) services.add(node.start);
  });
  for (const token of tokens) {
    if (token.type !== 'string' || token.content.end - token.content.start < 3) continue;
    const inside = colored.filter((each) => each.start < place(token.end - 1) && each.end > place(token.start) + 1);
    for (const { type } of inside)
      assert.ok(type === 'string' || (type === 'variable' && services.has(token.start)), text);
    const there = prepareRename(folder, PROBE, position(place(token.content.start + 1)));
    if (!services.has(token.start)) assert.ok('refused' in there, text);
  }

  // A setting and a variable of a macro are renamed in all places, and nothing else changes.
  const setting = tokens.findIndex(
    (token, i) => token.text === 'load' && tokens[i - 1]?.text === '.' && tokens[i - 2]?.text === 'settings',
  );
  if (setting >= 0 && expression) assertRenamed(files, folder, place(tokens[setting].start), expression, 'renamedx');
  const [variable] = variables;
  if (variable && expression) assertRenamed(files, folder, place(variable.nameStart), expression, 'renamed_x');
}

function assertRenamed(
  files: readonly SpecFile[],
  folder: FolderView,
  offset: number,
  before: CheckedExpression,
  name: string,
): void {
  const source = folder.source(PROBE);
  assert.ok(source);
  const edits = rename(folder, PROBE, rangeOf(source, offset, offset).start, name);
  assert.ok(!('refused' in edits), 'refused' in edits ? `${before.text}: ${edits.refused}` : '');
  const { text } = conditionOf(viewOf(applyAll(files, edits), cache));
  const { expression, problems } = checkExpression(text, { ...RULE, settings: [...RULE.settings, name] });
  assert.deepEqual(problems, [], text);
  assert.equal(meaning(expression, name), meaning(before), text);
  const commentsOf = (each: string): string[] =>
    parseExpression(each).comments.map(({ start, end }) => each.slice(start, end));
  assert.deepEqual(commentsOf(text), commentsOf(before.text));
}

describe('checker, hover, tokens and rename of one expression', () => {
  const cases = Object.entries(
    parse(readFileSync('test/data/cel/conformance.yaml', 'utf8')) as Record<string, { expr: string }[]>,
  );
  for (const [section, some] of cases) {
    it(`The checker, hover, tokens and rename agree on the cases of the CEL specification about ${section}`, () => {
      for (const { expr } of some) agree(expr);
    });
  }

  it('The checker, hover, tokens and rename agree on random expressions with comments and all kinds of quotes', () => {
    const choices = (length: number) => fc.array(fc.nat(10_000), { minLength: length, maxLength: length });
    fc.assert(
      fc.property(choices(60), choices(40), (list, clothes) => {
        const text = dressed(expressionFrom(list, 'bool', true), clothes);
        if (text.length <= 4096) agree(text);
      }),
      { seed: 21, numRuns: 60 },
    );
  });

  it('The checker, hover, tokens and rename agree on damaged expressions', () => {
    const choices = (length: number) => fc.array(fc.nat(10_000), { minLength: length, maxLength: length });
    fc.assert(
      fc.property(choices(30), choices(20), fc.nat(10_000), fc.nat(6), (list, clothes, at, length) => {
        const text = dressed(expressionFrom(list, 'bool', true), clothes);
        const start = at % (text.length + 1);
        agree(text.slice(0, start) + text.slice(start + length) || 'true');
      }),
      { seed: 22, numRuns: 60 },
    );
  });
});
