/** The commands about runs that are there: stop, resume, reveal, delete. */
import * as vscode from 'vscode';
import { moveToTrash, restoreFromTrash } from '../../../runs/run-list.ts';
import type { Services } from '../services.ts';
import type { Follower } from './follow.ts';
import { isResumable, resumeRun, stopRun } from './jobs.ts';
import { pickRun, pickRuns, runsOf } from './run-arguments.ts';
import type { RunEntry } from './run-entry.ts';
import { runLabel, stateName } from './run-text.ts';

const { t } = vscode.l10n;

export function registerRunCommands(services: Services, follower: Follower): vscode.Disposable {
  const { runs } = services;
  return vscode.Disposable.from(
    services.command('karma-mas.stopRun', async (...args) => {
      const isWorking = ({ state }: RunEntry) => state === 'running';
      const named = runsOf(args, runs);
      const chosen =
        named.length > 0
          ? named
          : await picked({
              title: t('Stop Run'),
              placeHolder: t('It stops at a checkpoint, from which it can be resumed.'),
              none: t('No run works now.'),
              filter: isWorking,
            });
      for (const entry of chosen)
        if (isWorking(entry)) await stopRun(services, entry);
        else
          void vscode.window.showInformationMessage(
            t('{0} does not run: it is {1}.', runLabel(entry), stateName(entry.state)),
          );
    }),

    services.command('karma-mas.resumeRun', async (...args) => {
      const named = runsOf(args, runs);
      const chosen =
        named.length > 0
          ? named
          : await picked({
              title: t('Resume Run'),
              placeHolder: t('It goes on from its last checkpoint.'),
              none: t('No run can be resumed: all are finished or work now.'),
              filter: isResumable,
            });
      for (const entry of chosen) {
        if (!isResumable(entry))
          throw new Error(t('{0} cannot be resumed: it is {1}.', runLabel(entry), stateName(entry.state)));
        await resumeRun(services, entry);
        await follower.follow(entry);
      }
    }),

    services.command('karma-mas.revealRun', async (...args) => {
      const entry =
        runsOf(args, runs)[0] ??
        (await picked({ title: t('Reveal Run'), placeHolder: t('Which run?'), none: noRuns(), filter: () => true }))[0];
      if (!entry) return;
      // Where the files are on another machine there is no file manager: the folder opens in the explorer of VS Code or in a new window.
      const uri = vscode.Uri.file(entry.directory);
      await vscode.commands.executeCommand(vscode.env.remoteName ? 'revealInExplorer' : 'revealFileInOS', uri);
    }),

    services.command('karma-mas.deleteRun', async (...args) => {
      const named = runsOf(args, runs);
      const isDeletable = ({ state }: RunEntry) => state !== 'running';
      const chosen = (
        named.length > 0
          ? named
          : await pickRuns(runs, {
              title: t('Delete Runs'),
              placeHolder: t('They are moved to the trash of the project.'),
              none: noRuns(),
              filter: isDeletable,
            })
      ).filter(isDeletable);
      if (chosen.length > 0) await deleteRuns(services, chosen);
      else if (named.length > 0) throw new Error(t('A run that works cannot be deleted: stop it first.'));
    }),
  );

  async function picked(choice: Parameters<typeof pickRun>[1]): Promise<RunEntry[]> {
    const entry = await pickRun(runs, choice);
    return entry ? [entry] : [];
  }
}

const noRuns = (): string => t('There are no runs yet: Run All Phases makes the first one.');

/** Moves them to .karma/trash after a question, and offers to take that back. */
async function deleteRuns({ runs, log }: Services, entries: readonly RunEntry[]): Promise<void> {
  const remove = t('Move to Trash');
  const question =
    entries.length === 1 ? t('Delete {0}?', runLabel(entries[0])) : t('Delete {0} runs?', entries.length);
  const detail = t(
    '{0} moves to the folder .karma/trash of the project, with its policies and results.',
    entries.map(({ id }) => id).join(', '),
  );
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
  const trashed: string[] = [];
  try {
    for (const { directory } of entries) trashed.push(moveToTrash(directory));
  } finally {
    log.info(`Moved to the trash: ${trashed.join(', ')}`);
    await runs.refresh();
  }
  const undo = t('Undo');
  const done =
    entries.length === 1
      ? t('{0} is in the trash.', runLabel(entries[0]))
      : t('{0} runs are in the trash.', entries.length);
  if ((await vscode.window.showInformationMessage(done, undo)) !== undo) return;
  for (const path of trashed) restoreFromTrash(path);
  await runs.refresh();
}
