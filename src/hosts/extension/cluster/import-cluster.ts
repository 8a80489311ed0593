/** Import Cluster: runs the command line to write the Cluster specification of a namespace. The cluster is only read. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { flag, hasShape, list, object, oneOf, text, type Of } from '../../../../webview/protocol/shape.ts';
import { chooseFolder } from '../choose-folder.ts';
import { runCommandLine } from '../command-line/run-command-line.ts';
import { orCanceled } from '../questions.ts';
import type { Services } from '../services.ts';
import { originOf, setPrometheusToken, tokenFor } from './prometheus-token.ts';

const { t } = vscode.l10n;

export function registerImportCluster(services: Services): vscode.Disposable {
  const closing = new AbortController();
  return vscode.Disposable.from(
    { dispose: () => closing.abort() },
    services.command('karma-mas.importCluster', () => importCluster(services, closing.signal)),
  );
}

const contextShape = object({ type: oneOf('context'), name: text, server: text, namespace: text, current: flag });
const importedShape = object({
  type: oneOf('imported'),
  context: text,
  namespace: text,
  services: list(text),
  prometheus: text,
  notes: list(text),
  file: text,
});
type Context = Of<typeof contextShape>;
type Imported = Of<typeof importedShape>;

async function importCluster(services: Services, closing: AbortSignal): Promise<void> {
  const title = t('Import Cluster');
  const folder = await chooseFolder(services, {
    title,
    placeHolder: t('Folder of the specifications to import into'),
    none: t('Open a folder first: the Cluster is written into it.'),
  });
  if (folder === undefined) return;
  const contexts = await runCommandLine(services, { title, args: ['cluster', 'contexts'], closing });
  const context = await chooseContext(
    title,
    contexts.filter((each) => hasShape(contextShape, each)),
  );
  const namespace = await chooseNamespace(title, context);
  const prometheus = await choosePrometheus(title);
  const token = await askToken(originOf(prometheus), services.context.secrets);
  const options = [`--context=${context.name}`, `--out=${freeFile(folder, namespace)}`];
  const results = await runCommandLine(services, {
    title: t('Importing namespace {0} of {1}', namespace, context.name),
    args: ['cluster', 'import', namespace, ...options, ...(prometheus === '' ? [] : [`--prometheus=${prometheus}`])],
    env: token,
    closing,
  });
  const imported = results.find((each) => hasShape(importedShape, each));
  if (!imported) throw new Error(t('The import did not report what it wrote.'));
  for (const note of imported.notes) services.log.warn(`Import of ${imported.namespace}: ${note}`);
  await vscode.commands.executeCommand('karma-mas.refresh');
  await vscode.window.showTextDocument(vscode.Uri.file(imported.file));
  void tell(imported, context);
}

async function chooseContext(title: string, contexts: readonly Context[]): Promise<Context> {
  if (contexts.length === 0)
    throw new Error(t('No kubeconfig with a context was found. Set KUBECONFIG, or create ~/.kube/config.'));
  if (contexts.length === 1) return contexts[0];
  const items = contexts
    .map((context) => ({
      label: context.name,
      description: context.current ? t('current') : '',
      detail: context.server,
      context,
    }))
    .sort((a, b) => Number(b.context.current) - Number(a.context.current));
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: t('Choose a context of the kubeconfig. The cluster is only read.'),
    matchOnDetail: true,
  });
  return orCanceled(picked).context;
}

async function chooseNamespace(title: string, { name, server, namespace }: Context): Promise<string> {
  const given = await vscode.window.showInputBox({
    title,
    prompt: t('Namespace of the deployments on {0} ({1}). It is only read.', name, server),
    value: namespace,
    ignoreFocusOut: true,
    validateInput: (value) =>
      /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(value.trim())
        ? undefined
        : t('A namespace consists of at most 63 lowercase letters, digits and dashes.'),
  });
  return orCanceled(given).trim();
}

/** namespace/name:port or a URL; empty = search the cluster for it. */
async function choosePrometheus(title: string): Promise<string> {
  const find = {
    label: t('Look for It in the Cluster'),
    detail: t('Finds a service that answers like Prometheus, through the API server.'),
  };
  const name = { label: t('Name It...'), detail: t('A service as namespace/name:port, or a URL.') };
  const picked = await vscode.window.showQuickPick([find, name], { title, placeHolder: t('Where is Prometheus?') });
  if (orCanceled(picked) === find) return '';
  const given = await vscode.window.showInputBox({
    title,
    prompt: t('A service as namespace/name:port, or a URL.'),
    placeHolder: 'monitoring/prometheus:9090',
    ignoreFocusOut: true,
    validateInput: (value) =>
      /^(https?:\/\/\S+|[a-z0-9-]+\/[a-z0-9-]+:[0-9]+)$/.test(value.trim())
        ? undefined
        : t('Write namespace/name:port, or a URL that begins with http:// or https://.'),
  });
  return orCanceled(given).trim();
}

/** The token of a Prometheus at a URL, if it needs one: the stored token, or the one that the user enters now. */
async function askToken(origin: string, secrets: vscode.SecretStorage): ReturnType<typeof tokenFor> {
  const kept = await tokenFor(origin, secrets);
  if (origin === '' || Object.keys(kept).length > 0) return kept;
  await setPrometheusToken(origin, secrets);
  return tokenFor(origin, secrets);
}

/** Nothing is overwritten. */
function freeFile(folder: string, namespace: string): string {
  const names = ['cluster', `cluster-${namespace}`];
  for (let n = 0; ; n++) {
    const file = join(folder, `${names[n] ?? `${names[1]}-${n}`}.karma.yaml`);
    if (!existsSync(file)) return file;
  }
}

async function tell({ namespace, services, prometheus, notes }: Imported, { name, current }: Context): Promise<void> {
  const message = [
    t(
      'Imported {0} services of namespace {1}. Review the values that are marked "a guess".',
      services.length,
      namespace,
    ),
    ...(notes.length === 0 ? [] : [t('The top of the file lists what could not be read.')]),
    ...(current
      ? []
      : [t('The current context is a different one. A Transfer with the target {0} uses this one.', name)]),
  ].join(' ');
  const test = t('Test Queries');
  const organize = t('Add Organization');
  const buttons = prometheus === '' || !current ? [organize] : [organize, test];
  const chosen = await vscode.window.showInformationMessage(message, ...buttons);
  if (chosen === organize)
    await vscode.commands.executeCommand('karma-mas.addOrganization', { name: namespace, context: name });
  if (chosen === test) await vscode.commands.executeCommand('karma-mas.testQueries', { name: namespace });
}
