import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { KarmaApi, KarmaRun } from '../../../src/hosts/extension/api.ts';

/** Returns the interface for other extensions. */
export async function karma(): Promise<KarmaApi> {
  const extension = vscode.extensions.getExtension<KarmaApi>('karma-mas.karma-mas');
  assert.ok(extension, 'the extension is installed');
  return extension.activate();
}

/** Resolves with the first result of `look` that is not undefined. Throws after five minutes, which only a hang takes. */
export async function eventually<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const deadline = Date.now() + 300_000; Date.now() < deadline; await sleep(100)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`Waited too long: ${what}.`);
}

/** Resolves with the run in a directory once it fits. */
export async function runOnce(directory: string, what: string, fits: (run: KarmaRun) => boolean): Promise<KarmaRun> {
  const api = await karma();
  return eventually(what, async () => (await api.runs()).find((run) => run.directory === directory && fits(run)));
}

/**
 * Writes the file of a document and lets VS Code read it at once. Otherwise the document may look right because an earlier change
 * of the file was not read yet, and VS Code then refuses to save it: the file on the disk is newer.
 */
export async function writeAndReload(document: vscode.TextDocument, text: string): Promise<void> {
  writeFileSync(document.uri.fsPath, text);
  await vscode.window.showTextDocument(document);
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await eventually('the editor shows the file as it is', () => document.getText() === text);
}

/** A training that needs no traces and goes on until it is stopped. */
export const LONG_TRAINING = {
  training: 'in-emulator',
  options: { steps: 10_000_000, backend: 'wasm', cores: 1 },
  seeds: [1],
} as const;
/** A training that ends within seconds. */
export const SHORT_TRAINING = { ...LONG_TRAINING, options: { ...LONG_TRAINING.options, steps: 1024 } } as const;

/** Answers the extension's messages until disposed, each with the button that `choose` returns. */
export function answerMessages(
  choose: (message: string, buttons: readonly string[]) => string | undefined,
): vscode.Disposable {
  const window = vscode.window as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  const names = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'];
  const before = names.map((name) => window[name]);
  for (const name of names)
    window[name] = (message, ...rest) => {
      const items = rest.filter(
        (item) => typeof item === 'string' || (item as { title?: unknown }).title !== undefined,
      );
      const titles = items.map((item) => (typeof item === 'string' ? item : (item as { title: string }).title));
      const chosen = choose(String(message), titles);
      return Promise.resolve(chosen === undefined ? undefined : items[titles.indexOf(chosen)]);
    };
  return new vscode.Disposable(() => names.forEach((name, i) => (window[name] = before[i])));
}
