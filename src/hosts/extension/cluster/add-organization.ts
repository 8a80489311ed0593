/** Add Organization: runs the command line to add what a Cluster still needs for training and transfer to its folder. */
import * as vscode from 'vscode';
import { hasShape, list, object, oneOf, text, type Of } from '../../../../webview/protocol/shape.ts';
import { CLUSTERS, type FolderClusters, type SpecificationsParams } from '../../../language/protocol.ts';
import { runCommandLine } from '../command-line/run-command-line.ts';
import { orCanceled } from '../questions.ts';
import { saveSpecifications } from '../runs/jobs.ts';
import type { Services } from '../services.ts';

const { t } = vscode.l10n;

export function registerAddOrganization(services: Services): vscode.Disposable {
  const closing = new AbortController();
  return vscode.Disposable.from(
    { dispose: () => closing.abort() },
    services.command('karma-mas.addOrganization', (argument) => addOrganization(services, closing.signal, argument)),
  );
}

const organizedShape = object({ type: oneOf('organized'), cluster: text, context: text, files: list(text) });
type Organized = Of<typeof organizedShape>;

interface Place {
  readonly name: string;
  readonly folder: string;
}

/** The argument may name the Cluster and the context that its Transfer targets. */
async function addOrganization(services: Services, closing: AbortSignal, argument: unknown): Promise<void> {
  const { name, context } = (argument ?? {}) as { readonly name?: unknown; readonly context?: unknown };
  const title = t('Add Organization');
  const { name: cluster, folder } = await chooseCluster(services, title, name);
  await saveSpecifications(folder);
  const results = await runCommandLine(services, {
    title,
    args: [
      'init',
      folder,
      '--organization',
      `--cluster=${cluster}`,
      ...(typeof context === 'string' ? [`--context=${context}`] : []),
    ],
    closing,
  });
  const added = results.find((each) => hasShape(organizedShape, each));
  if (!added) throw new Error(t('The command line did not report what it wrote.'));
  await vscode.commands.executeCommand('karma-mas.refresh');
  await vscode.window.showTextDocument(vscode.Uri.joinPath(vscode.Uri.file(folder), 'organization.karma.yaml'));
  void tell(added);
}

/** The Cluster with the given name, if any; otherwise one without a Transfer, or else any. The user picks among several. */
async function chooseCluster({ language }: Services, title: string, name: unknown): Promise<Place> {
  const params: SpecificationsParams = {};
  const folders = await language.request<readonly FolderClusters[]>(CLUSTERS, params);
  const all = folders.flatMap(({ folder, clusters }) => {
    const uri = vscode.Uri.parse(folder);
    return uri.scheme === 'file' ? clusters.map((digest) => ({ digest, folder: uri.fsPath })) : [];
  });
  const named = all.filter(({ digest }) => name === undefined || digest.name === name);
  const bare = named.filter(({ digest }) => digest.transfers.length === 0);
  const items = (bare.length > 0 ? bare : named).map(({ digest, folder }) => ({
    label: digest.name,
    description: folder,
    folder,
  }));
  if (items.length === 0) throw new Error(t('The specifications declare no Cluster. Run Import Cluster to add one.'));
  const picked =
    items.length === 1
      ? items[0]
      : await vscode.window.showQuickPick(items, { title, placeHolder: t('For which Cluster?') });
  const { label, folder } = orCanceled(picked);
  return { name: label, folder };
}

async function tell({ cluster, context, files }: Organized): Promise<void> {
  const target =
    context === ''
      ? t('There is no kubeconfig: correct the target in transfer.karma.yaml.')
      : t('Its Transfer targets context {0}.', context);
  const message = t('Added to Cluster {0}: {1}. {2} Next, collect traces.', cluster, files.join(', '), target);
  const collect = t('Collect Traces');
  if ((await vscode.window.showInformationMessage(message, collect)) === collect)
    await vscode.commands.executeCommand('karma-mas.collect');
}
