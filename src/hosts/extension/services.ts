/** What every part of the extension is given. Parts export `registerX(services): vscode.Disposable`; main.ts calls them. */
import type * as vscode from 'vscode';
import type { JobKind } from '../../jobs/options/job-table.ts';
import type { StartRequest } from '../../jobs/starting/start-protocol.ts';
import type { CommandHandler, CommandId } from './commands.ts';
import type { Projects } from './projects.ts';
import type { RunEntry } from './runs/run-entry.ts';
import type { RunStore } from './runs/run-store.ts';
import type { Trust } from './trust.ts';

export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly trust: Trust;
  readonly projects: Projects;
  readonly runs: RunStore;
  readonly language: LanguageService;
  /** Program and arguments for a Node of the engine: `[...arguments]` follow; never through a shell. */
  readonly node: NodeProgram;
  /**
   * Registers the handler of a contributed command: what it throws is shown in a sentence with Show Log, and a command that
   * needs trust does nothing without.
   */
  command(id: CommandId, handler: CommandHandler): vscode.Disposable;
  /**
   * Starts a job in a runner of its own, follows it in status bar and notification, and resolves once it has a run
   * directory; undefined where it could not start (the user has been told why).
   */
  startJob<K extends JobKind>(request: JobRequest<K>): Promise<RunEntry | undefined>;
  /** Shows an error with Show Log; further buttons run their action. */
  showError(message: string, ...actions: readonly MessageAction[]): Promise<void>;
}

/** The language server, as language-client.ts starts it. */
export interface LanguageService extends vscode.Disposable {
  /** Waits for the server to be there. Methods and types: src/language/protocol.ts. */
  request<Result>(method: string, params: unknown): Promise<Result>;
  notify(method: string, params: unknown): Promise<void>;
  onNotification<Params>(method: string, handler: (params: Params) => void): vscode.Disposable;
}

/** See start-protocol.ts. */
export type JobRequest<K extends JobKind = JobKind> = StartRequest<K>;

export interface NodeProgram {
  /** Executable. */
  readonly path: string;
  /** Variables to add to the environment. */
  readonly env: Readonly<Record<string, string>>;
}

export interface MessageAction {
  readonly title: string;
  readonly run: () => unknown;
}
