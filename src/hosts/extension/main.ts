/** The extension: wires its parts and computes nothing itself. Computations run in processes of their own. */
import * as vscode from 'vscode';
import { registerAddProposal } from './analysis/add-proposal.ts';
import { registerRefine } from './analysis/refine.ts';
import { makeApi, type KarmaApi } from './api.ts';
import { registerCommand } from './register-command.ts';
import { registerContextKeys } from './context-keys.ts';
import { startLazyLanguageClient } from './lazy-language-client.ts';
import { registerAddOrganization } from './cluster/add-organization.ts';
import { registerImportCluster } from './cluster/import-cluster.ts';
import { registerClusterView } from './cluster/cluster-view.ts';
import { registerController } from './controller/controller-commands.ts';
import { registerMoise } from './exchange/moise.ts';
import { createLog, showError } from './log.ts';
import { nodeProgram } from './node-program.ts';
import { Projects } from './projects.ts';
import { Follower } from './runs/follow.ts';
import { registerJobCommands } from './runs/job-commands.ts';
import { startJob } from './runs/jobs.ts';
import { registerReport } from './runs/report-panel.ts';
import { registerRunCommands } from './runs/run-commands.ts';
import { RunStoreOnDisk } from './runs/run-store.ts';
import { registerRunsView } from './runs/runs-view.ts';
import { registerStatusBar } from './runs/status-bar.ts';
import { registerTasks } from './runs/tasks.ts';
import type { Services } from './services.ts';
import { registerCheckSetup } from './setup/check-setup.ts';
import { registerGpuBackend } from './setup/gpu-backend.ts';
import { registerCreateSample } from './setup/create-sample.ts';
import { registerSpecificationsView } from './specifications/specifications-view.ts';
import { Trust } from './trust.ts';
import { registerPanels } from './webviews/register-panels.ts';

/** FileChangeType of the language server protocol. */
const CHANGED = 2;

export function activate(context: vscode.ExtensionContext): KarmaApi {
  const log = createLog();
  context.subscriptions.push(log);
  try {
    const { services, follower } = makeServices(context, log);
    const { subscriptions } = context;
    const specifications = registerSpecificationsView(services);
    subscriptions.push(
      specifications,
      registerContextKeys(services),
      registerRunsView(services),
      registerStatusBar(services),
      registerJobCommands(services),
      registerRunCommands(services, follower),
      registerReport(services),
      registerTasks(services),
      registerCreateSample(services),
      registerGpuBackend(services),
      registerCheckSetup(services),
      registerPanels(services),
      registerAddProposal(services),
      registerRefine(services),
      registerMoise(services),
      registerClusterView(services),
      registerImportCluster(services),
      registerAddOrganization(services),
      registerController(services),
      services.command('karma-mas.showLog', () => log.show()),
      services.command('karma-mas.refresh', async () => {
        await lookAgain(services);
        await specifications.refresh();
      }),
    );
    void lookForProjects(services);
    return makeApi(services);
  } catch (error) {
    // VS Code itself says nothing of it.
    log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    void showError(log, vscode.l10n.t('KARMA MAS could not start.'));
    throw error;
  }
}

function makeServices(
  context: vscode.ExtensionContext,
  log: vscode.LogOutputChannel,
): { services: Services; follower: Follower } {
  const trust = new Trust();
  const projects = new Projects();
  const runs = new RunStoreOnDisk(projects, log);
  const { extensionUri } = context;
  const language = startLazyLanguageClient({ extensionUri, trust, log });
  const services: Services = {
    context,
    extensionUri,
    log,
    trust,
    projects,
    runs,
    language,
    get node() {
      return nodeProgram(context);
    },
    command: (id, handler) => registerCommand(id, handler, services),
    showError: (message, ...actions) => showError(log, message, actions),
    async startJob(request) {
      const entry = await startJob(services, request);
      if (entry) await follower.follow(entry);
      return entry;
    },
  };
  const follower = new Follower(services);
  context.subscriptions.push(projects, runs, language, follower);
  return { services, follower };
}

/** Reads everything again, in case file events were late or lost, as in folders that are just being created. */
async function lookAgain({ projects, runs, language }: Services): Promise<void> {
  await Promise.all([projects.refresh(), runs.refresh()]);
  const changes = projects.files.map((uri) => ({ uri: uri.toString(), type: CHANGED }));
  await language.notify('workspace/didChangeWatchedFiles', { changes });
}

/** Runs after activation, because it takes long in a large workspace. Welcome texts wait for it, so that none flashes up. */
async function lookForProjects({ projects, runs, log }: Services): Promise<void> {
  try {
    await projects.refresh();
    await runs.refresh();
  } catch (error) {
    log.error(`The search for specifications failed: ${String(error)}`);
  }
  await vscode.commands.executeCommand('setContext', 'karma-mas.ready', true);
}
