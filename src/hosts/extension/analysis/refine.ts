/** Repeats the training of a run with the specifications that its proposals have changed, and compares the two. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { readManifest, type Manifest } from '../../../runs/manifest.ts';
import { changes, saveSpecifications } from '../runs/jobs.ts';
import { pickRun, runsOf } from '../runs/run-arguments.ts';
import type { RunEntry } from '../runs/run-entry.ts';
import type { JobRequest, Services } from '../services.ts';
import { hasAnalysis, readAnalysis } from '../webviews/analysis-data.ts';

const { t } = vscode.l10n;

/** Candidates that the baselines are tuned with where the run that is refined says nothing: the comparison is of KARMA with itself. */
const TUNING = 24;

export function registerRefine(services: Services): vscode.Disposable {
  return services.command('karma-mas.refineAndRetrain', (...args) => refine(services, args));
}

/** The arguments of the command besides the run. */
interface RefineArguments {
  readonly directory?: string;
  /** Options of the job; default: those of the run. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly seeds?: readonly number[];
}

async function refine(services: Services, args: readonly unknown[]): Promise<RunEntry | undefined> {
  const entry =
    runsOf(args, services.runs)[0] ??
    (await pickRun(services.runs, {
      title: t('Refine and Retrain'),
      placeHolder: t('Choose the run whose proposals were accepted'),
      none: t('Nothing has been analyzed yet: analyze trained policies first.'),
      filter: hasAnalysis,
    }));
  if (!entry) return undefined;
  await saveSpecifications(entry.project);
  if (changes(entry.directory).length === 0) {
    void tellUnchanged(entry);
    return undefined;
  }
  const { options = {}, seeds } = (typeof args[0] === 'object' ? args[0] : {}) as RefineArguments;
  const request = refinement(entry);
  return services.startJob({
    ...request,
    options: { ...request.options, ...options },
    ...(seeds ? { seeds } : {}),
  });
}

/** The loop ends where nothing is proposed. */
async function tellUnchanged({ id, directory }: RunEntry): Promise<void> {
  const { proposals } = await readAnalysis(directory);
  const open = t('Open Roles and Goals');
  const message =
    proposals.length === 0
      ? t('Run {0} proposes nothing and the specifications have not changed: there is nothing left to refine.', id)
      : t(
          'The specifications have not changed since run {0}. Accept one of its {1} proposals first.',
          id,
          proposals.length,
        );
  if ((await vscode.window.showInformationMessage(message, open)) === open)
    await vscode.commands.executeCommand('karma-mas.openRoles', directory);
}

/** As thorough as the run that is refined. */
function refinement({ directory, project, id }: RunEntry): JobRequest<'run'> {
  const analyzed = readManifest(directory);
  const trained = trainingOf(analyzed);
  const option = (name: string, otherwise: number): number => {
    const value = analyzed.options[name] ?? trained.options[name];
    return typeof value === 'number' ? value : otherwise;
  };
  return {
    kind: 'run',
    folder: project,
    options: {
      refines: id,
      training: String(analyzed.options.training ?? ''),
      steps: option('steps', 0),
      episodes: option('episodes', 20),
      tuning: option('tuning', TUNING),
      planned: 0,
    },
    seeds: trained.seeds,
  };
}

/** An analysis may be in a run of its own, apart from the training of its policies. */
function trainingOf(analyzed: Manifest): Manifest {
  const { policies } = analyzed.options;
  if (typeof policies !== 'string' || basename(dirname(policies)) !== 'artifacts') return analyzed;
  try {
    return readManifest(dirname(dirname(policies)));
  } catch {
    return analyzed; // deleted in the meantime
  }
}
