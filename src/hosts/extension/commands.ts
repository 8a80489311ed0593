import * as vscode from 'vscode';
import { describeError } from './errors.ts';
import type { Trust } from './trust.ts';

/**
 * Every command of the manifest, and whether it starts a process, writes or connects: those do nothing in an untrusted
 * workspace. Each part of the extension registers the handlers of its own; a test in the host finds the missing ones.
 */
export const COMMANDS = {
  'karma-mas.createSample': { trusted: false },
  'karma-mas.collect': { trusted: true },
  'karma-mas.fit': { trusted: true },
  'karma-mas.train': { trusted: true },
  'karma-mas.analyze': { trusted: true },
  'karma-mas.evaluate': { trusted: true },
  'karma-mas.runAll': { trusted: true },
  'karma-mas.transfer': { trusted: true },
  'karma-mas.fallBack': { trusted: true },
  'karma-mas.holdTransfer': { trusted: true },
  'karma-mas.promoteTransfer': { trusted: true },
  'karma-mas.setPrometheusToken': { trusted: true },
  'karma-mas.stopRun': { trusted: true },
  'karma-mas.resumeRun': { trusted: true },
  'karma-mas.deleteRun': { trusted: true },
  'karma-mas.revealRun': { trusted: false },
  'karma-mas.compareRuns': { trusted: false },
  'karma-mas.openLearningCurves': { trusted: false },
  'karma-mas.openReport': { trusted: false },
  'karma-mas.openTwinReport': { trusted: false },
  'karma-mas.openEpisode': { trusted: false },
  'karma-mas.openClustering': { trusted: false },
  'karma-mas.openRoles': { trusted: false },
  'karma-mas.openRelations': { trusted: false },
  'karma-mas.addInferredRole': { trusted: false },
  'karma-mas.addInferredGoal': { trusted: false },
  'karma-mas.addRelation': { trusted: false },
  'karma-mas.refineAndRetrain': { trusted: true },
  'karma-mas.openOrganization': { trusted: false },
  'karma-mas.openPlayground': { trusted: false },
  'karma-mas.importCluster': { trusted: true },
  'karma-mas.addOrganization': { trusted: true },
  'karma-mas.testQueries': { trusted: true },
  'karma-mas.selectCluster': { trusted: true },
  'karma-mas.installController': { trusted: true },
  'karma-mas.upgradeController': { trusted: true },
  'karma-mas.removeController': { trusted: true },
  'karma-mas.setUpGpu': { trusted: true },
  'karma-mas.removeGpu': { trusted: true },
  'karma-mas.checkSetup': { trusted: true },
  'karma-mas.importMoise': { trusted: false },
  'karma-mas.exportMoise': { trusted: false },
  'karma-mas.refresh': { trusted: false },
  'karma-mas.showLog': { trusted: false },
} as const satisfies Record<string, { readonly trusted: boolean }>;

export type CommandId = keyof typeof COMMANDS;
/** Arguments are whatever the caller gives (a tree item, a URI, another extension's idea): the handler checks them. */
export type CommandHandler = (...args: readonly unknown[]) => unknown;

/** See Services.command. */
export function registerCommand(
  id: CommandId,
  handler: CommandHandler,
  services: { readonly trust: Trust; showError(message: string): Promise<void>; readonly log: vscode.LogOutputChannel },
): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (...args: readonly unknown[]) => {
    if (COMMANDS[id].trusted && !(await services.trust.request())) return undefined;
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
