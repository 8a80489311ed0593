/** The questions before the controller is installed, upgraded or removed. Each throws a CancellationError if the user cancels. */
import * as vscode from 'vscode';
import {
  CLUSTERS,
  type FolderClusters,
  type SpecificationsParams,
  type StageDigest,
} from '../../../language/protocol.ts';
import { orCanceled } from '../questions.ts';
import type { Services } from '../services.ts';

const { t } = vscode.l10n;

/** Folder of the only project, or the one that the user picks. */
export async function chooseProject({ projects }: Services, title: string): Promise<string> {
  if (projects.all.length === 0) await projects.refresh();
  const items = projects.all.flatMap(({ name, folder }) =>
    folder === undefined ? [] : [{ label: name, description: folder, folder }],
  );
  if (items.length === 0) throw new Error(t('No folder on disk contains specifications.'));
  if (items.length === 1) return items[0].folder;
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: t('Which project?') });
  return orCanceled(picked).folder;
}

/** Name of the Transfer that says where; empty if there is only one. */
export async function chooseTransfer(services: Services, title: string, folder: string): Promise<string> {
  const params: SpecificationsParams = { folder: vscode.Uri.file(folder).toString() };
  const folders = await services.language.request<FolderClusters[]>(CLUSTERS, params);
  const transfers = folders.flatMap(({ clusters }) => clusters.flatMap((cluster) => cluster.transfers));
  if (transfers.length <= 1) return '';
  const items = transfers.map(({ name, target }) => ({
    label: name,
    description: `${target.context}/${target.namespace}`,
  }));
  const picked = await vscode.window.showQuickPick(items, { title, placeHolder: t('Choose the Transfer to use') });
  return orCanceled(picked).label;
}

/** The highest stage to climb to; empty = as installed. */
export async function chooseStage(title: string, keep: boolean): Promise<StageDigest['stage'] | ''> {
  const stage = (name: StageDigest['stage'], detail: string) => ({ label: name as string, detail, stage: name });
  const stages = [
    stage('shadow', t('The agents decide, and nothing is scaled.')),
    stage('floor', t('The agents raise the minimum of the HPAs; the HPAs still act.')),
    stage('canary', t('The agents set the replicas of some services, as the Transfer says.')),
    stage('full', t('The agents set the replicas of all services.')),
  ];
  const kept = { label: t('As Installed'), detail: t('The stage does not change.'), stage: '' } as const;
  const picked = await vscode.window.showQuickPick(keep ? [kept, ...stages] : stages, {
    title,
    placeHolder: t('Choose the highest stage that the controller climbs to'),
  });
  return orCanceled(picked).stage;
}

/** Empty = as installed, or the one of this version. */
export async function chooseImage(title: string, keep: boolean): Promise<string> {
  const image = await vscode.window.showInputBox({
    title,
    prompt: keep
      ? t('Image of the controller. Leave this empty to keep the installed one.')
      : t(
          'Image of the controller, from where the cluster can pull it. Leave this empty for karma-mas-controller of this version.',
        ),
    placeHolder: 'registry.example/karma-mas-controller:1',
    ignoreFocusOut: true,
  });
  return orCanceled(image).trim();
}
