/** Starts, resumes and stops runs, in processes of their own. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import { changedSpecs, copySpec, readManifest } from '../../../runs/manifest.ts';
import { requestStop } from '../../../runs/stop.ts';
import type { JobKind } from '../../../jobs/options/job-table.ts';
import type { StartAnswer, StartProblem } from '../../../jobs/starting/start-protocol.ts';
import { tokenForJob } from '../cluster/prometheus-token.ts';
import { nodeProblem } from '../node-program.ts';
import { isInside } from '../project-folders.ts';
import type { JobRequest, Services } from '../services.ts';
import { launchRestore, launchResume, launchStart, type Launcher } from './launch.ts';
import type { RunEntry } from './run-entry.ts';
import { jobName } from './run-text.ts';

const { t } = vscode.l10n;

export type JobServices = Pick<
  Services,
  'context' | 'extensionUri' | 'log' | 'trust' | 'runs' | 'language' | 'showError'
> & {
  readonly node: Services['node'];
};

/** States from which a run can go on. */
export function isResumable({ state }: RunEntry): boolean {
  return state === 'stopped' || state === 'failed' || state === 'stale' || state === 'created';
}

/** See Services.startJob. */
export async function startJob<K extends JobKind>(
  services: JobServices,
  request: JobRequest<K>,
): Promise<RunEntry | undefined> {
  const answer = await begin(services, request);
  if ('error' in answer) {
    await tellProblems(services, answer);
    return undefined;
  }
  for (const warning of answer.warnings) services.log.warn(warning);
  services.log.info(`Started ${answer.run} (${answer.directory})`);
  await services.runs.refresh();
  return services.runs.get(answer.directory);
}

/** Makes a run and lets its process go. For callers that tell problems in their own way. */
export async function begin(services: JobServices, request: JobRequest): Promise<StartAnswer> {
  services.trust.assert();
  await saveSpecifications(request.folder);
  const cores = vscode.workspace.getConfiguration('karma-mas').get<number>('run.cores', 0);
  const options = { ...(cores > 0 ? { cores } : {}), ...request.options };
  return withRunner(services, t('Starting {0}', jobName(request.kind)), request, (runner) =>
    launchStart(runner, { ...request, options }),
  );
}

/** Goes on with a run from its newest checkpoint. Throws a sentence where it cannot. */
export async function resumeRun(services: JobServices, entry: RunEntry): Promise<void> {
  services.trust.assert();
  for (const sentence of changes(entry.directory)) services.log.warn(sentence);
  const manifest = readManifest(entry.directory);
  await withRunner(services, t('Resuming {0}', entry.id), manifest, (runner) => launchResume(runner, entry.directory));
  services.log.info(`Resumed ${entry.id}`);
  await services.runs.refresh();
}

/**
 * Gives the services back to their HPAs after a transfer whose process is gone. `holder`: of the lease that it left. Throws a sentence
 * where that fails.
 */
export async function restoreAfter(services: JobServices, { id, directory }: RunEntry, holder: string): Promise<void> {
  services.trust.assert();
  const manifest = readManifest(directory);
  const title = t('Giving the services back to their HPAs');
  await withRunner(services, title, manifest, (runner) => launchRestore(runner, directory, holder));
  services.log.info(`Restored what ${id} had left changed`);
}

/** Asks the process of a run to stop at its next checkpoint. */
export async function stopRun(services: Pick<JobServices, 'runs' | 'log'>, entry: RunEntry): Promise<void> {
  requestStop(entry.directory);
  services.log.info(`Asked ${entry.id} to stop`);
  await services.runs.refresh();
}

/** With the title in the status bar. Where the runner does not start because of its Node.js, the error says that. */
async function withRunner<T>(
  services: JobServices,
  title: string,
  job: { readonly kind: string; readonly folder: string; readonly options?: object },
  work: (runner: Launcher) => Promise<T>,
): Promise<T> {
  const { context, extensionUri, node } = services;
  const token = await tokenForJob(services, job);
  const runner = {
    node: { ...node, env: { ...node.env, ...token } },
    runner: vscode.Uri.joinPath(extensionUri, 'dist', 'runner.mjs').fsPath,
    logFile: join(context.logUri.fsPath, 'runner.log'),
  };
  return vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title }, async () => {
    try {
      return await work(runner);
    } catch (error) {
      const problem = await nodeProblem(node);
      throw problem === undefined ? error : new Error(problem, { cause: error });
    }
  });
}

/**
 * Saves what is typed in the specifications of a folder, because the process of a job reads the files. Throws if VS Code could
 * not save one, as where the file on the disk is newer.
 */
export async function saveSpecifications(folder: string): Promise<void> {
  const path = vscode.Uri.file(folder).path;
  const unsaved = vscode.workspace.textDocuments.filter(
    (document) => document.isDirty && document.languageId === 'karma' && isInside(document.uri.path, path),
  );
  const saved = await Promise.all(unsaved.map((document) => document.save()));
  const names = unsaved.filter((_, i) => !saved[i]).map(({ fileName }) => basename(fileName));
  if (names.length > 0)
    throw new Error(t('{0} could not be saved. Save it, or revert what you typed, then try again.', names.join(', ')));
}

/** Specifications that were changed since the run began: it goes on with its own copies. */
export function changes(directory: string): string[] {
  const manifest = readManifest(directory);
  const present = manifest.specs.flatMap(({ path }) => {
    try {
      return [copySpec(path, readFileSync(join(manifest.folder, path), 'utf8'))];
    } catch {
      return [];
    }
  });
  return changedSpecs(manifest, present);
}

async function tellProblems(services: JobServices, answer: Extract<StartAnswer, { error: string }>): Promise<void> {
  for (const problem of answer.problems)
    services.log.error(`${problem.file}:${problem.line}:${problem.column}: ${problem.code}: ${problem.message}`);
  services.log.error(answer.error);
  const [first, ...others] = answer.problems;
  if (!first) return services.showError(answer.error);
  const message =
    others.length === 0
      ? t('Not started: {0}', first.message)
      : t('Not started: {0} And {1} more.', first.message, others.length);
  return services.showError(
    message,
    { title: t('Go to Problem'), run: () => openProblem(first) },
    ...(others.length > 0
      ? [{ title: t('Show Problems'), run: () => vscode.commands.executeCommand('workbench.actions.view.problems') }]
      : []),
  );
}

export async function openProblem({ file, line, column }: StartProblem): Promise<void> {
  const at = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  await vscode.window.showTextDocument(vscode.Uri.file(file), { selection: new vscode.Range(at, at) });
}
