import * as vscode from 'vscode';
import { COMMANDS, type CommandHandler, type CommandId } from './commands.ts';
import { describeError } from './errors.ts';
import type { Services } from './services.ts';

/** See Services.command. */
export function registerCommand(
  id: CommandId,
  handler: CommandHandler,
  services: Pick<Services, 'trust' | 'showError' | 'log'>,
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: readonly unknown[]) => {
    if (COMMANDS[id].needsTrust && !(await services.trust.request())) return undefined;
    try {
      return await handler(...args);
    } catch (error) {
      if (error instanceof vscode.CancellationError) return undefined;
      services.log.error(`${id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      void services.showError(describeError(error));
      return undefined;
    }
  });
}
