/** Set Up GPU Backend and Remove GPU Backend. What is said about GPUs comes from src/setup. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { folderSize, formatBytes } from '../../../setup/gpu/bytes.ts';
import { explainGpu, type GpuReport } from '../../../setup/gpu/explain-gpu.ts';
import { GPU_PACKAGE, installedVersion } from '../../../jobs/backend/gpu-package.ts';
import { askGpuSize, describeGpuSize, libraryUrl, whyNoGpuBuild, type GpuSize } from '../../../setup/gpu/gpu-size.ts';
import { installGpu, removeGpu } from '../../../setup/gpu/install-gpu.ts';
import { findNpm, NO_NPM } from '../../../setup/gpu/npm.ts';
import { askNvidia, seemsToHaveGpu, type Nvidia } from '../../../setup/gpu/nvidia.ts';
import { probeBackend } from '../../../jobs/backend/probe.ts';
import type { MessageAction, Services } from '../services.ts';
import { configuredFolder, ownFolder, PACKAGE_SETTING } from './gpu-folder.ts';

const { t } = vscode.l10n;

type GpuServices = Pick<Services, 'context' | 'extensionUri' | 'log' | 'trust' | 'node' | 'command' | 'showError'>;

export function registerGpuBackend(services: GpuServices): vscode.Disposable {
  // If the extension ends during an installation, npm ends with it.
  const closing = new AbortController();
  return vscode.Disposable.from(
    services.command('karma-mas.setUpGpu', () => setUp(services, closing.signal)),
    services.command('karma-mas.removeGpu', () => remove(services)),
    { dispose: () => closing.abort() },
  );
}

async function setUp(services: GpuServices, closing: AbortSignal): Promise<void> {
  services.trust.assert();
  const isOurs = configuredFolder() === '';
  const isThere = installedVersion(isOurs ? ownFolder(services.context) : configuredFolder()) !== undefined;
  // The installed package is tested first: there may be nothing to do, or a problem that no installation changes.
  if (isOurs && !isThere && !(await install(services, closing))) return;
  const again = { title: t('Install Again'), run: () => installAndTell(services, closing) };
  await tell(services, await probe(services), isOurs && isThere ? [again] : []);
}

async function installAndTell(services: GpuServices, closing: AbortSignal): Promise<void> {
  if (await install(services, closing)) await tell(services, await probe(services), []);
}

/** False if the user declines, or chooses a folder that is used instead. */
async function install(services: GpuServices, closing: AbortSignal): Promise<boolean> {
  const { context } = services;
  const no = whyNoGpuBuild(process.platform, process.arch);
  if (no !== undefined) throw new Error(no);
  const asked = await withProgress(t('Asking for the size of the GPU backend'), closing, (signal) =>
    Promise.all([askGpuSize(libraryUrl(process.platform, process.env), signal), askNvidia(process.env)]),
  );
  const answer = await confirm(ownFolder(context), ...asked);
  if (answer === undefined) return false;
  if (answer === 'choose') return chooseFolder();
  const npm = findNpm(process.env, vscode.workspace.getConfiguration('karma-mas').get<string>('npmPath', '').trim());
  if (!npm) throw new Error(NO_NPM);
  const [{ disk }] = asked;
  services.log.info(`Installing ${GPU_PACKAGE} into ${ownFolder(context)} with ${npm.command}`);
  await withProgress(t('Installing the GPU backend'), closing, async (signal, progress) => {
    let told = 0;
    await installGpu({
      folder: ownFolder(context),
      npm,
      env: process.env,
      bytes: disk,
      signal,
      onOutput: (text) => services.log.info(text.trimEnd()),
      onProgress: (bytes) => {
        const percent = Math.min(99, (100 * bytes) / disk);
        progress.report({
          increment: Math.max(0, percent - told),
          message: t('{0} of about {1}', formatBytes(bytes), formatBytes(disk)),
        });
        told = Math.max(told, percent);
      },
    });
  });
  services.log.info(`Installed ${GPU_PACKAGE} ${installedVersion(ownFolder(context))}`);
  return true;
}

/** Shows the size, the folder, and any reason against the installation. */
async function confirm(folder: string, size: GpuSize, nvidia: Nvidia): Promise<'install' | 'choose' | undefined> {
  const seen = seemsToHaveGpu(nvidia)
    ? t('This machine has {0}.', nvidia.gpus.join(', ') || t('an NVIDIA GPU'))
    : t('This machine shows no NVIDIA GPU: the package would compute on the CPU.');
  const problem = size.problem === undefined ? [] : [t('{0}: the installation will probably fail.', size.problem)];
  const detail = [describeGpuSize(size), ...problem, seen, t('It goes into {0}.', dirname(folder))].join('\n\n');
  const installIt = t('Install');
  const choose = t('Use a Folder That Has It...');
  const question = t('Install the GPU backend?');
  const chosen = await vscode.window.showInformationMessage(question, { modal: true, detail }, installIt, choose);
  if (chosen === choose) return 'choose';
  return chosen === installIt ? 'install' : undefined;
}

/** Lets the user choose a folder with the package in its node_modules, and stores it in the setting. */
async function chooseFolder(): Promise<boolean> {
  const picked = await vscode.window.showOpenDialog({
    canSelectFiles: false,
    canSelectFolders: true,
    title: t('Folder whose node_modules holds {0}', GPU_PACKAGE),
  });
  const folder = picked?.[0]?.fsPath;
  if (folder === undefined) return false;
  if (!existsSync(join(folder, 'node_modules', GPU_PACKAGE)))
    throw new Error(
      t('{0} has no node_modules/{1}: choose the folder in which npm installed it.', folder, GPU_PACKAGE),
    );
  await vscode.workspace.getConfiguration().update(PACKAGE_SETTING, folder, vscode.ConfigurationTarget.Global);
  return true;
}

/** Tests the package in a process of its own, with the environment of a run. */
async function probe({ extensionUri, node, log }: GpuServices): Promise<GpuReport> {
  const env = { ...process.env, ...node.env };
  const runner = vscode.Uri.joinPath(extensionUri, 'dist', 'runner.mjs').fsPath;
  const [probed, nvidia] = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Testing the GPU backend') },
    () => Promise.all([probeBackend({ node: node.path, runner, backend: 'tfjs-gpu', env }), askNvidia(env)]),
  );
  const report = explainGpu(probed, nvidia);
  log.info([`GPU backend: ${report.message}`, report.advice ?? '', probed.output.trimEnd()].join('\n').trim());
  return report;
}

async function tell(
  { log, showError }: GpuServices,
  { state, message, advice }: GpuReport,
  more: readonly MessageAction[],
): Promise<void> {
  const text = advice === undefined ? message : `${message} ${advice}`;
  const actions = [...more, ...(configuredFolder() === '' ? [] : [openSetting()])];
  if (state === 'broken' || state === 'missing') return showError(text, ...actions);
  const all = [...actions, { title: t('Show Log'), run: () => log.show() }];
  const titles = all.map(({ title }) => title);
  const chosen =
    state === 'gpu'
      ? await vscode.window.showInformationMessage(text, ...titles)
      : await vscode.window.showWarningMessage(text, ...titles);
  await all.find(({ title }) => title === chosen)?.run();
}

async function remove({ context, trust, log }: GpuServices): Promise<void> {
  trust.assert();
  const folder = ownFolder(context);
  if (!existsSync(folder)) {
    const setting = configuredFolder();
    if (setting === '') return void vscode.window.showInformationMessage(t('The GPU backend is not installed.'));
    const open = openSetting();
    const message = t(
      'The GPU backend comes from {0}, which KARMA MAS does not remove. Clear the setting instead.',
      setting,
    );
    if ((await vscode.window.showInformationMessage(message, open.title)) === open.title) await open.run();
    return;
  }
  const question = t('Remove the GPU backend?');
  const detail = t('It uses {0}. Runs then compute with the WASM kernels.', formatBytes(await folderSize(folder)));
  const yes = t('Remove');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, yes)) !== yes) return;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: t('Removing the GPU backend') },
    () => removeGpu(folder),
  );
  log.info(`Removed ${folder}`);
}

function openSetting(): MessageAction {
  return {
    title: t('Open Setting'),
    run: () => vscode.commands.executeCommand('workbench.action.openSettings', PACKAGE_SETTING),
  };
}

/** A cancellable notification; a cancel rejects with CancellationError, which no one is told of. */
async function withProgress<T>(
  title: string,
  closing: AbortSignal,
  work: (signal: AbortSignal, progress: vscode.Progress<{ increment?: number; message?: string }>) => Promise<T>,
): Promise<T> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, async (progress, token) => {
    const cancel = new AbortController();
    const listener = token.onCancellationRequested(() => cancel.abort());
    try {
      return await work(AbortSignal.any([cancel.signal, closing]), progress);
    } catch (error) {
      if (cancel.signal.aborted || closing.aborted) throw new vscode.CancellationError();
      throw error;
    } finally {
      listener.dispose();
    }
  });
}
