/** The commands of the extension. Plain data, so that tests read it without VS Code. */
import { PANELS, type PanelName } from './webviews/panels.ts';

interface CommandInfo {
  /**
   * Whether it starts a process, connects to something, or changes what such a command has made (runs, tokens): then it does
   * nothing in an untrusted workspace. Specifications may be edited there, and the sample be copied: nothing of that is run.
   */
  readonly needsTrust: boolean;
}

/** Commands that open a view only read. */
const openPanels = Object.fromEntries(Object.values(PANELS).map(({ command }) => [command, { needsTrust: false }])) as {
  readonly [id in (typeof PANELS)[PanelName]['command']]: CommandInfo;
};

/**
 * Every command of package.json. Each part of the extension registers the handlers of its own; the tests in the extension host
 * find the missing ones.
 */
export const COMMANDS = {
  ...openPanels,
  'karma-mas.createSample': { needsTrust: false },
  'karma-mas.collect': { needsTrust: true },
  'karma-mas.fit': { needsTrust: true },
  'karma-mas.train': { needsTrust: true },
  'karma-mas.analyze': { needsTrust: true },
  'karma-mas.evaluate': { needsTrust: true },
  'karma-mas.runAll': { needsTrust: true },
  'karma-mas.transfer': { needsTrust: true },
  'karma-mas.fallBack': { needsTrust: true },
  'karma-mas.holdTransfer': { needsTrust: true },
  'karma-mas.promoteTransfer': { needsTrust: true },
  'karma-mas.setPrometheusToken': { needsTrust: true },
  'karma-mas.stopRun': { needsTrust: true },
  'karma-mas.resumeRun': { needsTrust: true },
  'karma-mas.deleteRun': { needsTrust: true },
  'karma-mas.revealRun': { needsTrust: false },
  'karma-mas.compareRuns': { needsTrust: false },
  'karma-mas.openReport': { needsTrust: false },
  'karma-mas.addInferredRole': { needsTrust: false },
  'karma-mas.addInferredGoal': { needsTrust: false },
  'karma-mas.addRelation': { needsTrust: false },
  'karma-mas.refineAndRetrain': { needsTrust: true },
  'karma-mas.openPlayground': { needsTrust: false },
  'karma-mas.importCluster': { needsTrust: true },
  'karma-mas.addOrganization': { needsTrust: true },
  'karma-mas.testQueries': { needsTrust: true },
  'karma-mas.selectCluster': { needsTrust: true },
  'karma-mas.installController': { needsTrust: true },
  'karma-mas.upgradeController': { needsTrust: true },
  'karma-mas.removeController': { needsTrust: true },
  'karma-mas.setUpGpu': { needsTrust: true },
  'karma-mas.removeGpu': { needsTrust: true },
  'karma-mas.checkSetup': { needsTrust: true },
  'karma-mas.importMoise': { needsTrust: true },
  'karma-mas.exportMoise': { needsTrust: true },
  'karma-mas.refresh': { needsTrust: false },
  'karma-mas.showLog': { needsTrust: false },
} as const satisfies Readonly<Record<string, CommandInfo>>;

export type CommandId = keyof typeof COMMANDS;
/** Arguments are whatever the caller gives (a tree item, a URI, another extension's idea): the handler checks them. */
export type CommandHandler = (...args: readonly unknown[]) => unknown;
