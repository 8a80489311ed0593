/** One example of every problem code: the data of test/data, which docs/spec.md shows and quick fixes are tried on. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sampleStates } from '../../src/language-server/sampling/sample-states.ts';
import { diagnose } from '../../src/language/diagnostics/diagnose.ts';
import { folderView } from '../../src/language/folder-view.ts';
import { loadSpecs, type SpecFile } from '../../src/spec/load.ts';
import type { Cluster } from '../../src/spec/model.ts';
import { compareProblems, type Fix, type Problem } from '../../src/spec/problem.ts';
import { PROBLEM_CODES, type ProblemCode } from '../../src/language/diagnostics/diagnostic-codes.ts';

const EXAMPLES = 'test/data/problem-examples';
const BROKEN = 'test/data/broken-specs';

/** Of files that are no text, too large or not there: no text shows them. */
export const WITHOUT_TEXT: readonly ProblemCode[] = ['no-specs', 'file-unreadable', 'file-too-large', 'file-not-text'];

export interface Example {
  readonly code: ProblemCode;
  /** Where it stands, for messages of tests. */
  readonly from: string;
  readonly files: readonly SpecFile[];
  /** Files that exist beside the specifications, where that matters. */
  readonly exists: (path: string) => boolean;
}

/** By code; the first broken specification with that problem alone, where there is no file of its own. */
export function examples(): ReadonlyMap<ProblemCode, Example> {
  const found = new Map<ProblemCode, Example>();
  for (const name of readdirSync(EXAMPLES).sort()) {
    const code = name.replace(/\.karma\.yaml$/, '') as ProblemCode;
    const path = join(EXAMPLES, name);
    found.set(code, {
      code,
      from: path,
      files: [{ path: name, text: readFileSync(path, 'utf8') }],
      exists: () => true,
    });
  }
  for (const name of readdirSync(BROKEN).sort()) {
    const folder = join(BROKEN, name);
    const expected = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as {
      readonly code: ProblemCode;
    }[];
    const [{ code }] = expected;
    if (found.has(code) || expected.length > 1) continue;
    const files = readdirSync(folder)
      .filter((file) => file.endsWith('.karma.yaml'))
      .map((file) => ({ path: file, text: readFileSync(join(folder, file), 'utf8') }));
    const exists = (path: string): boolean => statSync(join(folder, path), { throwIfNoEntry: false }) !== undefined;
    found.set(code, { code, from: folder, files, exists });
  }
  return found;
}

const sampled = new Map<string, ReturnType<typeof sampleStates>>();
function samples(cluster: Cluster): ReturnType<typeof sampleStates> {
  const key = JSON.stringify(cluster);
  const known = sampled.get(key) ?? sampleStates(cluster, 2000, 1);
  sampled.set(key, known);
  return known;
}

/** All that is wrong: what the loader and the deeper checks report. States are sampled only where a code needs them. */
export function problemsOf({ code, files, exists }: Example, changed: readonly SpecFile[] = files): Problem[] {
  const loaded = loadSpecs(changed, { exists });
  const view = folderView(changed, loaded);
  const deeper = diagnose(view, code === 'rule-never-sampled' ? { samples } : {});
  return [...loaded.problems, ...deeper].sort(compareProblems);
}

/** The files with the edits of a fix made in one of them. */
export function withFix(files: readonly SpecFile[], file: string, { edits }: Fix): SpecFile[] {
  return files.map(({ path, text }) => {
    if (path !== file) return { path, text };
    const lines = String(text).split('\n');
    const starts = lines.reduce<number[]>((all, line) => [...all, all.at(-1)! + line.length + 1], [0]);
    const offset = ({ line, column }: { line: number; column: number }): number => starts[line - 1] + column - 1;
    const last = [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start));
    const result = last.reduce(
      (so, edit) => so.slice(0, offset(edit.range.start)) + edit.text + so.slice(offset(edit.range.end)),
      String(text),
    );
    return { path, text: result };
  });
}

/** Rows of the table in docs/spec.md: the line that has the problem, and what is said of it. */
export function exampleRows(): string[][] {
  const all = examples();
  return (Object.keys(PROBLEM_CODES) as ProblemCode[])
    .filter((code) => !WITHOUT_TEXT.includes(code))
    .map((code) => {
      const example = all.get(code);
      const found = example && problemsOf(example).find((problem) => problem.code === code);
      if (!example || !found) throw new Error(`There is no example of ${code} in ${EXAMPLES}.`);
      const text = String(example.files.find(({ path }) => path === found.file)!.text);
      return [code, shortened(text.split('\n')[found.range.start.line - 1] ?? ''), found.message];
    });
}

const shortened = (line: string): string => {
  const plain = line.trim().replaceAll('\t', '(tab)').replaceAll('`', "'");
  return plain.length > 100 ? `${plain.slice(0, 97)}...` : plain;
};
