/** Loads the sample again and again, each time with one file damaged, and checks what every load must give. */
import assert from 'node:assert/strict';
import { Random } from '../../src/cluster/random.ts';
import { diagnose } from '../../src/language/diagnostics/diagnose.ts';
import { loadSpecs, SpecCache, type SpecFile } from '../../src/spec/load.ts';
import { formatProblem } from '../../src/spec/problem.ts';
import { mutate } from './mutate.ts';

export interface MutationResult {
  /** Mutations after which the sample was still without problems. */
  readonly harmless: number;
  readonly problems: number;
  /** How often each code was met. */
  readonly codes: ReadonlyMap<string, number>;
  readonly slowestMilliseconds: number;
}

/** Throws where a load throws, or gives a problem without a place in its file; the error names the mutation and the seed. */
export function runMutations(
  sample: readonly { readonly path: string; readonly text: string }[],
  count: number,
  seed: number,
): MutationResult {
  const random = new Random(seed);
  const cache = new SpecCache();
  const codes = new Map<string, number>();
  let harmless = 0;
  let total = 0;
  let slowestMilliseconds = 0;
  for (let i = 0; i < count; i++) {
    const damaged = random.integer(0, sample.length - 1);
    const files: SpecFile[] = sample.map((file, at) =>
      at === damaged ? { path: file.path, text: mutate(file.text, random) } : file,
    );
    const started = performance.now();
    // Also what is found beyond the loader: on the same files, with the same demands.
    const { loaded, problems } = problemsOf(files, cache, `mutation ${i} of seed ${seed}`);
    slowestMilliseconds = Math.max(slowestMilliseconds, performance.now() - started);
    if (loaded.problems.length === 0) harmless++;
    total += problems.length;
    for (const problem of problems) {
      codes.set(problem.code, (codes.get(problem.code) ?? 0) + 1);
      const { start, end } = problem.range;
      const text = files.find(({ path }) => path === problem.file)!.text;
      const lines = (typeof text === 'string' ? text : Buffer.from(text).toString()).split('\n').length;
      const where = `mutation ${i} of seed ${seed}: ${formatProblem(problem)}`;
      assert.ok(start.line >= 1 && start.column >= 1 && end.line <= lines, where);
      assert.ok(end.line > start.line || (end.line === start.line && end.column >= start.column), where);
      assert.ok(!/undefined|NaN|\[object/.test(problem.message), where);
      for (const edit of problem.fix?.edits ?? []) assert.ok(edit.range.start.line >= 1, where);
    }
  }
  return { harmless, problems: total, codes, slowestMilliseconds };
}

function problemsOf(files: readonly SpecFile[], cache: SpecCache, what: string) {
  try {
    const loaded = loadSpecs(files, { cache });
    return { loaded, problems: [...loaded.problems, ...diagnose(loaded)] };
  } catch (error) {
    throw new Error(`${what} is not read without an exception: ${String(error)}`, { cause: error });
  }
}
