import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { GPU_PATH_VARIABLE, gpuFolder } from '../../../jobs/backend/gpu-package.ts';

export const PACKAGE_SETTING = 'karma-mas.gpu.packagePath';

/** The folder that the setting names; empty = none. Machine-scoped: no workspace says what is loaded. */
export function configuredFolder(): string {
  return vscode.workspace.getConfiguration().get<string>(PACKAGE_SETTING, '').trim();
}

/** Where Set Up GPU Backend installs, in the extension's own storage. */
export function ownFolder(context: vscode.ExtensionContext): string {
  return gpuFolder(context.globalStorageUri.fsPath);
}

/** The environment variable that tells our processes where the GPU package is; empty if there is none. */
export function gpuEnvironment(context: vscode.ExtensionContext): Record<string, string> {
  const folder = configuredFolder() || (existsSync(ownFolder(context)) ? ownFolder(context) : '');
  return folder === '' ? {} : { [GPU_PATH_VARIABLE]: folder };
}
