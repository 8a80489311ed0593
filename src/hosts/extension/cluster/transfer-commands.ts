/** The commands that change a cluster (transfer, fall back), and the selection of the cluster. */
import * as vscode from 'vscode';
import type { ClusterStatus, StageName } from '../../../../webview/protocol/cluster.ts';
import type { StageDigest, TransferDigest } from '../../../language/protocol.ts';
import { orCanceled } from '../questions.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { Services } from '../services.ts';
import type { ClusterModel } from './cluster-model.ts';
import type { TransferOrder } from './cluster-source.ts';
import type { DeclaredCluster } from './clusters.ts';
import { setPrometheusToken } from './prometheus-token.ts';
import { newestPolicies } from './transfer-run.ts';

const { t } = vscode.l10n;

type UpTo = TransferOrder['upTo'];

export function registerTransferCommands(services: Services, model: ClusterModel): vscode.Disposable {
  return vscode.Disposable.from(
    services.command('karma-mas.transfer', (argument) => transfer(services, model, argument)),
    services.command('karma-mas.fallBack', () => fallBack(model)),
    services.command('karma-mas.holdTransfer', () => hold(model)),
    services.command('karma-mas.promoteTransfer', () => promote(model)),
    services.command('karma-mas.selectCluster', () => selectCluster(services, model)),
    services.command('karma-mas.setPrometheusToken', async () => {
      await model.clusters.read();
      await setPrometheusToken(model.selected?.digest.prometheus ?? '', services.context.secrets);
    }),
  );
}

async function transfer(services: Services, model: ClusterModel, argument: unknown): Promise<void> {
  const cluster = await selectedCluster(services, model);
  const { source } = model;
  const { actions } = model.status();
  if (!actions.plan.enabled) throw new Error(actions.plan.why);
  const digest = await chooseTransfer(services, cluster);
  const upTo = readUpTo(argument) ?? (await askUpTo(digest));
  if (!actions[upTo].enabled) throw new Error(actions[upTo].why);
  const policies = newestPolicies(services.runs.runs, cluster.project.folder ?? '', digest.training);
  if (!policies)
    throw new Error(t('No policies have been trained for Training {0} yet: train them first.', digest.training));
  const place = source?.place ?? null;
  if (upTo !== 'plan' && !(await confirm(place, cluster, digest, upTo, policies))) return;
  await source?.transfer({ upTo, transfer: digest, policies: policies.id, place });
}

async function fallBack(model: ClusterModel): Promise<void> {
  await model.clusters.read();
  await model.source?.refresh();
  // Of a transfer that works, nothing has to be asked of the cluster first.
  if (!model.source?.isBusy) await model.source?.locate();
  const { fallBack } = model.status().actions;
  if (!fallBack.enabled) throw new Error(fallBack.why);
  await model.source?.fallBack();
}

/** Holds the transfer in its stage, or releases it if it is held. */
async function hold(model: ClusterModel): Promise<void> {
  const { actions, steering } = await steered(model);
  if (!actions.hold.enabled) throw new Error(actions.hold.why);
  model.source?.steer(steering === 'hold' ? 'goOn' : 'hold');
}

/** The user confirmed the ladder up to its highest stage when the transfer began: this only shortens the time. */
async function promote(model: ClusterModel): Promise<void> {
  const { actions } = await steered(model);
  if (!actions.promote.enabled) throw new Error(actions.promote.why);
  model.source?.steer('promote');
}

async function steered(model: ClusterModel): Promise<ClusterStatus> {
  await model.clusters.read();
  await model.source?.refresh();
  return model.status();
}

async function selectCluster(services: Services, model: ClusterModel): Promise<void> {
  await model.clusters.read();
  const { all, selected } = model.clusters;
  if (all.length === 0) {
    void vscode.window.showInformationMessage(t('The specifications declare no Cluster yet.'));
    return;
  }
  const several = services.projects.all.length > 1;
  const items = all.map((cluster) => ({
    label: cluster.digest.name,
    description: [several ? cluster.project.name : '', cluster.context].filter((part) => part !== '').join(', '),
    detail: t(
      'Namespace {0}, {1} services, {2}',
      cluster.digest.namespace,
      cluster.digest.services.length,
      cluster.digest.source === 'emulator' ? t('emulated') : t('metrics from Prometheus'),
    ),
    iconPath: new vscode.ThemeIcon(cluster === selected ? 'check' : 'server-environment'),
    cluster,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Select Cluster'),
    placeHolder: t('Choose the cluster that the Cluster view shows and acts on'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!picked) return;
  await model.clusters.select(picked.cluster);
  await vscode.commands.executeCommand('karma-mas.cluster.focus');
}

async function selectedCluster(services: Services, model: ClusterModel): Promise<DeclaredCluster> {
  await model.clusters.read();
  if (!model.selected) throw new Error(t('The specifications declare no Cluster.'));
  services.trust.assert();
  await model.source?.locate();
  return model.selected;
}

async function chooseTransfer(services: Services, { project, digest }: DeclaredCluster): Promise<TransferDigest> {
  const { transfers } = digest;
  if (transfers.length === 1) return transfers[0];
  const items = transfers.map((transfer) => ({
    label: transfer.name,
    description: t('Training {0}', transfer.training),
    detail: newestPolicies(services.runs.runs, project.folder ?? '', transfer.training)
      ? transfer.stages.map(({ stage }) => stage).join(' > ')
      : t('no policies yet'),
    transfer,
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Transfer'),
    placeHolder: t('Choose the Transfer to use'),
  });
  return orCanceled(picked).transfer;
}

function readUpTo(argument: unknown): UpTo | undefined {
  const upTo = (argument as { readonly upTo?: unknown } | null | undefined)?.upTo;
  return (['plan', 'shadow', 'floor', 'canary', 'full'] as const).find((stage) => stage === upTo);
}

async function askUpTo({ stages }: TransferDigest): Promise<UpTo> {
  const items = [
    { label: t('Plan'), detail: t('Show what each stage would write; write nothing.'), upTo: 'plan' as UpTo },
    ...stages.map((stage) => ({
      label: stageName(stage.stage),
      detail: describeStage(stage),
      upTo: stage.stage as UpTo,
    })),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: t('Transfer Policies'),
    placeHolder: t('Choose the highest stage; every stage before it comes first'),
  });
  return orCanceled(picked).upTo;
}

/** Tells the user what will be written where, and asks for confirmation. */
async function confirm(
  place: TransferOrder['place'],
  { digest: cluster }: DeclaredCluster,
  transfer: TransferDigest,
  upTo: StageName,
  policies: RunEntry,
): Promise<boolean> {
  if (!place) throw new Error(t('It is not yet known which cluster this is.'));
  const { context, server, namespace } = place;
  const last = transfer.stages.findIndex(({ stage }) => stage === upTo);
  if (last < 0) throw new Error(t('The Transfer has no stage "{0}".', upTo));
  const climbed = transfer.stages.slice(0, last + 1);
  const detail = [
    t('Cluster: {0}', cluster.name),
    t('Context: {0}', context),
    t('Server: {0}', server),
    t('Namespace: {0}', namespace),
    t('Policies: {0}', policies.id),
    '',
    ...climbed.map((stage) => `${stageName(stage.stage)}${lasting(stage)}: ${describeStage(stage)}`),
    ...(cluster.source !== 'emulator' && upTo === 'full'
      ? [
          '',
          t(
            'Started from here, the stage Full lasts an hour. To keep it longer, install the controller in the cluster.',
          ),
        ]
      : []),
    '',
    t('It falls back when in doubt ({0}). At the end, every HPA is restored.', transfer.fallsBackWhen.join(', ')),
  ].join('\n');
  const writes = upTo !== 'shadow';
  const message = writes
    ? t('Climb to {0} on {1}, namespace {2}? This writes to the cluster.', stageName(upTo), context, namespace)
    : t('Shadow the HPA on {0}, namespace {1}? Nothing is written.', context, namespace);
  const begin = t('Begin {0}', stageName(upTo));
  const show = writes ? vscode.window.showWarningMessage : vscode.window.showInformationMessage;
  return (await show(message, { modal: true, detail }, begin)) === begin;
}

function stageName(stage: StageName): string {
  const names: { readonly [S in StageName]: string } = {
    shadow: t('Shadow'),
    floor: t('Floor'),
    canary: t('Canary'),
    full: t('Full'),
  };
  return names[stage];
}

function lasting({ lasts }: StageDigest): string {
  if (lasts === null) return '';
  return lasts % 60 === 0 ? t(', {0} min', lasts / 60) : t(', {0} s', lasts);
}

/** Names that are told one by one in a question, at most. */
const NAMED = 20;

function someNames(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(', ');
  return t('{0} and {1} more', names.slice(0, NAMED).join(', '), names.length - NAMED);
}

function describeStage({ stage, services }: StageDigest): string {
  const names = someNames(services);
  switch (stage) {
    case 'shadow':
      return t('the agents decide, and nothing is written.');
    case 'floor':
      return t('the agents raise the minimum of the HPAs of {0}; the HPAs still act.', names);
    case 'canary':
    case 'full':
      return t('the HPAs of {0} are paused, and the agents set the replicas.', names);
  }
}
