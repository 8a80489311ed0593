/** The run that a panel shows, and its content: the requested run, or else the newest one that can be shown. */
import type * as vscode from 'vscode';
import type { MissingMessage, RunsMessage } from '../../../../webview/protocol/run-choice.ts';
import { describeError } from '../errors.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { RunStore } from '../runs/run-store.ts';

export interface ShownRunKind<C> {
  /** Whether a run can be shown. */
  has(entry: RunEntry): boolean;
  /** What is shown of it. Rejects with an error that says what is wrong. */
  read(directory: string): Promise<C>;
  /** Why nothing is shown: no run can be shown, or this one cannot be shown yet. */
  why(entry: RunEntry | undefined): string;
}

export interface ShownRunMessages<C> {
  runs(message: RunsMessage): void;
  missing(message: MissingMessage): void;
  content(content: C, directory: string): void;
}

type Read<C> = { readonly directory: string } & ({ readonly content: C } | { readonly why: string });

export class ShownRun<C> implements vscode.Disposable {
  readonly #runs: RunStore;
  readonly #kind: ShownRunKind<C>;
  readonly #tell: ShownRunMessages<C>;
  readonly #changes: vscode.Disposable;
  /** Directory of the run that was asked for; empty = the newest. */
  #wanted: string;
  #wasAsked: boolean;
  #read: Read<C> | undefined;
  /** The last list that was sent. The store changes often, but the runs that can be shown rarely do. */
  #listed = '';

  readonly handlers = {
    show: ({ directory }: { readonly directory: string }): void => this.show(directory),
    restore: ({ directory }: { readonly directory: string }): void => {
      if (!this.#wasAsked) this.show(directory);
    },
  };

  /** `asked`: what the panel was opened with; undefined where a reload of the window restored it. */
  constructor(runs: RunStore, asked: string | undefined, kind: ShownRunKind<C>, tell: ShownRunMessages<C>) {
    this.#runs = runs;
    this.#kind = kind;
    this.#tell = tell;
    this.#wanted = asked ?? '';
    this.#wasAsked = asked !== undefined;
    this.#changes = runs.onDidChange(() => void this.#update());
  }

  snapshot(): void {
    this.#listed = '';
    void this.#update();
    this.#show();
  }

  show(directory: string): void {
    this.#wanted = directory;
    this.#wasAsked = true;
    void this.#update();
  }

  /** Directory of the run shown; empty = none. */
  get directory(): string {
    return this.#selected?.directory ?? '';
  }

  /** What has been read, of which run. */
  get content(): { readonly directory: string; readonly content: C } | undefined {
    return this.#read && 'content' in this.#read ? this.#read : undefined;
  }

  dispose(): void {
    this.#changes.dispose();
  }

  get #selected(): RunEntry | undefined {
    const { runs } = this.#runs;
    return runs.find(({ directory }) => directory === this.#wanted) ?? runs.find((entry) => this.#kind.has(entry));
  }

  async #update(): Promise<void> {
    const entry = this.#selected;
    const directory = entry?.directory ?? '';
    this.#list(directory);
    const isKnown = this.#read?.directory === directory && 'content' in this.#read;
    // What is to be shown may still be on its way.
    if (isKnown || (this.#read?.directory === directory && !(entry && this.#kind.has(entry)))) return;
    const read = await this.#readRun(entry);
    if (this.directory !== directory) return;
    this.#read = read;
    this.#list(directory);
    this.#show();
  }

  async #readRun(entry: RunEntry | undefined): Promise<Read<C>> {
    const directory = entry?.directory ?? '';
    if (!entry || !this.#kind.has(entry)) return { directory, why: this.#kind.why(entry) };
    try {
      return { directory, content: await this.#kind.read(directory) };
    } catch (error) {
      return { directory, why: describeError(error) };
    }
  }

  #list(selected: string): void {
    const loading = selected !== '' && this.#read?.directory !== selected;
    const runs = this.#runs.runs
      .filter((entry) => this.#kind.has(entry))
      .map(({ directory, id, name, kind, createdAt }) => ({ directory, id, training: name, kind, createdAt }));
    const message = { runs, selected, loading };
    const text = JSON.stringify(message);
    if (text === this.#listed) return;
    this.#listed = text;
    this.#tell.runs(message);
  }

  #show(): void {
    const read = this.#read;
    if (!read) return;
    if ('why' in read) this.#tell.missing(read);
    else this.#tell.content(read.content, read.directory);
  }
}
