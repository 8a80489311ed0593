/** What must hold at every place of every text: nothing throws, ranges lie inside the text, and edits keep it YAML with the same meaning. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { codeActions } from '../../../src/language/code-actions.ts';
import { codeLenses } from '../../../src/language/code-lens.ts';
import { complete } from '../../../src/language/complete.ts';
import { definition, highlights, occurrenceAt, references } from '../../../src/language/definition.ts';
import type { FolderView } from '../../../src/language/folder-view.ts';
import { format } from '../../../src/language/format.ts';
import { hover } from '../../../src/language/hover.ts';
import { inlayHints } from '../../../src/language/inlay-hints.ts';
import { documentLinks } from '../../../src/language/links.ts';
import { namesOf } from '../../../src/language/names/folder-names.ts';
import { prepareRename, rename } from '../../../src/language/rename.ts';
import { signatureHelp } from '../../../src/language/signature-help.ts';
import { documentSymbols, workspaceSymbols, type DocumentSymbol } from '../../../src/language/symbols.ts';
import { contains, offsetAt } from '../../../src/language/text.ts';
import { Random } from '../../../src/cluster/random.ts';
import type { SpecFile } from '../../../src/spec/load.ts';
import type { Model } from '../../../src/spec/model.ts';
import type { Position, Range } from '../../../src/spec/problem.ts';
import { rangeOf, type SourceFile } from '../../../src/spec/text/source.ts';
import { mutate } from '../../fuzz/mutate.ts';
import { thorough } from '../../thorough.ts';
import { applyAll, applyEdits, filesOf, SAMPLE, viewOf } from './cases.ts';

const BROKEN = 'test/data/broken-specs';
/** `npm run check:all` tries three times as many damaged texts as every other run. */
const TIMES = thorough ? 3 : 1;
const sample = filesOf(SAMPLE);

function inside(source: SourceFile, range: Range, what: string): void {
  const lines = source.lines.lineStarts.length;
  const { start, end } = range;
  assert.ok(start.line >= 1 && start.column >= 1 && end.line <= lines, `${what}: ${JSON.stringify(range)}`);
  assert.ok(
    end.line > start.line || (end.line === start.line && end.column >= start.column),
    `${what}: ${JSON.stringify(range)}`,
  );
  // A range that ends past its line would be moved.
  for (const place of [start, end])
    assert.deepEqual(rangeOf(source, offsetAt(source, place), offsetAt(source, place)).start, place, what);
}

const positionAt = (source: SourceFile, offset: number): Position => rangeOf(source, offset, offset).start;

function askAt(folder: FolderView, source: SourceFile, offset: number): void {
  const { path } = source;
  const position = positionAt(source, offset);
  const where = `${path}:${position.line}:${position.column}`;
  for (const { range } of complete(folder, path, position)) {
    inside(source, range, `complete ${where}`);
    assert.ok(contains(range, position), `complete ${where}`);
  }
  const found = hover(folder, path, position);
  if (found) {
    inside(source, found.range, `hover ${where}`);
    assert.ok(contains(found.range, position), `hover ${where} ${JSON.stringify(found.range)}`);
    assert.ok(!/undefined|NaN|\[object/.test(found.markdown), found.markdown);
  }
  signatureHelp(folder, path, position);
  for (const { file, range } of [...definition(folder, path, position), ...references(folder, path, position)])
    inside(folder.source(file)!, range, `definition ${where}`);
  for (const { range } of highlights(folder, path, position)) inside(source, range, `highlights ${where}`);
  const prepared = prepareRename(folder, path, position);
  if (!('refused' in prepared)) assert.ok(contains(prepared.range, position), `rename ${where}`);
}

function askWhole(folder: FolderView, source: SourceFile): void {
  const { path, text } = source;
  const whole = rangeOf(source, 0, text.length);
  const visit = ({ range, selection, children, name }: DocumentSymbol): void => {
    inside(source, range, `symbol ${path} ${name}`);
    inside(source, selection, `symbol ${path} ${name}`);
    assert.ok(contains(range, selection.start) && contains(range, selection.end), `symbol ${path} ${name}`);
    assert.notEqual(name, '');
    children.forEach(visit);
  };
  documentSymbols(folder, path).forEach(visit);
  workspaceSymbols(folder, 'a');
  for (const { position, text: shown } of inlayHints(folder, path, whole)) {
    inside(source, { start: position, end: position }, `inlay hint ${path}`);
    assert.ok(!/undefined|NaN|\[object/.test(shown), shown);
  }
  for (const { range } of codeLenses(folder, path)) inside(source, range, `lens ${path}`);
  for (const { range } of documentLinks(folder, path)) inside(source, range, `link ${path}`);
}

/** The model without the places of its objects, which move when lines do. */
const plain = (model: Model): string =>
  JSON.stringify(model, (key, value: unknown) => (key === 'origin' ? undefined : value));

const sound = (text: string): boolean =>
  parseAllDocuments(text, { logLevel: 'silent' }).every(({ errors }) => errors.length === 0);

/** The first place of a name. */
function placeOf(folder: FolderView, name: string): readonly [string, Position] {
  for (const source of folder.sources) {
    const offset = source.text.search(new RegExp(`\\b${name}\\b`));
    if (offset >= 0) return [source.path, positionAt(source, offset)];
  }
  throw new Error(`${name} is nowhere`);
}

/** Mutations of one file of the sample that leave it without errors. */
function* harmless(random: Random, count: number): Generator<SpecFile[]> {
  for (let found = 0, tried = 0; found < count && tried < 60 * count; tried++) {
    const damaged = random.integer(0, sample.length - 1);
    const text = mutate(String(sample[damaged].text), random);
    if (typeof text !== 'string') continue;
    const files = sample.map((file, index) => (index === damaged ? { path: file.path, text } : file));
    if (viewOf(files).problems.some(({ severity }) => severity === 'error')) continue;
    found++;
    yield files;
  }
}

describe('at every place', () => {
  it('Every feature can be asked at every place of the sample', () => {
    const folder = viewOf(sample);
    for (const source of folder.sources) {
      askWhole(folder, source);
      for (let offset = 0; offset <= source.text.length; offset += 3) askAt(folder, source, offset);
    }
  });

  for (const name of readdirSync(BROKEN)) {
    it(`Every feature can be asked at places of the broken specification ${name}`, () => {
      const folder = viewOf(filesOf(join(BROKEN, name)));
      for (const source of folder.sources) {
        askWhole(folder, source);
        const step = Math.max(1, Math.floor(source.text.length / 400));
        for (let offset = 0; offset <= source.text.length; offset += step) askAt(folder, source, offset);
      }
    });
  }

  it('Every feature can be asked at places of the sample that is damaged at random', () => {
    const random = new Random(99);
    for (let i = 0; i < 50 * TIMES; i++) {
      const damaged = random.integer(0, sample.length - 1);
      const files = sample.map((file, index) =>
        index === damaged ? { path: file.path, text: mutate(String(file.text), random) } : file,
      );
      const folder = viewOf(files);
      const source = folder.source(sample[damaged].path);
      if (!source) continue;
      askWhole(folder, source);
      for (let ask = 0; ask < 12; ask++) askAt(folder, source, random.integer(0, source.text.length));
    }
  });

  it('Every feature can be asked at the end of a sample that is cut off', () => {
    for (const { path, text } of sample) {
      const whole = String(text);
      for (let end = 10; end < whole.length; end += 291 / TIMES) {
        const files = sample.map((file) => (file.path === path ? { path, text: whole.slice(0, end) } : file));
        const folder = viewOf(files);
        askAt(folder, folder.source(path)!, end);
      }
    }
  });
});

describe('code actions at every place', () => {
  it('Code actions keep a valid text valid, and extracting keeps the model the same', () => {
    const folder = viewOf(sample);
    let count = 0;
    for (const source of folder.sources) {
      for (let offset = 0; offset < source.text.length; offset += 7) {
        const position = positionAt(source, offset);
        for (const { title, edits, kind } of codeActions(folder, source.path, { start: position, end: position })) {
          const files = applyAll(sample, edits);
          for (const { text } of files) assert.ok(sound(String(text)), title);
          if (kind !== 'refactor.extract' || count++ % 5 > 0) continue;
          const { model, problems } = viewOf(files);
          assert.deepEqual(
            problems.filter(({ severity }) => severity === 'error'),
            [],
            title,
          );
          for (const role of folder.model.roles) {
            const now = model.roles.find(({ name }) => name === role.name)!;
            assert.deepEqual(
              [now.hardness, now.bonus, now.otherwise],
              [role.hardness, role.bonus, role.otherwise],
              title,
            );
            assert.equal(now.rules.length, role.rules.length, title);
            assert.ok(
              Object.entries(role.settings).every(([name, value]) => now.settings[name] === value),
              title,
            );
          }
        }
      }
    }
    assert.ok(count > 20);
  });

  it('Code actions keep broken specifications valid YAML', () => {
    for (const name of readdirSync(BROKEN)) {
      const files = filesOf(join(BROKEN, name));
      const folder = viewOf(files);
      for (const { file, range, message } of folder.problems) {
        const source = folder.source(file);
        if (!source || !sound(source.text)) continue;
        for (const { title, edits } of codeActions(folder, file, range)) {
          for (const { path, text } of applyAll(files, edits))
            assert.ok(sound(String(text)), `${name} ${path}: ${message} ${title}\n${String(text)}`);
        }
      }
    }
  });
});

describe('rename and formatting keep the model', () => {
  it('Every name of the sample can be renamed and renamed back', () => {
    const folder = viewOf(sample);
    const before = plain(folder.model);
    const seen = new Set<string>();
    for (const source of folder.sources) {
      for (let offset = 0; offset <= source.text.length; offset++) {
        const position = positionAt(source, offset);
        const at = occurrenceAt(folder, source.path, position);
        const key = at && `${at.start} ${source.path}`;
        if (!at || !key || seen.has(key)) continue;
        seen.add(key);
        const there = rename(folder, source.path, position, 'renamedx');
        assert.ok(!('refused' in there), 'refused' in there ? there.refused : '');
        const files = applyAll(sample, there);
        const renamed = viewOf(files);
        assert.deepEqual(
          renamed.problems.map(({ code }) => code),
          folder.problems.map(({ code }) => code),
          at.name,
        );
        if (seen.size % 6 > 0) continue;
        const back = rename(renamed, ...placeOf(renamed, 'renamedx'), at.name);
        assert.ok(!('refused' in back), 'refused' in back ? back.refused : '');
        assert.deepEqual(applyAll(files, back), sample, at.name);
        assert.equal(plain(viewOf(applyAll(files, back)).model), before);
      }
    }
    assert.ok(seen.size > 100, String(seen.size));
  });

  it('Names can be renamed and renamed back in mutations of the sample', () => {
    const random = new Random(5);
    let renames = 0;
    for (const files of harmless(random, 20 * TIMES)) {
      const folder = viewOf(files);
      const before = plain(folder.model);
      for (let i = 0; i < 3; i++) {
        const at = random.pick(namesOf(folder).occurrences);
        const { source } = at.object;
        const position = positionAt(source, at.end);
        const there = rename(folder, source.path, position, 'renamedx');
        if ('refused' in there) continue;
        const renamed = viewOf(applyAll(files, there));
        assert.deepEqual(
          renamed.problems.filter(({ severity }) => severity === 'error'),
          [],
        );
        const back = rename(renamed, ...placeOf(renamed, 'renamedx'), at.name);
        assert.ok(!('refused' in back), 'refused' in back ? back.refused : '');
        assert.equal(plain(viewOf(applyAll(applyAll(files, there), back)).model), before);
        renames++;
      }
    }
    assert.ok(renames > 20, String(renames));
  });

  it('Formatting keeps the model of mutations of the sample, and formatting twice changes nothing more', () => {
    const random = new Random(11);
    let changed = 0;
    for (const files of harmless(random, 150)) {
      const folder = viewOf(files);
      for (const { path, text } of folder.sources) {
        if (String(sample.find((file) => file.path === path)!.text) === text) continue;
        const edits = format(folder, path);
        if (edits.length === 0) continue;
        changed++;
        const formatted = applyEdits(folder.source(path)!, edits);
        const after = viewOf(files.map((file) => (file.path === path ? { path, text: formatted } : file)));
        assert.equal(plain(after.model), plain(folder.model), formatted);
        assert.deepEqual(format(after, path), [], formatted);
      }
    }
    assert.ok(changed > 20, String(changed));
  });

  it('The sample is formatted already', () => {
    const folder = viewOf(sample);
    for (const { path } of folder.sources) assert.deepEqual(format(folder, path), []);
  });

  it('Formatting the sample with another indentation gives it back', () => {
    for (const { path, text } of sample) {
      const wide = String(text)
        .replace(/^ +/gm, (blanks) => blanks.repeat(2))
        .replace(/\{ /g, '{')
        .replace(/, /g, (comma) => comma);
      if (!sound(wide)) continue;
      const folder = viewOf([{ path, text: wide }]);
      assert.equal(applyEdits(folder.source(path)!, format(folder, path)), text, path);
    }
  });
});
