/** The language server beside yaml-language-server: the same documents, the same schemas, the same client, in one run. */
import { performance } from 'node:perf_hooks';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, folderWith, uriOf } from '../lsp/client.ts';
import { hugeDocument, manyDocuments } from './language/large-specs.ts';

const ROUNDS = 7;
/** Between rounds, milliseconds: who types stops to think. */
const PAUSE = 1000;
/** Longer than either takes for anything, milliseconds. */
const PATIENCE = 180_000;
const OURS = ['src/hosts/cli/main.ts', 'lsp', '--stdio'];
const THEIRS = ['node_modules/yaml-language-server/bin/yaml-language-server', '--stdio'];
const SCHEMA = uriOf(join(import.meta.dirname, '..', '..', 'schemas', 'karma.schema.json'));

interface Times {
  /** Milliseconds, sorted. */
  readonly validate: readonly number[];
  readonly complete: readonly number[];
  readonly hover: readonly number[];
}

/** Medians, of questions asked after a key in the middle. Logs one line per document and question; a ratio below 1 means faster than yaml-language-server. */
export async function benchLanguageServer(log: (line: string) => void): Promise<void> {
  for (const lines of [900, 4500, 18_000])
    await compare(log, `${lines} lines, many documents`, await manyDocuments(lines), lines < 4500 ? 1 : 0.2);
  for (const lines of [900, 4500, 18_000]) await compare(log, `${lines} lines, one document`, hugeDocument(lines), 1);
  const { validate } = await timesOf(OURS, await manyDocuments(1000), 40);
  log(`validate, 1000 lines: 95th percentile ${at(validate, 0.95).toFixed(1)} ms (limit 50)`);
}

async function compare(log: (line: string) => void, what: string, text: string, limit: number): Promise<void> {
  const ours = await timesOf(OURS, text, ROUNDS);
  const theirs = await timesOf(THEIRS, text, ROUNDS);
  for (const question of ['validate', 'complete', 'hover'] as const) {
    const [mine, peer] = [at(ours[question], 0.5), at(theirs[question], 0.5)];
    log(
      `${question}, ${what}: ${mine.toFixed(1)} ms, yaml-language-server ${peer.toFixed(1)} ms, ` +
        `ratio ${(mine / peer).toFixed(2)} (limit ${limit})`,
    );
  }
}

const at = (sorted: readonly number[], share: number): number => sorted[Math.ceil(share * sorted.length) - 1];

/** Medians are of so many rounds, after one that warms up. */
async function timesOf(server: readonly string[], text: string, rounds: number): Promise<Times> {
  const ours = server === OURS;
  const { folder, remove } = folderWith({});
  const yaml = {
    schemas: { [SCHEMA]: '*.yaml' },
    validate: true,
    hover: true,
    completion: true,
    schemaStore: { enable: false },
    maxItemsComputed: 5000,
  };
  const client = await Client.start({ server, folders: [folder], configuration: { yaml } });
  const uri = uriOf(join(folder, ours ? 'large.karma.yaml' : 'large.yaml'));
  await client.open(uri, text, ours ? 'karma' : 'yaml');
  await client.until('first diagnostics', () => client.diagnostics.get(uri), PATIENCE);

  const lines = text.split('\n');
  const isRule = (line: string): boolean => /^\s+- when: service/.test(line);
  const half = lines.findIndex((line, i) => i >= lines.length / 2 && isRule(line));
  const middle = half < 0 ? lines.findLastIndex(isRule) : half;
  const column = lines[middle].indexOf('service') + 'service.'.length;
  const key = lines[middle].indexOf('when') + 1;
  const times = { validate: [] as number[], complete: [] as number[], hover: [] as number[] };
  /** Waits for diagnostics that say of the rule what they should. */
  const told = (broken: boolean): Promise<unknown> =>
    client.until(
      'diagnostics',
      () => client.diagnostics.get(uri)!.diagnostics.some(({ range }) => range.start.line === middle) === broken,
      PATIENCE,
    );
  /** Takes a letter back, once all has been said of it: what is asked next must not meet old news. */
  const retract = async (at: number): Promise<void> => {
    // Theirs sees nothing wrong inside of an expression.
    if (ours || at === key) await told(true);
    await client.change(uri, { text: '', range: rangeAt(middle, at, at + 1) });
    if (ours || at === key) await told(false);
    else await pause(PAUSE);
  };
  await told(false);
  for (let round = 0; round <= rounds; round++) {
    // A key of the rule is mistyped, and put right.
    const validate = await timed(async () => {
      await client.change(uri, insertion(middle, key, 'x'));
      await told(true);
    });
    await retract(key);
    // What is asked for right after a key has been typed, as editors do.
    await client.change(uri, insertion(middle, column, 'p'));
    const complete = await timed(async () => {
      // Theirs knows nothing of expressions: it is asked for keys.
      const position = { line: middle, character: ours ? column + 1 : key };
      const answer = await client.request<unknown[]>('textDocument/completion', { textDocument: { uri }, position });
      if (ours && answer.length === 0) throw new Error('nothing to complete');
    });
    await retract(column);
    await client.change(uri, insertion(middle, column, 'p'));
    const hover = await timed(async () => {
      const position = { line: middle, character: key };
      const answer = await client.request('textDocument/hover', { textDocument: { uri }, position });
      if (!answer) throw new Error('nothing to hover over');
    });
    await retract(column);
    await pause(PAUSE);
    if (round === 0) continue;
    times.validate.push(validate);
    times.complete.push(complete);
    times.hover.push(hover);
  }
  client.kill();
  remove();
  for (const list of Object.values(times)) list.sort((a, b) => a - b);
  return times;
}

const rangeAt = (line: number, start: number, end: number): object => ({
  start: { line, character: start },
  end: { line, character: end },
});
const insertion = (line: number, character: number, text: string): { text: string; range: object } => ({
  text,
  range: rangeAt(line, character, character),
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
