import assert from 'node:assert/strict';
import { isAlias, isCollection, isPair, isScalar, parseAllDocuments } from 'yaml';
import { Random } from '../../../src/cluster/random.ts';
import { loadSpecs, SpecCache, type LoadResult, type SpecFile } from '../../../src/spec/load.ts';
import { sectionStarts } from '../../../src/spec/text/file-sections.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { inFull, role, sampleFiles } from './samples.ts';

/** Every node of every document, with its place. */
function places({ documents }: LoadResult): unknown[] {
  const dump = (node: unknown): unknown =>
    isPair(node)
      ? [dump(node.key), dump(node.value)]
      : isCollection(node)
        ? [node.range, node.items.map(dump)]
        : isScalar(node)
          ? [node.range, node.value]
          : isAlias(node)
            ? [node.range, node.source]
            : node;
  return documents.map(({ source, yaml, sound, kind, name, spec }) => {
    const errors = [...yaml.errors, ...yaml.warnings].map(({ pos, message }) => [pos, message]);
    return [
      source.path,
      source.text,
      source.lines.lineStarts,
      yaml.range,
      dump(yaml.contents),
      errors,
      sound,
      kind,
      name,
      spec,
    ];
  });
}

function assertSameAsFresh(files: readonly SpecFile[], cache: SpecCache, where: string): void {
  const incremental = loadSpecs(files, { cache });
  const fresh = loadSpecs(files);
  assert.equal(inFull(incremental), inFull(fresh), where);
  assert.deepEqual(incremental.problems, fresh.problems, where);
  assert.deepEqual(incremental.model, fresh.model, where);
  assert.deepEqual(places(incremental), places(fresh), where);
}

describe('incremental load', () => {
  it('An incremental load equals a fresh load after each of 150 random edits', async () => {
    const random = new Random(20260201);
    const sample = await sampleFiles();
    const whole = sample.map(({ text }) => text).join('---\n');
    const cache = new SpecCache();
    let files: SpecFile[] = [{ path: 'all.karma.yaml', text: whole }, ...sample];
    for (let i = 0; i < 150; i++) {
      const edited = random.uniform() < 0.7 ? 0 : random.integer(0, files.length - 1);
      // Damage accumulates for a while, as it does while somebody types, and is then undone.
      const text = i % 8 === 7 ? [whole, ...sample.map((file) => file.text)][edited] : files[edited].text;
      const damaged = typeof text === 'string' && i % 8 !== 7 ? mutate(text, random) : text;
      files = files.with(edited, { path: files[edited].path, text: damaged });
      assertSameAsFresh(files, cache, `edit ${i}`);
    }
  });

  it('An incremental load keeps the documents that did not change and moves them', () => {
    const cache = new SpecCache();
    const text = [role, role.replace('grower', 'second'), role.replace('grower', 'third')].join('---\n');
    const before = loadSpecs([{ path: 'a.karma.yaml', text }], { cache }).documents.map(({ yaml }) => yaml);
    const longer = text.replace('name: second', 'name: second-of-all');
    const after = loadSpecs([{ path: 'a.karma.yaml', text: longer }], { cache }).documents;
    assert.equal(after[0].yaml, before[0]);
    assert.notEqual(after[1].yaml, before[1]);
    assert.equal(after[2].yaml, before[2]);
    assert.equal(longer.slice(after[2].yaml.range[0]).startsWith('---'), true);
  });

  it('A file that is read in sections means what it means as a whole', async () => {
    const whole = (await sampleFiles()).map(({ text }) => text).join('---\n');
    const texts = [
      whole,
      '# comment\n---\na: 1\n...\nb: 2\n--- # more\nc: 3\n---\n--- text\n--- |\n  a\n  ---\n---\t\nd: 4',
      '%YAML 1.2\n---\na: 1\n---\nb: "---"\n',
      'a: |\n  x\n  --- y\nb: >-\n  ---\n---\r\nc: 1\r\n---\r\nd: 2\r\n',
      'a: 1\n---b: 2\n',
    ];
    for (const text of texts) {
      const expected = [...parseAllDocuments(text)].filter(
        (document) => document.contents?.range?.[1] !== document.contents?.range?.[0],
      );
      const { documents } = loadSpecs([{ path: 'a.karma.yaml', text }]);
      assert.deepEqual(
        documents.map(({ yaml }) => [yaml.toJS() as unknown, yaml.contents?.range]),
        expected.map((document) => [document.toJS() as unknown, document.contents?.range]),
        text.slice(0, 60),
      );
    }
  });

  it('A file is cut into sections where documents start, and nowhere else', () => {
    const pieces = (text: string): string[] =>
      sectionStarts(text).map((start, i, all) => text.slice(start, all[i + 1]));
    assert.deepEqual(pieces('a\n---\nb\n---\r\nc\n---'), ['a\n', '---\nb\n', '---\r\nc\n', '---']);
    assert.deepEqual(pieces('# x\n\n---\na\n'), ['# x\n\n---\na\n']);
    assert.deepEqual(pieces('a: |\n  ---\n  b\n----\n---x\n'), ['a: |\n  ---\n  b\n----\n---x\n']);
    assert.deepEqual(pieces('%YAML 1.2\n---\na\n---\nb\n'), ['%YAML 1.2\n---\na\n---\nb\n']);
    assert.deepEqual(pieces(''), ['']);
  });
});
