/** Completion, hover and all diagnostics of 1 000 lines in this process, without a server or a client around them. */
import { performance } from 'node:perf_hooks';
import { complete } from '../../../src/language/complete.ts';
import { diagnose } from '../../../src/language/diagnostics/diagnose.ts';
import { folderView } from '../../../src/language/folder-view.ts';
import { hover } from '../../../src/language/hover.ts';
import { loadSpecs } from '../../../src/spec/load.ts';
import { rangeOf } from '../../../src/spec/text/source.ts';
import { manyDocuments } from './large-specs.ts';

const LINES = 1000;
const ROUNDS = 40;
const PATH = 'many.karma.yaml';

/** Medians of rounds with a new view each, as after every key. Logs a line for each question. */
export async function benchAnalysis(log: (line: string) => void): Promise<void> {
  const text = await manyDocuments(LINES);
  const files = [{ path: PATH, text }];
  const loaded = loadSpecs(files);
  const newView = () => folderView(files, loaded);
  const source = newView().source(PATH)!;
  const offset = text.indexOf('service.demand', text.length / 2) + 'service.de'.length;
  const position = rangeOf(source, offset, offset).start;
  const questions = [
    ['completion', 100, (view) => complete(view, PATH, position)],
    ['hover', 100, (view) => hover(view, PATH, position)],
    ['diagnostics', 15, (view) => diagnose(view)],
  ] as const satisfies [string, number, (view: ReturnType<typeof newView>) => unknown][];
  for (const [name, limit, ask] of questions) {
    const times = Array.from({ length: ROUNDS }, () => {
      const view = newView();
      const started = performance.now();
      ask(view);
      return performance.now() - started;
    }).sort((a, b) => a - b);
    log(`${name}, ${LINES} lines, in process: ${times[ROUNDS / 2].toFixed(1)} ms (limit ${limit})`);
  }
}
