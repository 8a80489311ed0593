/** Tables of cases: a text with a cursor mark in a folder of specifications, and what a feature makes of it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { folderView, type FolderView } from '../../../src/language/folder-view.ts';
import { offsetAt, type FileEdits, type TextEdit } from '../../../src/language/text.ts';
import { loadSpecs, SpecCache, type SpecFile } from '../../../src/spec/load.ts';
import type { Position, Range } from '../../../src/spec/problem.ts';
import { rangeOf, readSource, type SourceFile } from '../../../src/spec/text/source.ts';

export const SAMPLE = 'examples/chained-services';
const CASES = 'test/unit/language/cases';

export interface Case {
  readonly name: string;
  /** A separate file with a mark, or else a change of a file of the sample. */
  readonly text?: string;
  readonly file?: string;
  /** In `file`: this text, which stands there once, is replaced by `by`, which has the mark. */
  readonly replace?: string;
  readonly by?: string;
  /** More files. */
  readonly files?: Readonly<Record<string, string>>;
  /** Leaves out the files of the sample. */
  readonly alone?: boolean;
}

export interface Marked {
  readonly folder: FolderView;
  readonly files: readonly SpecFile[];
  readonly file: string;
  readonly position: Position;
  readonly source: SourceFile;
  /** Between two marks. */
  readonly range: Range;
}

export const readCases = <T extends Case>(table: string): readonly T[] =>
  parse(readFileSync(join(CASES, `${table}.yaml`), 'utf8')) as T[];

export function filesOf(folder: string): SpecFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.karma.yaml'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
}

const sample = filesOf(SAMPLE);

/** Files of the sample that exist beside the specifications. */
export const EXISTING = ['loads/twitter-2021.csv', 'loads/nasa-1995.csv'];

export function viewOf(files: readonly SpecFile[], cache = new SpecCache()): FolderView {
  return folderView(files, loadSpecs(files, { exists: (path) => EXISTING.includes(path), cache }));
}

/** Parses the files of the sample once for all cases. */
const cache = new SpecCache();

export const sampleView = (): FolderView => viewOf(sample);

/** The folder of a case and the place of its mark, which is `<|>` if the text has one, otherwise `|`. */
export function marked({ name, text, file = 'case.karma.yaml', replace, by, files = {}, alone }: Case): Marked {
  let written = text;
  if (written === undefined) {
    const original = String(sample.find(({ path }) => path === file)!.text);
    if (original.split(replace!).length !== 2) throw new Error(`${name}: '${replace}' must stand once in ${file}`);
    written = original.replace(replace!, () => by!);
  }
  const mark = written.includes('<|>') ? '<|>' : '|';
  const parts = written.split(mark);
  if (parts.length < 2 || parts.length > 3) throw new Error(`${name}: one or two marks are needed`);
  const plain = parts.join('');
  const others = alone ? [] : sample.filter(({ path }) => path !== file && !(path in files));
  const all = [
    ...others,
    ...Object.entries(files).map(([path, each]) => ({ path, text: each })),
    { path: file, text: plain },
  ];
  const source = readSource(file, plain) as SourceFile;
  const range = rangeOf(
    source,
    parts[0].length,
    parts.length === 3 ? parts[0].length + parts[1].length : parts[0].length,
  );
  return { folder: viewOf(all, cache), files: all, file, position: range.start, source, range };
}

export function applyEdits(source: SourceFile, edits: readonly TextEdit[]): string {
  const sorted = edits
    .map(({ range, text }) => ({ from: offsetAt(source, range.start), to: offsetAt(source, range.end), text }))
    .sort((a, b) => b.from - a.from || b.to - a.to);
  let result = source.text;
  let before = Infinity;
  for (const { from, to, text } of sorted) {
    if (to > before || from > to) throw new Error('edits overlap');
    result = result.slice(0, from) + text + result.slice(to);
    before = from;
  }
  return result;
}

/** The files with edits applied; files that are new are added. */
export function applyAll(files: readonly SpecFile[], all: readonly FileEdits[]): SpecFile[] {
  const changed = files.map(({ path, text }) => {
    const edits = all.filter(({ file }) => file === path).flatMap((each) => each.edits);
    return { path, text: edits.length > 0 ? applyEdits(readSource(path, text) as SourceFile, edits) : text };
  });
  const added = all.filter(({ file }) => !files.some(({ path }) => path === file));
  return [
    ...changed,
    ...added.map(({ file, edits }) => ({ path: file, text: edits.map(({ text }) => text).join('') })),
  ];
}
