/**
 * The client of the language server. In a trusted workspace the server is a process; in an untrusted one nothing may be
 * started, so that the same file runs in a worker thread of the extension host, until the user trusts the workspace.
 */
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import {
  LanguageClient,
  PortMessageReader,
  PortMessageWriter,
  TransportKind,
  type MessageTransports,
  type ServerOptions,
} from 'vscode-languageclient/node';
import { describeError } from './errors.ts';
import type { LanguageService, Services } from './services.ts';
import { SHOW_REFERENCES, type InitializationOptions, type ShowReferencesArguments } from '../../language/protocol.ts';

/** Other schemes show old versions of documents, which need no help. */
const SCHEMES = ['file', 'untitled', 'vscode-vfs'];

type Needs = Pick<Services, 'extensionUri' | 'trust' | 'log'>;

/** Starts the server, and restarts it when the user trusts the workspace. */
export function startLanguageClient(needs: Needs): LanguageService {
  return new Server(needs);
}

class Server implements LanguageService {
  readonly #needs: Needs;
  readonly #notifications = new Map<string, vscode.EventEmitter<unknown>>();
  readonly #subscriptions: readonly vscode.Disposable[];
  #client: LanguageClient;
  #started: Promise<void>;

  constructor(needs: Needs) {
    this.#needs = needs;
    this.#client = this.#newClient();
    this.#started = this.#start(this.#client);
    this.#started.catch(() => undefined); // the log has it; requests reject
    const trusted = needs.trust.onGranted(() => {
      const before = this.#started;
      const old = this.#client;
      this.#client = this.#newClient();
      for (const method of this.#notifications.keys()) this.#listen(method);
      this.#started = before
        .then(
          () => old.dispose(),
          () => undefined,
        )
        .then(() => this.#start(this.#client));
      this.#started.catch(() => undefined);
    });
    this.#subscriptions = [trusted, vscode.commands.registerCommand(SHOW_REFERENCES, showReferences)];
  }

  async request<Result>(method: string, params: unknown): Promise<Result> {
    await this.#started;
    return this.#client.sendRequest<Result>(method, params);
  }

  async notify(method: string, params: unknown): Promise<void> {
    await this.#started;
    await this.#client.sendNotification(method, params);
  }

  onNotification<Params>(method: string, handler: (params: Params) => void): vscode.Disposable {
    let emitter = this.#notifications.get(method);
    if (!emitter) {
      emitter = new vscode.EventEmitter();
      this.#notifications.set(method, emitter);
      this.#listen(method);
    }
    return emitter.event((params) => handler(params as Params));
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    for (const emitter of this.#notifications.values()) emitter.dispose();
    const client = this.#client;
    void this.#started.then(
      () => client.dispose(),
      () => undefined,
    );
  }

  #listen(method: string): void {
    this.#client.onNotification(method, (params: unknown) => this.#notifications.get(method)?.fire(params));
  }

  #newClient(): LanguageClient {
    const file = vscode.Uri.joinPath(this.#needs.extensionUri, 'dist', 'server.mjs').fsPath;
    const options: ServerOptions = this.#needs.trust.isTrusted
      ? { module: file, transport: TransportKind.ipc }
      : () => Promise.resolve(threadOf(file));
    return new LanguageClient('karma-mas', vscode.l10n.t('KARMA MAS Language Server'), options, {
      documentSelector: SCHEMES.map((scheme) => ({ scheme, language: 'karma' })),
      initializationOptions: { commands: true } satisfies InitializationOptions,
    });
  }

  async #start(client: LanguageClient): Promise<void> {
    try {
      await client.start();
    } catch (error) {
      this.#needs.log.error(`Language server: ${describeError(error)}`);
      throw error;
    }
  }
}

/** The command of code lenses, because VS Code needs its own objects. */
function showReferences({ uri, position, locations }: ShowReferencesArguments): Thenable<unknown> {
  const place = ({ line, character }: ShowReferencesArguments['position']) => new vscode.Position(line, character);
  return vscode.commands.executeCommand(
    'editor.action.showReferences',
    vscode.Uri.parse(uri),
    place(position),
    locations.map(
      ({ uri: file, range }) =>
        new vscode.Location(vscode.Uri.parse(file), new vscode.Range(place(range.start), place(range.end))),
    ),
  );
}

/** The server in a thread; it ends when the client tells it to exit. */
function threadOf(file: string): MessageTransports {
  const worker = new Worker(file, { env: process.env, stdout: true, stderr: true });
  return { reader: new PortMessageReader(worker), writer: new PortMessageWriter(worker) };
}
