/** The Cluster view of the side panel. */
import * as vscode from 'vscode';
import type { ClusterAction, ClusterStatus, QueriesTest } from '../../../../webview/protocol/cluster.ts';
import type { Services } from '../services.ts';
import type { Send, ViewConnection } from '../webviews/channel.ts';
import { showView } from '../webviews/panel.ts';
import { ClusterModel } from './cluster-model.ts';
import { registerTestQueries } from './test-queries.ts';
import { registerTransferCommands } from './transfer-commands.ts';

const VIEW = 'karma-mas.cluster';

/** Registers the view, and the commands that act on the cluster that it shows. */
export function registerClusterView(services: Services): vscode.Disposable {
  const model = new ClusterModel(services);
  const provider: vscode.WebviewViewProvider = {
    resolveWebviewView(view) {
      const { extensionUri, log } = services;
      const connect = (send: Send<'cluster'>) => connectView(model, view, send);
      const channel = showView('cluster', vscode.l10n.t('Cluster'), view.webview, extensionUri, log, connect);
      view.onDidChangeVisibility(() => {
        if (!view.visible) channel.hidden();
      });
      view.onDidDispose(() => channel.dispose());
    },
  };
  return vscode.Disposable.from(
    model,
    vscode.window.registerWebviewViewProvider(VIEW, provider),
    registerTransferCommands(services, model),
    registerTestQueries(services, model),
  );
}

function connectView(model: ClusterModel, view: vscode.WebviewView, send: Send<'cluster'>): ViewConnection<'cluster'> {
  let watch: vscode.Disposable | undefined;
  let sent = '';
  let sentTest: QueriesTest | null | undefined;
  const publish = () => {
    const status = model.status();
    view.description = describe(status);
    send('status', () => {
      const now = model.status();
      const text = JSON.stringify(now);
      if (text === sent) return undefined;
      sent = text;
      return now;
    });
    send('queries', () => {
      const last = model.queriesTest;
      if (last === sentTest) return undefined;
      sentTest = last;
      return { last };
    });
  };
  const look = () => {
    if (view.visible) watch ??= model.watch();
    else {
      watch?.dispose();
      watch = undefined;
    }
  };
  look();
  const subscriptions = [model.onDidChange(publish), view.onDidChangeVisibility(look)];
  return {
    handlers: {
      act: ({ action }) => void act(action),
      accept: ({ job }) => void accept(job, model),
      open: ({ what }) => void open(what, model),
    },
    snapshot() {
      sent = '';
      sentTest = undefined;
      publish();
    },
    dispose() {
      watch?.dispose();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** Shown beside the name of the view, also when it is collapsed. */
function describe({ cluster, observed, run }: ClusterStatus): string {
  const isRunning = run?.state === 'running' || run?.state === 'stopping';
  return isRunning && observed ? `${cluster}: ${observed.stage}` : cluster;
}

/** Runs the commands, which ask, guard and report. */
function act(action: ClusterAction): Thenable<unknown> {
  switch (action) {
    case 'fallBack':
      return vscode.commands.executeCommand('karma-mas.fallBack');
    case 'hold':
      return vscode.commands.executeCommand('karma-mas.holdTransfer');
    case 'promote':
      return vscode.commands.executeCommand('karma-mas.promoteTransfer');
    default:
      return vscode.commands.executeCommand('karma-mas.transfer', { upTo: action });
  }
}

/** Starts the run that a transfer offers. Its policies are not used until a person transfers them. */
function accept(job: 'fit' | 'train', model: ClusterModel): Thenable<unknown> {
  const { selected, source } = model;
  const transfer = selected?.digest.transfers.find(({ name }) => name === source?.status.run?.transfer);
  return vscode.commands.executeCommand(job === 'fit' ? 'karma-mas.fit' : 'karma-mas.train', {
    folder: selected?.project.uri,
    training: transfer?.training,
  });
}

const COMMANDS = {
  train: 'karma-mas.train',
  trust: 'workbench.trust.manage',
  problems: 'workbench.actions.view.problems',
  createSample: 'karma-mas.createSample',
  importCluster: 'karma-mas.importCluster',
  testQueries: 'karma-mas.testQueries',
  addOrganization: 'karma-mas.addOrganization',
  selectCluster: 'karma-mas.selectCluster',
  showLog: 'karma-mas.showLog',
} as const;

async function open(what: keyof typeof COMMANDS | 'reveal' | 'connect', model: ClusterModel): Promise<unknown> {
  if (what === 'connect') return model.source?.connect();
  if (what === 'addOrganization')
    return vscode.commands.executeCommand(COMMANDS[what], { name: model.selected?.digest.name });
  if (what !== 'reveal') return vscode.commands.executeCommand(COMMANDS[what]);
  const directory = model.source?.status.run?.directory;
  return vscode.commands.executeCommand('karma-mas.revealRun', directory);
}
