/** What a command about runs is called with, and the choice where it is called with nothing. */
import * as vscode from 'vscode';
import type { RunEntry } from './run-entry.ts';
import type { RunStore } from './run-store.ts';
import { runDescription, runLabel, stateIcon } from './run-text.ts';

/**
 * The runs that a command's arguments name: an item of the Runs view with all that is selected, an entry, or the directory of a
 * run as a text. Empty where they name none.
 */
export function runsOf(args: readonly unknown[], store: RunStore): RunEntry[] {
  const [first, selection] = args;
  const named = Array.isArray(selection) && selection.length > 1 ? selection : [first];
  const entries = named.map((argument) => {
    const directory = directoryOf(argument);
    return directory === undefined ? undefined : store.get(directory);
  });
  return [...new Set(entries.filter((entry) => entry !== undefined))];
}

function directoryOf(argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  const { directory, entry } = (argument ?? {}) as { directory?: unknown; entry?: { directory?: unknown } };
  const found = directory ?? entry?.directory;
  return typeof found === 'string' ? found : undefined;
}

export interface RunChoice {
  readonly title: string;
  readonly placeHolder: string;
  /** Told where no run can be chosen: why, and what to do. */
  readonly none: string;
  readonly filter: (entry: RunEntry) => boolean;
}

/** The only run that fits, or the one that the user picks; the newest first. Undefined where none. */
export async function pickRun(store: RunStore, choice: RunChoice): Promise<RunEntry | undefined> {
  await store.refresh();
  const runs = store.runs.filter(choice.filter);
  if (runs.length === 0) void vscode.window.showInformationMessage(choice.none);
  if (runs.length <= 1) return runs[0];
  const { title, placeHolder } = choice;
  const picked = await vscode.window.showQuickPick(runs.map(item), { title, placeHolder, matchOnDescription: true });
  return picked?.entry;
}

/** As pickRun, for several; the newest is ticked. */
export async function pickRuns(store: RunStore, choice: RunChoice): Promise<RunEntry[]> {
  await store.refresh();
  const runs = store.runs.filter(choice.filter);
  if (runs.length === 0) void vscode.window.showInformationMessage(choice.none);
  if (runs.length <= 1) return runs;
  const { title, placeHolder } = choice;
  const items = runs.map((entry, index) => ({ ...item(entry), picked: index === 0 }));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder,
    canPickMany: true,
    matchOnDescription: true,
  });
  return picked?.map(({ entry }) => entry) ?? [];
}

function item(entry: RunEntry): vscode.QuickPickItem & { readonly entry: RunEntry } {
  return {
    label: runLabel(entry),
    description: runDescription(entry, Date.now()),
    detail: entry.id,
    iconPath: stateIcon(entry),
    entry,
  };
}
