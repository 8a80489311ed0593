/** The jobs as VS Code tasks of type karma-mas, for tasks.json and keybindings. The terminal follows the run's directory. */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { isJobKind, JOB_KINDS, type JobKind } from '../../../runs/job-kinds.ts';
import { requestStop } from '../../../runs/stop.ts';
import { describeError } from '../errors.ts';
import type { JobRequest, Services } from '../services.ts';
import { begin } from './jobs.ts';
import type { RunEntry } from './run-entry.ts';
import { amountOf, jobName, objectiveOf, stateName, workOf } from './run-text.ts';

const { t } = vscode.l10n;
const TYPE = 'karma-mas';
/**
 * A terminal that is closed asks its run to stop, but not where the window itself closes or reloads: then this process is
 * gone before (ms), and the run goes on.
 */
const CLOSING = 1_500;
const EXIT = { fine: 0, failed: 1, stopped: 130 };

interface KarmaTask extends vscode.TaskDefinition {
  readonly kind: string;
  readonly training?: string;
  readonly folder?: string;
  readonly seeds?: readonly number[];
  readonly options?: Readonly<Record<string, unknown>>;
}

export function registerTasks(services: Services): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    provideTasks: async () => {
      if (services.projects.all.length === 0) await services.projects.refresh();
      return services.projects.all.flatMap(({ uri, folder }) => {
        const workspace = vscode.workspace.getWorkspaceFolder(uri);
        if (folder === undefined || !workspace) return [];
        const relative = vscode.workspace.asRelativePath(uri, false);
        const inside = workspace.uri.path === uri.path ? {} : { folder: relative };
        return JOB_KINDS.map((kind) => task(services, { type: TYPE, kind, ...inside }, workspace));
      });
    },
    resolveTask: (given) => {
      const definition = given.definition as KarmaTask;
      const { scope } = given;
      if (!isJobKind(definition.kind) || typeof scope !== 'object') return undefined;
      return task(services, definition, scope, given.name);
    },
  });
}

function task(services: Services, definition: KarmaTask, scope: vscode.WorkspaceFolder, name?: string): vscode.Task {
  const label = name ?? [definition.kind, definition.folder].filter((part) => part !== undefined).join(': ');
  // The definition is what VS Code finds the task by: it must be the one of tasks.json.
  const execution = new vscode.CustomExecution(() => Promise.resolve(new JobTerminal(services, definition, scope)));
  const made = new vscode.Task(definition, scope, label, 'KARMA', execution);
  made.detail = jobName(definition.kind);
  made.presentationOptions = { reveal: vscode.TaskRevealKind.Always, panel: vscode.TaskPanelKind.Dedicated };
  return made;
}

class JobTerminal implements vscode.Pseudoterminal {
  readonly #services: Services;
  readonly #definition: KarmaTask;
  readonly #scope: vscode.WorkspaceFolder;
  readonly #written = new vscode.EventEmitter<string>();
  readonly #closed = new vscode.EventEmitter<number>();
  readonly #subscriptions: vscode.Disposable[] = [];
  #directory: string | undefined;
  #stopAsked = false;
  #ended = false;
  #last = '';

  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;

  constructor(services: Services, definition: KarmaTask, scope: vscode.WorkspaceFolder) {
    this.#services = services;
    this.#definition = definition;
    this.#scope = scope;
  }

  open(): void {
    void this.#run().catch((error: unknown) => this.#fail(describeError(error)));
  }

  close(): void {
    const directory = this.#directory;
    if (!this.#ended && directory !== undefined && !this.#stopAsked) setTimeout(() => requestStop(directory), CLOSING);
    this.#dispose();
  }

  handleInput(data: string): void {
    if (data !== '\u0003') return;
    if (this.#stopAsked || this.#directory === undefined) return this.#end(EXIT.stopped);
    this.#stopAsked = true;
    this.#line(t('Stopping at the next checkpoint; Ctrl-C again leaves it to the Runs view.'));
    requestStop(this.#directory);
    void this.#services.runs.refresh();
  }

  async #run(): Promise<void> {
    const { runs } = this.#services;
    if (!(await this.#services.trust.request()))
      return this.#fail(t('This workspace is not trusted: nothing is started.'));
    if (this.#services.projects.all.length === 0) await this.#services.projects.refresh();
    const answer = await begin(this.#services, this.#request());
    if ('error' in answer) {
      // As compilers tell it, so that the terminal makes links of the places.
      for (const { file, line, column, code, message } of answer.problems)
        this.#line(`${file}:${line}:${column}: error ${code}: ${message}`);
      return this.#fail(answer.error);
    }
    this.#directory = answer.directory;
    for (const warning of answer.warnings) this.#line(warning);
    this.#line(t('Run {0}', answer.run));
    this.#subscriptions.push(
      runs.watch(),
      runs.onDidChange(() => this.#show()),
    );
    await runs.refresh();
    this.#show();
  }

  #request(): JobRequest {
    const { kind, training = '', folder, seeds = [], options = {} } = this.#definition;
    const all = { ...options, training };
    return { kind: kind as JobKind, folder: this.#folder(folder), options: all, seeds };
  }

  #folder(given: string | undefined): string {
    const root = this.#scope.uri;
    if (given !== undefined) return isAbsolute(given) ? given : join(root.fsPath, given);
    return this.#services.projects.of(root)?.folder ?? root.fsPath;
  }

  #show(): void {
    const entry = this.#directory === undefined ? undefined : this.#services.runs.get(this.#directory);
    if (!entry || this.#ended) return;
    if (entry.state === 'running' || entry.state === 'created' || entry.state === 'incomplete')
      return this.#progress(entry);
    if (entry.state === 'finished') {
      const objective = objectiveOf(entry);
      this.#line(objective === '' ? t('Finished.') : t('Finished: {0}.', objective));
      return this.#end(EXIT.fine);
    }
    this.#line(entry.message ? `${stateName(entry.state)}: ${entry.message}` : stateName(entry.state));
    this.#end(entry.state === 'stopped' ? EXIT.stopped : EXIT.failed);
  }

  #progress(entry: RunEntry): void {
    const line = workOf(entry);
    if (line === this.#last) return;
    this.#last = line;
    const amount = entry.progress ? ` (${amountOf(entry.progress)})` : '';
    this.#line(`${line}${amount}`);
  }

  #fail(message: string): void {
    this.#line(message);
    this.#end(EXIT.failed);
  }

  #line(text: string): void {
    this.#written.fire(`${text.replaceAll('\n', '\r\n')}\r\n`);
  }

  #end(code: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#dispose();
    this.#closed.fire(code);
  }

  #dispose(): void {
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }
}
