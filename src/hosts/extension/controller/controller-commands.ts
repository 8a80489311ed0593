/**
 * The controller in the cluster: install, upgrade, remove, by the command line in a process. What would be written is shown and
 * confirmed first; the command line then writes to that place and no other.
 */
import * as vscode from 'vscode';
import { hasShape } from '../../../../webview/protocol/shape.ts';
import type { CliResult } from '../command-line/cli-process.ts';
import { runCommandLine } from '../command-line/run-command-line.ts';
import { pickRun, runsOf } from '../runs/run-arguments.ts';
import type { Services } from '../services.ts';
import { objectName, planText, type InstallationPlan } from '../../../operating/install/plan-text.ts';
import { chooseImage, chooseProject, chooseStage, chooseTransfer } from './choices.ts';
import { ReadOnlyTexts } from './plan-preview.ts';
import { planShape } from './plan-shape.ts';

const { t } = vscode.l10n;

type Action = InstallationPlan['action'];

/** Registers Install, Upgrade and Remove Controller. */
export function registerController(services: Services): vscode.Disposable {
  const closing = new AbortController();
  const texts = new ReadOnlyTexts();
  const work = { services, texts, closing: closing.signal };
  return vscode.Disposable.from(
    texts,
    { dispose: () => closing.abort() },
    services.command('karma-mas.installController', (...args) => install(work, 'install', args)),
    services.command('karma-mas.upgradeController', (...args) => install(work, 'upgrade', args)),
    services.command('karma-mas.removeController', () => remove(work)),
  );
}

interface Work {
  readonly services: Services;
  readonly texts: ReadOnlyTexts;
  readonly closing: AbortSignal;
}

/** The action, and the folder of the specifications. */
interface Order {
  readonly action: Action;
  readonly folder: string;
  /** Arguments of the command line, without those that say whether it may write. */
  readonly args: readonly string[];
}

const titleOf = (action: Action): string =>
  ({ install: t('Install Controller'), upgrade: t('Upgrade Controller'), remove: t('Remove Controller') })[action];

async function install(work: Work, action: 'install' | 'upgrade', given: readonly unknown[]): Promise<void> {
  const { services } = work;
  const title = titleOf(action);
  const run =
    runsOf(given, services.runs)[0] ??
    (await pickRun(services.runs, {
      title,
      placeHolder: t('Choose the run whose policies are to act'),
      none: t('No policies have been trained yet: train them first.'),
      filter: ({ state, results }) => state === 'finished' && results.includes('policies'),
    }));
  if (!run) return;
  const transfer = await chooseTransfer(services, title, run.project);
  const stage = await chooseStage(title, action === 'upgrade');
  const image = await chooseImage(title, action === 'upgrade');
  const options = [transfer && `--transfer=${transfer}`, stage && `--stage=${stage}`, image && `--image=${image}`];
  await carryOut(work, {
    action,
    folder: run.project,
    args: [action, run.directory, '--dir', run.project, ...options.filter((option) => option !== '')],
  });
}

async function remove(work: Work): Promise<void> {
  const title = titleOf('remove');
  const folder = await chooseProject(work.services, title);
  const transfer = await chooseTransfer(work.services, title, folder);
  const args = ['remove', '--dir', folder, ...(transfer === '' ? [] : [`--transfer=${transfer}`])];
  await carryOut(work, { action: 'remove', folder, args });
}

async function carryOut(work: Work, order: Order): Promise<void> {
  const { action, args } = order;
  try {
    const planned = await run(work, titleOf(action), [...args, '--dry-run']);
    const plan = planned.find((each) => hasShape(planShape, each));
    if (!plan) {
      void vscode.window.showInformationMessage(t('There is no controller to remove.'));
      return;
    }
    if (!plan.writes.some((write) => write.action !== 'unchanged') && plan.restores.length === 0) {
      void vscode.window.showInformationMessage(t('The controller is up to date: there is nothing to do.'));
      return;
    }
    if (!(await confirm(work, plan))) return;
    await run(work, titleOf(action), [...args, '--write-to', `${plan.context}/${plan.namespace}`]);
    void tellDone(work, order, plan);
  } catch (error) {
    if (!(error instanceof Error) || !error.message.includes('--force-conflicts')) throw error;
    const takeOver = { ...order, args: [...args, '--force-conflicts'] };
    await work.services.showError(error.message, {
      title: t('Take Over the Fields...'),
      run: () => carryOut(work, takeOver),
    });
  }
}

/** Asks with context, server, namespace and every object; the user can read the changes field by field first. */
async function confirm({ texts }: Work, plan: InstallationPlan): Promise<boolean> {
  const { action, context, server, namespace, restores } = plan;
  const writes = plan.writes.filter((write) => write.action !== 'unchanged');
  const question = {
    install: t(
      'Install the controller on {0}, namespace {1}? This writes {2} objects.',
      context,
      namespace,
      writes.length,
    ),
    upgrade: t(
      'Upgrade the controller on {0}, namespace {1}? This writes {2} objects.',
      context,
      namespace,
      writes.length,
    ),
    remove: t(
      'Remove the controller from {0}, namespace {1}? This deletes {2} objects.',
      context,
      namespace,
      writes.length,
    ),
  }[action];
  const detail = [
    t('Context: {0}', context),
    t('Server: {0}', server),
    t('Namespace: {0}', namespace),
    ...(plan.image === '' ? [] : [t('Image: {0}, up to stage {1}', plan.image, plan.stage)]),
    ...(restores.length === 0 ? [] : [t('The HPAs are given back first: {0}', restores.join(', '))]),
    '',
    ...writes.map((write) => `${write.action} ${objectName(write)}`),
  ].join('\n');
  const [go, show] = [titleOf(action), t('Show Changes')];
  const chosen = await vscode.window.showWarningMessage(question, { modal: true, detail }, go, show);
  if (chosen !== show) return chosen === go;
  await texts.show(`${titleOf(action)}.txt`, planText(plan));
  // The user reads the plan now and is asked again beside it.
  return (await vscode.window.showWarningMessage(question, go)) === go;
}

async function tellDone(work: Work, { action, folder, args }: Order, plan: InstallationPlan): Promise<void> {
  const { context, namespace, image } = plan;
  if (action === 'remove') {
    void vscode.window.showInformationMessage(
      t('The controller has been removed. The HPAs act in namespace {0} of {1}.', namespace, context),
    );
    return;
  }
  const show = t('Show Status');
  const message = t(
    'The controller is installed in namespace {0} of {1}. Its pods start if the cluster can pull {2}.',
    namespace,
    context,
    image,
  );
  if ((await vscode.window.showInformationMessage(message, show)) !== show) return;
  const transfer = args.filter((argument) => argument.startsWith('--transfer='));
  const status: CliResult[] = [];
  const keep = (said: CliResult) => void status.push(said);
  // The command line has an exit code of its own if the pods do not run yet: its results count.
  await run(work, show, ['status', '--dir', folder, ...transfer], keep).catch((error: unknown) => {
    if (status.length === 0) void work.services.showError(error instanceof Error ? error.message : String(error));
  });
  if (status.length > 0) await work.texts.show(`${show}.json`, JSON.stringify(status[0], null, 2));
}

function run(
  { services, closing }: Work,
  title: string,
  args: readonly string[],
  onStatus?: (status: CliResult) => void,
): Promise<readonly CliResult[]> {
  return runCommandLine(services, {
    title,
    args: ['controller', ...args],
    closing,
    onResult: (result, show) => {
      onStatus?.(result);
      if (result.type === 'written') show(`${String(result.kind)} ${String(result.name)}`);
      if (result.type === 'message') show(String(result.message));
      if (result.type !== 'plan') services.log.info(JSON.stringify(result));
    },
  });
}
