/** Runs in the extension host: activates the extension once and appends how long that took to the file KARMA_BENCH. */
import { appendFileSync } from 'node:fs';
import * as vscode from 'vscode';

export async function run(): Promise<void> {
  const extension = vscode.extensions.getExtension('karma-mas.karma-mas');
  if (!extension || extension.isActive)
    throw new Error('The extension is not there, or is active before it is measured.');
  const began = performance.now();
  await extension.activate();
  appendFileSync(process.env.KARMA_BENCH!, `${performance.now() - began}\n`);
}
