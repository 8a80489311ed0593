/** The commands that start a job: which folder, which Training, which policies, how thorough. */
import * as vscode from 'vscode';
import { SPECIFICATIONS, type FolderSpecifications, type SpecificationsParams } from '../../../language/protocol.ts';
import type { JobKind } from '../../../jobs/options/job-table.ts';
import type { CommandId } from '../commands.ts';
import type { Project } from '../projects.ts';
import { ask, type Choice, type Question } from '../questions.ts';
import type { JobRequest, Services } from '../services.ts';
import { hasQuickLook, QUICK_LOOK, type JobSize } from './quick-look.ts';
import type { RunEntry } from './run-entry.ts';
import { runsOf } from './run-arguments.ts';
import { grouped, runDescription, runLabel } from './run-text.ts';

const { t } = vscode.l10n;

/** What a command may be called with: by CodeLens, keybindings and other extensions. What is left out is asked for. */
export interface JobArguments {
  /** Path or URI of a file or folder of the project. */
  readonly folder?: string | vscode.Uri;
  readonly training?: string;
  /** Id of the run whose policies are taken. */
  readonly policies?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly seeds?: readonly number[];
}

const JOBS: readonly { readonly id: CommandId; readonly kind: JobKind; readonly title: string }[] = [
  { id: 'karma-mas.runAll', kind: 'run', title: t('Run All Phases') },
  { id: 'karma-mas.collect', kind: 'collect', title: t('Collect Traces') },
  { id: 'karma-mas.fit', kind: 'fit', title: t('Fit Twin') },
  { id: 'karma-mas.train', kind: 'train', title: t('Train Policies') },
  { id: 'karma-mas.analyze', kind: 'analyze', title: t('Analyze Run') },
  { id: 'karma-mas.evaluate', kind: 'evaluate', title: t('Evaluate') },
];

export function registerJobCommands(services: Services): vscode.Disposable {
  return vscode.Disposable.from(
    ...JOBS.map(({ id, kind, title }) =>
      services.command(id, async (...args) => {
        const request = await askForJob(services, kind, title, args);
        return services.startJob(request);
      }),
    ),
  );
}

interface Draft {
  project: Project | undefined;
  training: string;
  policies: string;
  size: JobSize | undefined;
}

async function askForJob(
  services: Services,
  kind: JobKind,
  title: string,
  args: readonly unknown[],
): Promise<JobRequest> {
  // Right after the start of a window they may not have been looked for.
  if (services.projects.all.length === 0) await services.projects.refresh();
  const given = readArguments(services, args);
  const draft: Draft = {
    project: given.project,
    training: given.training ?? '',
    policies: given.policies ?? '',
    size: given.options || given.seeds ? { options: {}, seeds: [] } : undefined,
  };
  const needsPolicies = kind === 'analyze' || kind === 'evaluate';
  const questions: Question[] = [];
  if (!draft.project)
    questions.push({
      name: 'project',
      placeHolder: t('Which project?'),
      choices: () =>
        services.projects.all
          .filter(({ folder }) => folder !== undefined)
          .map((project) => projectChoice(project, draft)),
    });
  if (needsPolicies && draft.policies === '')
    questions.push({
      name: 'policies',
      placeHolder: t('The policies of which run?'),
      choices: () =>
        services.runs.runs.filter((entry) => hasPolicies(entry, draft.project)).map((entry) => runChoice(entry, draft)),
    });
  if (given.training === undefined)
    questions.push({
      name: 'training',
      placeHolder: t('Which Training?'),
      choices: () => trainingChoices(services, draft),
    });
  if (!draft.size && hasQuickLook(kind))
    questions.push({
      name: `effort.${kind}`,
      placeHolder: t('How thorough?'),
      choices: () => sizeChoices(kind, draft, services.runs.runs.length === 0),
    });
  await services.runs.refresh();
  await ask(services.context.workspaceState, title, questions);

  const { project, training, policies, size } = draft;
  if (!project?.folder) throw new Error(noProject(services));
  const seeds = given.seeds ?? size?.seeds ?? [];
  const options = { ...size?.options, ...given.options, training, ...(needsPolicies ? { policies } : {}) };
  return { kind, folder: project.folder, options, seeds };
}

function readArguments(
  services: Services,
  args: readonly unknown[],
): Omit<JobArguments, 'folder'> & { project?: Project } {
  const [entry] = runsOf(args, services.runs);
  if (entry) {
    const project = services.projects.all.find(({ folder }) => folder === entry.project);
    return { policies: entry.id, training: entry.name, ...(project ? { project } : {}) };
  }
  const [first] = args;
  const given = first instanceof vscode.Uri ? { folder: first } : ((first ?? {}) as JobArguments);
  const { folder, ...others } = given;
  const uri = typeof folder === 'string' ? toUri(folder) : (folder ?? vscode.window.activeTextEditor?.document.uri);
  const project = uri && services.projects.of(uri);
  return { ...others, ...(project ? { project } : {}) };
}

const toUri = (text: string): vscode.Uri => (/^[\w-]{2,}:/.test(text) ? vscode.Uri.parse(text) : vscode.Uri.file(text));

function noProject({ projects }: Services): string {
  return projects.all.length > 0
    ? t('Jobs need a folder on a disk: this workspace is a virtual one.')
    : t(
        'There are no specifications (*.karma.yaml) in this workspace: create the sample project, or open a folder that has some.',
      );
}

function projectChoice(project: Project, draft: Draft): Choice {
  const choose = () => (draft.project = project);
  return { label: project.name, description: project.folder ?? '', iconPath: vscode.ThemeIcon.Folder, choose };
}

function hasPolicies({ state, results, project }: RunEntry, of: Project | undefined): boolean {
  return state === 'finished' && results.includes('policies') && (!of || project === of.folder);
}

function runChoice(entry: RunEntry, draft: Draft): Choice {
  const choose = () => (draft.policies = entry.id);
  return { label: runLabel(entry), description: runDescription(entry, Date.now()), detail: entry.id, choose };
}

/** The Trainings of the project; none where the language server does not answer: the job then takes the first one. */
async function trainingChoices({ language, log }: Services, draft: Draft): Promise<Choice[]> {
  const { project } = draft;
  if (!project) return [];
  const params: SpecificationsParams = { folder: project.uri.toString() };
  const folders = await Promise.race([
    language.request<readonly FolderSpecifications[]>(SPECIFICATIONS, params),
    new Promise<readonly FolderSpecifications[]>((resolve) => setTimeout(resolve, 5_000, [])),
  ]).catch((error: unknown) => {
    log.warn(`The language server did not name the Trainings: ${String(error)}`);
    return [];
  });
  const objects = folders.flatMap((folder) => folder.objects).filter(({ kind }) => kind === 'Training');
  return objects.map(({ name, description }) => ({ label: name, description, choose: () => (draft.training = name) }));
}

/** The first time, a quick look is what people want. */
function sizeChoices(kind: keyof typeof QUICK_LOOK, draft: Draft, isFirst: boolean): Choice[] {
  const { steps, episodes } = QUICK_LOOK[kind].options as { readonly steps?: number; readonly episodes?: number };
  const sizes = [
    ...(QUICK_LOOK[kind].seeds.length > 0 ? [t('one seed')] : []),
    ...(steps === undefined ? [] : [t('{0} steps', grouped(steps))]),
    ...(episodes === undefined ? [] : [t('{0} episodes per scenario', episodes)]),
  ];
  const full = {
    label: t('As Specified'),
    description:
      kind === 'evaluate' || kind === 'analyze' ? t('to judge by') : t('all seeds and steps of the Training'),
    detail: t('What results are judged by. It may take hours, and can be stopped and resumed.'),
    choose: () => (draft.size = { options: {}, seeds: [] }),
  };
  const quick = {
    label: t('Quick Look'),
    description: sizes.join(', '),
    detail: t('A few minutes: to see how it works, too little to judge policies by.'),
    choose: () => (draft.size = QUICK_LOOK[kind]),
  };
  return isFirst ? [quick, full] : [full, quick];
}
