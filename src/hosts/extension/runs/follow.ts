/** Tells how runs go that this window started, also after it was reloaded, and finds the ones whose process died. */
import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import type { RunEntry } from './run-entry.ts';
import { amountOf, objectiveOf, percent, runLabel, workOf } from './run-text.ts';

const { t } = vscode.l10n;

/** Directories of runs whose end is to be told, kept over a reload. */
const FOLLOWED = 'runs.followed';
/** Directories of runs that were told to be interrupted: each is told once. */
const TOLD = 'runs.toldInterrupted';
const REMEMBERED = 200;

type FollowServices = Pick<Services, 'context' | 'runs' | 'log' | 'trust'>;

export class Follower implements vscode.Disposable {
  readonly #services: FollowServices;
  readonly #subscription: vscode.Disposable;

  constructor(services: FollowServices) {
    this.#services = services;
    this.#subscription = services.runs.onDidChange(() => void this.#look());
  }

  /** With a notification until the run ends, where the settings allow; canceling it stops the run at a checkpoint. */
  async follow(entry: RunEntry): Promise<void> {
    await this.#remember(FOLLOWED, [...new Set([...this.#list(FOLLOWED), entry.directory])]);
    if (notifications() === 'all') void this.#showProgress(entry.directory);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  async #showProgress(directory: string): Promise<void> {
    const { runs } = this.#services;
    const entry = runs.get(directory);
    if (!entry) return;
    const watch = runs.watch();
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: runLabel(entry), cancellable: true },
      (progress, token) =>
        new Promise<void>((resolve) => {
          let shown = 0;
          let part = '';
          const show = () => {
            const now = runs.get(directory);
            if (!now || hasEnded(now)) return end();
            // The bar only moves forward: each part of the work begins where the last one left it.
            const what = now.progress?.what ?? '';
            const share = now.progress ? percent(now.progress) : 0;
            const increment = what === part ? Math.max(0, share - shown) : 0;
            if (what !== part || increment > 0) shown = share;
            part = what;
            const amount = now.progress ? ` (${amountOf(now.progress)})` : '';
            progress.report({ message: `${workOf(now)}${amount}`, ...(now.kind === 'run' ? {} : { increment }) });
          };
          const end = () => {
            subscription.dispose();
            resolve();
          };
          const subscription = runs.onDidChange(show);
          token.onCancellationRequested(() => {
            end();
            void vscode.commands.executeCommand('karma-mas.stopRun', directory);
          });
          show();
        }),
    );
    watch.dispose();
  }

  /** Tells each followed run's end, and each interrupted run once. */
  async #look(): Promise<void> {
    const followed = this.#list(FOLLOWED);
    const ended = followed
      .map((directory) => this.#services.runs.get(directory))
      .filter((entry) => entry && hasEnded(entry));
    // One that runs again is told again when it is interrupted again.
    const told = this.#list(TOLD).filter((directory) => this.#services.runs.get(directory)?.state !== 'running');
    const interrupted = this.#services.runs.runs.filter(
      ({ state, directory }) => state === 'stale' && !told.includes(directory),
    );
    if (ended.length === 0 && interrupted.length === 0 && told.length === this.#list(TOLD).length) return;
    const gone = new Set(ended.map((entry) => entry?.directory));
    // Remembered before anything is waited for: the next look may come at any time.
    const all = [...told, ...interrupted.map(({ directory }) => directory)].slice(-REMEMBERED);
    await Promise.all([
      this.#remember(
        FOLLOWED,
        followed.filter((directory) => !gone.has(directory)),
      ),
      this.#remember(TOLD, all),
    ]);
    for (const entry of ended) if (entry && entry.state !== 'stale') void this.#tellEnd(entry);
    if (interrupted.length > 0) void this.#tellInterrupted(interrupted);
  }

  async #tellEnd(entry: RunEntry): Promise<void> {
    const { log } = this.#services;
    const label = runLabel(entry);
    log.info(`${entry.id}: ${entry.state}${entry.message ? `: ${entry.message}` : ''}`);
    if (entry.state === 'failed') {
      if (notifications() === 'none') return;
      const resume = t('Resume');
      const showLog = t('Show Log');
      const message = t('{0} failed: {1}', label, entry.message ?? '');
      const chosen = await vscode.window.showErrorMessage(message, resume, showLog);
      if (chosen === resume) await vscode.commands.executeCommand('karma-mas.resumeRun', entry.directory);
      if (chosen === showLog) log.show();
      return;
    }
    if (notifications() !== 'all') return;
    if (entry.state === 'stopped') {
      const resume = t('Resume');
      const chosen = await vscode.window.showInformationMessage(t('{0} has stopped at a checkpoint.', label), resume);
      if (chosen === resume) await vscode.commands.executeCommand('karma-mas.resumeRun', entry.directory);
      return;
    }
    const actions = [
      ...(entry.refines === undefined ? [] : [{ title: t('Show Before and After'), command: 'karma-mas.openRoles' }]),
      ...(entry.results.includes('report') ? [{ title: t('Open Report'), command: 'karma-mas.openReport' }] : []),
      ...(entry.results.includes('curves')
        ? [{ title: t('Open Learning Curves'), command: 'karma-mas.openLearningCurves' }]
        : []),
      ...(entry.kind === 'fit' ? [{ title: t('Open Twin Report'), command: 'karma-mas.openTwinReport' }] : []),
    ];
    const objective = objectiveOf(entry);
    const message = objective === '' ? t('{0} has finished.', label) : t('{0} has finished: {1}.', label, objective);
    const chosen = await vscode.window.showInformationMessage(message, ...actions);
    if (chosen) await vscode.commands.executeCommand(chosen.command, entry.directory);
  }

  async #tellInterrupted(entries: readonly RunEntry[]): Promise<void> {
    for (const entry of entries) this.#services.log.warn(`${entry.id}: its process has ended unexpectedly`);
    if (notifications() === 'none' || !this.#services.trust.isTrusted) return;
    const [first, ...others] = entries;
    if (others.length > 0) {
      const show = t('Show Runs');
      const message = t(
        '{0} runs were interrupted: their processes ended unexpectedly. Each can resume from its last checkpoint.',
        entries.length,
      );
      if ((await vscode.window.showWarningMessage(message, show)) === show)
        await vscode.commands.executeCommand('karma-mas.runs.focus');
      return;
    }
    const resume = t('Resume');
    const message = t(
      '{0} was interrupted: its process ended unexpectedly. It can resume from its last checkpoint.',
      runLabel(first),
    );
    if ((await vscode.window.showWarningMessage(message, resume)) === resume)
      await vscode.commands.executeCommand('karma-mas.resumeRun', first.directory);
  }

  #list(key: string): readonly string[] {
    return this.#services.context.workspaceState.get<readonly string[]>(key, []);
  }

  #remember(key: string, list: readonly string[]): Thenable<void> {
    return this.#services.context.workspaceState.update(key, list);
  }
}

function hasEnded({ state, updatedAt }: RunEntry): boolean {
  if (state === 'created' || state === 'incomplete') return Date.now() - updatedAt > 60_000;
  return state !== 'running';
}

function notifications(): 'all' | 'problems' | 'none' {
  return vscode.workspace.getConfiguration('karma-mas').get('run.notifications', 'all');
}
