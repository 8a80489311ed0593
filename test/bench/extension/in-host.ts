/** Runs in the extension host: activates the extension once and appends how long that took to the file KARMA_BENCH. */
import { appendFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';

/** Milliseconds. */
const SETTLED = 4000;

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('karma-mas.karma-mas');
  if (!extension || extension.isActive)
    throw new Error('The extension is not there, or is active before it is measured.');
  // The window itself is still starting, and would be counted with it.
  await pause(SETTLED);
  const began = performance.now();
  await extension.activate();
  appendFileSync(process.env.KARMA_BENCH!, `${performance.now() - began}\n`);
}
