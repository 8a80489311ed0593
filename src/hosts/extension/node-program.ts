import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { gpuEnvironment } from './setup/gpu-folder.ts';
import type { NodeProgram } from './services.ts';

/**
 * The Node.js that the setting names, or else the one inside of VS Code, told where the GPU package is. Read at each use: the
 * settings may change.
 */
export function nodeProgram(context: vscode.ExtensionContext): NodeProgram {
  const path = vscode.workspace.getConfiguration('karma-mas').get<string>('nodePath', '').trim();
  const env = gpuEnvironment(context);
  return path === '' ? { path: process.execPath, env: { ELECTRON_RUN_AS_NODE: '1', ...env } } : { path, env };
}

const NEEDED = 24;

/** A sentence if Node.js is missing or too old; undefined if it can be used. */
export async function nodeProblem({ path, env }: NodeProgram): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], {
      env: { ...process.env, ...env },
      timeout: 10_000,
    });
    const version = stdout.trim();
    if (Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= NEEDED) return undefined;
    return vscode.l10n.t(
      '{0} is Node.js {1}, and jobs need {2} or newer: change the setting karma-mas.nodePath.',
      path,
      version,
      NEEDED,
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return vscode.l10n.t('{0} does not run: {1}. Check the setting karma-mas.nodePath.', path, why);
  }
}
