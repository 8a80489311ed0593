/** Types into the sample through a language server in this process, and checks all that it says. */
import assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import { createMessageConnection } from 'vscode-jsonrpc/node';
import {
  createConnection,
  PortMessageReader,
  PortMessageWriter,
  ProposedFeatures,
  type Diagnostic,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Random } from '../../src/cluster/random.ts';
import { serve } from '../../src/language-server/server.ts';
import { diagnose } from '../../src/language/diagnostics/diagnose.ts';
import { compareProblems, type Problem } from '../../src/spec/problem.ts';
import { loadSpecs } from '../../src/spec/load.ts';
import { typedEdit } from './typing.ts';

export interface TypedEditsOptions {
  readonly edits: number;
  readonly seed: number;
  /** Edits between two comparisons with a fresh check. */
  readonly compareEvery: number;
  /** Called about fifty times: edits so far, and used heap in MiB. */
  readonly onHeap: (edits: number, heap: number) => void;
}

export interface TypedEditsResult {
  readonly comparisons: number;
  readonly requests: number;
  readonly problems: number;
}

/** Told by sampling, which goes on while one types. */
const SAMPLED = ' rule-never-sampled: ';
/** Milliseconds. Only what hangs takes so long, on a machine however busy. */
const PATIENCE = 300_000;

/** Throws where the server fails, gives a range outside of its document, or says other than a fresh check. */
export async function typeIntoServer(
  sample: readonly { readonly path: string; readonly text: string }[],
  { edits, seed, compareEvery, onHeap }: TypedEditsOptions,
): Promise<TypedEditsResult> {
  const random = new Random(seed);
  const { port1, port2 } = new MessageChannel();
  serve(createConnection(ProposedFeatures.all, new PortMessageReader(port1), new PortMessageWriter(port1)));
  const client = createMessageConnection(new PortMessageReader(port2), new PortMessageWriter(port2));
  const told = new Map<string, PublishDiagnosticsParams>();
  let wake: () => void = () => undefined;
  client.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    told.set(params.uri, params);
    wake();
  });
  client.onRequest(() => null);
  client.listen();
  await client.sendRequest('initialize', { processId: null, rootUri: null, capabilities: {} });
  await client.sendNotification('initialized', {});

  // A folder that is not there: the documents are all that its model has.
  const uriOf = (path: string): string => `file:///karma-typed-edits/${path}`;
  const documents = sample.map(({ path, text }) => TextDocument.create(uriOf(path), 'karma', 1, text));
  for (const document of documents) {
    await client.sendNotification('textDocument/didOpen', {
      textDocument: { uri: document.uri, languageId: 'karma', version: 1, text: document.getText() },
    });
  }
  const byUri = new Map(documents.map((document) => [document.uri, document] as const));
  let [comparisons, requests, problems] = [0, 0, 0];

  for (let i = 1; i <= edits; i++) {
    const where = `edit ${i} of seed ${seed}`;
    const document = random.pick(documents);
    // Damage piles up, and is taken back at once, as by undo.
    const back = random.uniform() < 0.01;
    const change = back ? { text: sample[documents.indexOf(document)].text } : typedEdit(document, random);
    TextDocument.update(document, [change], document.version + 1);
    const { uri, version } = document;
    await client.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [change],
    });
    if (random.uniform() < 0.2) {
      requests++;
      const [method, params] = randomRequest(document, random);
      const answer = await client.sendRequest(method, params).catch((error: unknown) => {
        // A refusal is an answer: nothing can be renamed here.
        if ((error as { code?: number }).code === -32803) return null;
        throw new Error(`${where}: ${method}: ${String(error)}`, { cause: error });
      });
      assertInside(answer, byUri, document, `${where}: ${method}`);
    }
    if (i % compareEvery === 0) {
      comparisons++;
      const fresh = freshProblems(documents, sample);
      problems += fresh.length;
      const expected = fresh.map((problem) => wordsOfProblem(uriOf(problem.file), problem)).sort();
      const said = (): string[] =>
        [...told.values()]
          .flatMap(({ uri, diagnostics }) => diagnostics.map((each) => wordsOf(uri, each)))
          .filter((words) => !words.includes(SAMPLED))
          .sort();
      // What takes longer to find is told after a pause.
      const isTold = (): boolean =>
        documents.every(({ uri, version }) => told.get(uri)?.version === version) &&
        said().join('\n') === expected.join('\n');
      const until = performance.now() + PATIENCE;
      while (!isTold() && performance.now() < until) {
        await new Promise<void>((resolve) => {
          wake = resolve;
          setTimeout(resolve, 500);
        });
      }
      assert.deepEqual(said(), expected, where);
      for (const { uri, diagnostics } of told.values()) assertInside(diagnostics, byUri, byUri.get(uri)!, where);
    }
    if (i % Math.max(1, Math.floor(edits / 50)) === 0) {
      globalThis.gc?.();
      onHeap(i, process.memoryUsage().heapUsed / 2 ** 20);
    }
  }
  client.dispose();
  port1.close();
  return { comparisons, requests, problems };
}

function randomRequest(document: TextDocument, random: Random): readonly [string, unknown] {
  const textDocument = { uri: document.uri };
  const position = document.positionAt(random.integer(0, document.getText().length));
  const end = document.positionAt(random.integer(0, document.getText().length));
  const [first, last] = [position, end].sort((a, b) => a.line - b.line || a.character - b.character);
  const range = { start: first, end: last };
  return random.pick<readonly [string, unknown]>([
    ['textDocument/completion', { textDocument, position }],
    ['textDocument/completion', { textDocument, position }],
    ['textDocument/hover', { textDocument, position }],
    ['textDocument/signatureHelp', { textDocument, position }],
    ['textDocument/definition', { textDocument, position }],
    ['textDocument/references', { textDocument, position, context: { includeDeclaration: true } }],
    ['textDocument/documentHighlight', { textDocument, position }],
    ['textDocument/prepareRename', { textDocument, position }],
    ['textDocument/rename', { textDocument, position, newName: 'another' }],
    ['textDocument/documentSymbol', { textDocument }],
    ['workspace/symbol', { query: 'man' }],
    ['textDocument/foldingRange', { textDocument }],
    ['textDocument/selectionRange', { textDocument, positions: [position] }],
    ['textDocument/semanticTokens/full', { textDocument }],
    ['textDocument/semanticTokens/range', { textDocument, range }],
    ['textDocument/inlayHint', { textDocument, range }],
    ['textDocument/formatting', { textDocument, options: { tabSize: 2, insertSpaces: true } }],
    ['textDocument/rangeFormatting', { textDocument, range, options: { tabSize: 2, insertSpaces: true } }],
    ['textDocument/codeAction', { textDocument, range, context: { diagnostics: [] } }],
    ['textDocument/documentLink', { textDocument }],
  ]);
}

function freshProblems(
  documents: readonly TextDocument[],
  sample: readonly { readonly path: string }[],
): readonly Problem[] {
  const files = documents.map((document, i) => ({ path: sample[i].path, text: document.getText() }));
  // Nothing is beside the documents, for the folder is not there.
  const loaded = loadSpecs(files, { exists: () => false });
  return [...loaded.problems, ...diagnose(loaded)].sort(compareProblems);
}

interface Place {
  readonly line: number;
  readonly character: number;
}

const wordsOf = (uri: string, { range: { start, end }, code, message }: Diagnostic): string =>
  `${uri}:${start.line}:${start.character}-${end.line}:${end.character} ${String(code)}: ${message}`;

const wordsOfProblem = (uri: string, { range: { start, end }, code, message }: Problem): string =>
  `${uri}:${start.line - 1}:${start.column - 1}-${end.line - 1}:${end.column - 1} ${code}: ${message}`;

/** Every range in an answer is in its document: in that of the nearest `uri`, or key of `changes`, around it. */
function assertInside(
  answer: unknown,
  byUri: ReadonlyMap<string, TextDocument>,
  document: TextDocument | undefined,
  where: string,
): void {
  if (typeof answer !== 'object' || answer === null) return;
  if (Array.isArray(answer)) {
    for (const item of answer) assertInside(item, byUri, document, where);
    return;
  }
  const { uri, start, end } = answer as { uri?: string; start?: Place; end?: Place };
  const owner = (uri === undefined ? undefined : byUri.get(uri)) ?? document;
  if (start && end && owner && typeof start === 'object') assertRange(start, end, owner, where);
  for (const [key, value] of Object.entries(answer)) {
    if (key !== 'data') assertInside(value, byUri, byUri.get(key) ?? owner, where);
  }
}

function assertRange(start: Place, end: Place, document: TextDocument, where: string): void {
  const text = `${where}: ${JSON.stringify({ start, end })} in ${document.uri}`;
  assert.ok(start.line < end.line || (start.line === end.line && start.character <= end.character), text);
  for (const place of [start, end]) {
    assert.ok(place.line >= 0 && place.line < document.lineCount, text);
    const line = document.getText({
      start: { line: place.line, character: 0 },
      end: { line: place.line + 1, character: 0 },
    });
    // A line break counts: a range may end after the last line's.
    assert.ok(place.character >= 0 && place.character <= line.length, text);
  }
}
