/** An editor without a user interface: a client of the language server over real pipes. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { ClientCapabilities, InitializeResult, PublishDiagnosticsParams } from 'vscode-languageserver';
import { ensureBuilt } from '../../tools/build-once.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** The command line with which editors start the built server. */
export const SERVER = [join(ensureBuilt(), 'karma-mas.mjs'), 'lsp', '--stdio'];
/** Milliseconds. Even on a busy machine, only a hang takes this long. */
const PATIENCE = 300_000;

const CAPABILITIES: ClientCapabilities = {
  workspace: {
    workspaceFolders: true,
    configuration: true,
    didChangeWatchedFiles: { dynamicRegistration: true },
    didChangeConfiguration: { dynamicRegistration: true },
    inlayHint: { refreshSupport: true },
    codeLens: { refreshSupport: true },
  },
  textDocument: {
    publishDiagnostics: { versionSupport: true, relatedInformation: true },
    completion: { completionItem: { snippetSupport: true, documentationFormat: ['markdown'] } },
    hover: { contentFormat: ['markdown'] },
    documentSymbol: { hierarchicalDocumentSymbolSupport: true },
    codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: ['quickfix', 'refactor'] } } },
  },
};

export interface ClientOptions {
  /** Arguments for Node. */
  readonly server?: readonly string[];
  readonly folders: readonly string[];
  /** Answers to `workspace/configuration`, by section. */
  readonly configuration?: Record<string, unknown>;
  readonly initialize?: Record<string, unknown>;
}

export class Client {
  readonly connection: MessageConnection;
  readonly process: ChildProcessWithoutNullStreams;
  /** The latest diagnostics of each document. */
  readonly diagnostics = new Map<string, PublishDiagnosticsParams>();
  /** All diagnostics that the server published, in order. */
  readonly published: PublishDiagnosticsParams[] = [];
  readonly registered: { method: string; registerOptions?: unknown }[] = [];
  readonly notifications: { method: string; params: unknown }[] = [];
  configuration: Record<string, unknown>;
  readonly #waiting = new Set<() => void>();
  readonly #versions = new Map<string, number>();
  stderr = '';

  private constructor({ server = SERVER, configuration = {} }: ClientOptions) {
    this.configuration = configuration;
    this.process = spawn(process.execPath, [...server], { cwd: ROOT, stdio: 'pipe' });
    this.process.stderr.on('data', (data: Buffer) => (this.stderr += data.toString()));
    const { stdout, stdin } = this.process;
    this.connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.connection.onNotification((method, params) => {
      if (method === 'textDocument/publishDiagnostics') this.#publish(params as unknown as PublishDiagnosticsParams);
      else this.notifications.push({ method, params });
      for (const wake of this.#waiting) wake();
    });
    this.connection.onRequest((method, params) => this.#answer(method, params));
    this.connection.listen();
  }

  static async start(options: ClientOptions): Promise<Client & { readonly initialized: InitializeResult }> {
    const client = new Client(options);
    const workspaceFolders = options.folders.map((folder) => ({ uri: uriOf(folder), name: folder }));
    const initialized = await client.connection.sendRequest<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: workspaceFolders[0]?.uri ?? null,
      workspaceFolders,
      capabilities: CAPABILITIES,
      ...options.initialize,
    });
    await client.connection.sendNotification('initialized', {});
    return Object.assign(client, { initialized });
  }

  request<T>(method: string, params: unknown): Promise<T> {
    return this.connection.sendRequest<T>(method, params);
  }

  notify(method: string, params: unknown): Promise<void> {
    return this.connection.sendNotification(method, params);
  }

  async open(uri: string, text: string, languageId = 'karma'): Promise<void> {
    this.#versions.set(uri, 1);
    await this.notify('textDocument/didOpen', { textDocument: { uri, languageId, version: 1, text } });
  }

  /** Changes the whole text or a part of it. Returns the new version. */
  async change(uri: string, ...contentChanges: readonly { text: string; range?: unknown }[]): Promise<number> {
    const version = this.#versions.get(uri)! + 1;
    this.#versions.set(uri, version);
    await this.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges });
    return version;
  }

  close(uri: string): Promise<void> {
    return this.notify('textDocument/didClose', { textDocument: { uri } });
  }

  /** Waits until `found` returns a value. It is called after each message from the server. */
  async until<T>(what: string, found: () => T | undefined | false, patience = PATIENCE): Promise<T> {
    const first = found();
    if (first !== undefined && first !== false) return first;
    return new Promise<T>((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
      };
      const wake = (): void => {
        const value = found();
        if (value === undefined || value === false) return;
        stop();
        resolve(value);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`${what}: not within ${patience} ms. ${this.stderr}`));
      }, patience);
      this.#waiting.add(wake);
    });
  }

  /** Waits for the diagnostics of this version of a document. */
  async diagnosticsOf(uri: string, version: number | undefined): Promise<PublishDiagnosticsParams> {
    return this.until(`diagnostics of ${uri}, version ${version}`, () => {
      const known = this.diagnostics.get(uri);
      return known?.version === version && known;
    });
  }

  async codesOf(uri: string, version: number | undefined): Promise<string[]> {
    return (await this.diagnosticsOf(uri, version)).diagnostics.map(({ code }) => String(code));
  }

  /** Stops the server as an editor does. Fails unless the server ends as the protocol requires. */
  async stop(): Promise<void> {
    const exit = once(this.process, 'exit');
    await this.request('shutdown', undefined);
    await this.notify('exit', undefined);
    const [code] = (await exit) as [number | null];
    this.connection.dispose();
    assert.equal(code, 0);
  }

  kill(): void {
    this.connection.dispose();
    this.process.kill('SIGKILL');
  }

  #publish(params: PublishDiagnosticsParams): void {
    this.diagnostics.set(params.uri, params);
    this.published.push(params);
  }

  #answer(method: string, params: unknown): unknown {
    if (method === 'client/registerCapability')
      this.registered.push(...(params as { registrations: { method: string }[] }).registrations);
    if (method === 'workspace/configuration')
      return (params as { items: { section: string }[] }).items.map(
        ({ section }) => this.configuration[section] ?? null,
      );
    this.notifications.push({ method, params });
    return null;
  }
}

export const uriOf = (path: string): string => pathToFileURL(path).href;

/** Creates a temporary folder with these files; `remove` deletes it. */
export function folderWith(files: Readonly<Record<string, string>>): { readonly folder: string; remove(): void } {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'karma-lsp-')));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
