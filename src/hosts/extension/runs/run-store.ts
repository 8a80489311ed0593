import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import * as vscode from 'vscode';
import { describeIoError, isMissing } from '../../../runs/io-error.ts';
import { runsFolder } from '../../../runs/run-directory.ts';
import type { Projects } from '../projects.ts';
import type { RunEntry } from './run-entry.ts';
import { RunReader } from './run-reader.ts';

/** Milliseconds between two looks: while a run works and somebody looks, or nobody does; while none works. */
const INTERVALS = { watched: 500, unwatched: 2_000, idle: 4_000, idleUnfocused: 20_000 };
/** A run that no process has begun after so many milliseconds is not about to begin. */
const BEGINNING = 60_000;
/** A look lets others work after so many milliseconds. */
const SLICE = 8;

/**
 * The runs of all projects, read from their directories: newest first, up to date whoever works on them (this window, another
 * one, the command line). All windows see the same, because nothing is kept but what the directories say.
 */
export interface RunStore {
  readonly runs: readonly RunEntry[];
  /** Some run is new, gone or different. */
  readonly onDidChange: vscode.Event<void>;
  /** Looks at once. */
  refresh(): Promise<void>;
  get(directory: string): RunEntry | undefined;
  /** Somebody looks at runs that work: they are kept up to date within half a second until disposed. */
  watch(): vscode.Disposable;
}

export class RunStoreOnDisk implements RunStore, vscode.Disposable {
  readonly #projects: Projects;
  readonly #log: vscode.LogOutputChannel;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable[] = [];
  #readers = new Map<string, RunReader>();
  #runs: readonly RunEntry[] = [];
  /** Folders that could not be read, told once. */
  readonly #unreadable = new Set<string>();
  #watchers = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again: Promise<void> | undefined;
  #disposed = false;

  readonly onDidChange = this.#changed.event;

  constructor(projects: Projects, log: vscode.LogOutputChannel) {
    this.#projects = projects;
    this.#log = log;
    const manifests = vscode.workspace.createFileSystemWatcher('**/.karma/runs/*/manifest.json', false, true, false);
    const now = () => void this.refresh();
    this.#subscriptions.push(
      manifests,
      manifests.onDidCreate(now),
      manifests.onDidDelete(now),
      projects.onDidChange(now),
      vscode.window.onDidChangeWindowState(({ focused }) => focused && now()),
    );
  }

  get runs(): readonly RunEntry[] {
    return this.#runs;
  }

  get(directory: string): RunEntry | undefined {
    return this.#readers.get(directory)?.entry;
  }

  watch(): vscode.Disposable {
    this.#watchers++;
    void this.refresh();
    return new vscode.Disposable(() => this.#watchers--);
  }

  /** One look at a time; a caller during a look gets the next one, which sees what was there when it called. */
  refresh(): Promise<void> {
    if (!this.#looking) return this.#start();
    this.#again ??= this.#looking.then(() => {
      this.#again = undefined;
      return this.#start();
    });
    return this.#again;
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #start(): Promise<void> {
    clearTimeout(this.#timer);
    this.#looking = this.#look()
      .catch((error: unknown) => this.#log.error(`Runs could not be read: ${String(error)}`))
      .finally(() => {
        this.#looking = undefined;
        if (!this.#disposed && !this.#again) this.#timer = setTimeout(() => void this.refresh(), this.#interval());
      });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const found = await this.#find();
    let sliceEnds = performance.now() + SLICE;
    const pause = async () => {
      if (performance.now() < sliceEnds) return;
      await breathe();
      sliceEnds = performance.now() + SLICE;
    };
    let changed =
      found.size !== this.#readers.size || [...found.keys()].some((directory) => !this.#readers.has(directory));
    this.#readers = found;
    for (const reader of found.values()) {
      changed = (await reader.poll(pause)) || changed;
      await pause();
    }
    if (!changed || this.#disposed) return;
    const entries = [...found.values()].map((reader) => reader.entry);
    this.#runs = entries.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
    this.#changed.fire();
  }

  /** A reader for each run directory: the one that knows it already where there is one. */
  async #find(): Promise<Map<string, RunReader>> {
    const found = new Map<string, RunReader>();
    for (const { folder } of this.#projects.all) {
      if (folder === undefined) continue;
      for (const name of await this.#names(runsFolder(folder))) {
        const directory = join(runsFolder(folder), name);
        found.set(directory, this.#readers.get(directory) ?? new RunReader(directory, folder, Date.now));
      }
    }
    return found;
  }

  async #names(runs: string): Promise<string[]> {
    try {
      const entries = await readdir(runs, { withFileTypes: true });
      this.#unreadable.delete(runs);
      return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map((entry) => entry.name);
    } catch (error) {
      if (!isMissing(error) && !this.#unreadable.has(runs)) {
        this.#unreadable.add(runs);
        this.#log.error(describeIoError(error, runs));
      }
      return [];
    }
  }

  #interval(): number {
    const working = this.#runs.some(
      ({ state, createdAt }) =>
        state === 'running' || ((state === 'created' || state === 'incomplete') && Date.now() - createdAt < BEGINNING),
    );
    if (working) return this.#watchers > 0 ? INTERVALS.watched : INTERVALS.unwatched;
    return vscode.window.state.focused ? INTERVALS.idle : INTERVALS.idleUnfocused;
  }
}
