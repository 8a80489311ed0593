/** Runs the command line in a process of its own, with a notification that can be canceled. */
import * as vscode from 'vscode';
import { nodeProblem } from '../node-program.ts';
import type { Services } from '../services.ts';
import { runCli, type CliResult } from './cli-process.ts';

export interface CommandLine {
  /** Of the notification. */
  readonly title: string;
  readonly args: readonly string[];
  /** Variables to add to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each result as it arrives: to show it, or to keep it if the process fails. */
  readonly onResult?: (result: CliResult, show: (message: string) => void) => void;
  /** Aborted when the extension ends. */
  readonly closing: AbortSignal;
}

/** Resolves with all results. Rejects with the error message of the command line if it fails, and with a CancellationError if it is canceled. */
export async function runCommandLine(
  services: Services,
  { title, args, env = {}, onResult, closing }: CommandLine,
): Promise<readonly CliResult[]> {
  services.trust.assert();
  const { node } = services;
  const problem = await nodeProblem(node);
  if (problem !== undefined) throw new Error(problem);
  const program = vscode.Uri.joinPath(services.extensionUri, 'dist', 'cli.mjs').fsPath;
  services.log.info(`karma-mas ${args.join(' ')}`);
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const cancel = new AbortController();
      token.onCancellationRequested(() => cancel.abort());
      const signal = AbortSignal.any([cancel.signal, closing]);
      const results: CliResult[] = [];
      await runCli(args, {
        node,
        program,
        env,
        signal,
        onResult: (result) => {
          results.push(result);
          onResult?.(result, (message) => progress.report({ message }));
        },
      });
      if (signal.aborted) throw new vscode.CancellationError();
      return results;
    },
  );
}
