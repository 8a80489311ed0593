/** The language server over one connection: documents in, diagnostics and answers out. What answers mean is in language/. */
import {
  CodeLensRefreshRequest,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  TextDocuments,
  TextDocumentSyncKind,
  WatchKind,
  type Connection,
  type InitializeParams,
  type WorkspaceFolder,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { diagnose, type SampleProvider } from '../language/diagnostics/diagnose.ts';
import type { FolderView } from '../language/folder-view.ts';
import { compareProblems, type Problem } from '../spec/problem.ts';
import { packageVersion } from '../jobs/machine.ts';
import { clustersOf } from './clusters.ts';
import { BackgroundSamples } from './sampling/background-samples.ts';
import { Checks, type Stage } from './checks.ts';
import { diagnosticOf, publications } from './diagnostics.ts';
import { ProjectFacts } from './facts.ts';
import { featureCapabilities, registerFeatures } from './features.ts';
import { KeptProblems } from './kept-problems.ts';
import { guidesOf, organizationOf } from './organization.ts';
import { acceptProposal, proposalsOf } from './proposals.ts';
import { Projects, type Project } from './projects.ts';
import {
  ADD_PROPOSAL,
  CLUSTERS,
  GUIDES,
  ORGANIZATION,
  PROPOSALS,
  SPECIFICATIONS,
  SPECIFICATIONS_CHANGED,
  type AddProposalAnswer,
  type AddProposalParams,
  type FolderClusters,
  type FolderSpecifications,
  type GuidesAnswer,
  type GuidesParams,
  type InitializationOptions,
  type OrganizationAnswer,
  type OrganizationParams,
  type ProposalsAnswer,
  type ProposalsParams,
  type SpecificationsParams,
} from '../language/protocol.ts';
import { DEFAULTS, LEVELS, settingsFrom } from './settings.ts';
import { specificationsOf } from './specifications.ts';
import { pathOf } from './uris.ts';

/** Serves until the connection ends. */
export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const checks = new Checks(check, computingTime);
  const projects = new Projects((project) => checks.request(project));
  const surroundings = new Map<Project, Surroundings>();
  const full = new WeakMap<FolderView, FolderView>();
  const shown = new Map<Project, string>();
  let client: InitializeParams['capabilities'] = {};
  let roots: readonly string[] = [];
  let settings = DEFAULTS;
  /** Once the folders of the workspace have been read. */
  const started = Promise.withResolvers<void>();

  connection.onInitialize((params) => {
    client = params.capabilities;
    roots = rootsOf(params);
    const { commands = false } = (params.initializationOptions ?? {}) as InitializationOptions;
    settings = { ...settings, commands };
    return {
      serverInfo: { name: 'karma-mas', version: packageVersion() },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: !watches() },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
        ...featureCapabilities(commands),
      },
    };
  });

  connection.onInitialized(() => {
    start().then(started.resolve, (error: unknown) => {
      connection.console.error(`The language server could not start: ${messageOf(error)}`);
      started.resolve();
    });
  });

  async function start(): Promise<void> {
    await Promise.all([watchFiles(), followSettings()]);
    if (client.workspace?.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(async () => {
        roots = pathsOf((await connection.workspace.getWorkspaceFolders()) ?? []);
        await readRoots();
      });
    }
    await readRoots();
  }

  /** Whether the client tells of changes on the disk. */
  const watches = (): boolean => client.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;

  async function watchFiles(): Promise<void> {
    if (!watches()) return;
    await connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [
        { globPattern: '**/*.karma.yaml' },
        { globPattern: '**/*.csv', kind: WatchKind.Create | WatchKind.Delete },
        // A folder that goes takes its files along without a word about them.
        { globPattern: '**', kind: WatchKind.Delete },
      ],
    });
  }

  async function followSettings(): Promise<void> {
    const { configuration, didChangeConfiguration } = client.workspace ?? {};
    connection.onDidChangeConfiguration(async ({ settings: pushed }) => {
      const own = configuration ? await ownSettings() : (pushed as Record<string, unknown> | null)?.['karma-mas'];
      await takeSettings(own);
    });
    if (configuration) await takeSettings(await ownSettings());
    if (didChangeConfiguration?.dynamicRegistration)
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'karma-mas' });
  }

  const ownSettings = (): Promise<unknown> => connection.workspace.getConfiguration('karma-mas');

  async function takeSettings(own: unknown): Promise<void> {
    const before = settings;
    settings = settingsFrom(own, settings.commands);
    if (JSON.stringify(before) === JSON.stringify(settings)) return;
    for (const project of projects.all) checks.request(project);
    if (client.workspace?.inlayHint?.refreshSupport) await connection.languages.inlayHint.refresh();
    await refreshLenses();
  }

  async function refreshLenses(): Promise<void> {
    if (client.workspace?.codeLens?.refreshSupport && settings.commands)
      await connection.sendRequest(CodeLensRefreshRequest.type);
  }

  async function readRoots(): Promise<void> {
    await projects.setRoots(roots, (error) => connection.console.warn(`A folder is left out: ${messageOf(error)}`));
  }

  documents.onDidChangeContent(({ document }) => projects.set(document.uri, document.getText()));
  // Without news of the disk, a save is when to look: other files may have come by then.
  documents.onDidSave(() => (watches() ? undefined : readRoots()));
  documents.onDidClose(async ({ document }) => projects.close(document.uri));
  connection.onDidChangeWatchedFiles(async ({ changes }) => projects.filesChanged(changes.map(({ uri }) => uri)));

  /** With what it is probably not meant to say. */
  function fullView(project: Project): FolderView {
    const view = project.view();
    let found = full.get(view);
    if (!found) {
      const { samples, kept, findings } = surroundingsOf(project);
      const more = diagnose(view, { samples });
      found = { ...view, problems: [...view.problems, ...more].sort(compareProblems) };
      findings.keep(view, more);
      kept.keep(view, found.problems);
      full.set(view, found);
    }
    return found;
  }

  function surroundingsOf(project: Project): Surroundings {
    let known = surroundings.get(project);
    if (!known) {
      const drawn = new BackgroundSamples(() => {
        full.delete(project.view());
        checks.request(project);
      });
      // So many are kept; were more asked for, each would push out another without end.
      const samples: SampleProvider = (cluster) =>
        project.view().model.clusters.indexOf(cluster) < MOST_SAMPLED ? drawn.of(cluster) : undefined;
      const facts = new ProjectFacts(project, samples, Date.now, () => void refreshLenses());
      known = {
        samples,
        facts,
        kept: new KeptProblems(),
        findings: new KeptProblems(),
        dispose: () => drawn.dispose(),
      };
      surroundings.set(project, known);
    }
    return known;
  }

  /** Those that are shown, and files that could not be read. */
  function shownOf(project: Project, problems: readonly Problem[]): readonly Problem[] {
    const wanted = problems.filter(({ severity }) => LEVELS.indexOf(severity) <= LEVELS.indexOf(settings.level));
    return [...wanted, ...project.unreadable.values()].sort(compareProblems);
  }

  const problemsOf = (project: Project): readonly Problem[] => shownOf(project, fullView(project).problems);

  function publish(project: Project, problems: readonly Problem[]): void {
    for (const params of publications(projects, project, problems, (uri) => documents.get(uri)?.version)) {
      void connection.sendDiagnostics(params);
    }
  }

  function check(project: Project, stage: Stage): void {
    if (stage === 'texts') {
      const { kept } = surroundingsOf(project);
      publish(project, shownOf(project, kept.with(project.analysis.texts())));
    } else if (stage === 'loaded') publish(project, shownOf(project, loadedProblems(project)));
    else fullCheck(project);
  }

  /** Of the loader, with what was found beside these in documents that did not change. */
  function loadedProblems(project: Project): readonly Problem[] {
    const view = project.view();
    const { documents } = view;
    const { findings } = surroundingsOf(project);
    return full.get(view)?.problems ?? [...view.problems, ...findings.with({ documents, problems: [] })];
  }

  function fullCheck(project: Project): void {
    publish(project, problemsOf(project));
    if (!projects.all.includes(project)) {
      checks.forget(project);
      shown.delete(project);
      surroundings.get(project)?.dispose();
      surroundings.delete(project);
      void connection.sendNotification(SPECIFICATIONS_CHANGED, { folder: project.uri });
      return;
    }
    const now = JSON.stringify([specifications(project), clusters(project)]);
    if (shown.get(project) === now) return;
    shown.set(project, now);
    void connection.sendNotification(SPECIFICATIONS_CHANGED, { folder: project.uri });
  }

  const specifications = (project: Project): FolderSpecifications =>
    specificationsOf(projects, project, project.view(), problemsOf(project));

  const clusters = (project: Project): FolderClusters => ({
    folder: project.uri,
    errors: problemsOf(project).filter(({ severity }) => severity === 'error').length,
    clusters: clustersOf(project.view().model),
  });

  const projectsIn = (folder: string | undefined): Project[] =>
    projects.all.filter(
      (project) => folder === undefined || isWithin(project.uri, folder) || isWithin(folder, project.uri),
    );
  connection.onRequest(SPECIFICATIONS, async ({ folder }: SpecificationsParams) => {
    await started.promise;
    return projectsIn(folder).map(specifications);
  });
  connection.onRequest(CLUSTERS, async ({ folder }: SpecificationsParams) => {
    await started.promise;
    return projectsIn(folder).map(clusters);
  });
  connection.onRequest(
    ORGANIZATION,
    async ({ folder, name }: OrganizationParams): Promise<OrganizationAnswer | null> => {
      await started.promise;
      const [project] = projectsIn(folder);
      return project ? organizationOf(projects, project, project.view(), name) : null;
    },
  );
  connection.onRequest(GUIDES, async (params: GuidesParams): Promise<GuidesAnswer | null> => {
    await started.promise;
    const [project] = projectsIn(params.folder);
    return project ? guidesOf(project.view(), surroundingsOf(project).samples, params) : null;
  });
  connection.onRequest(PROPOSALS, async (params: ProposalsParams): Promise<ProposalsAnswer | null> => {
    await started.promise;
    const [project] = projectsIn(params.folder);
    return project ? proposalsOf(project.view(), params) : null;
  });
  connection.onRequest(ADD_PROPOSAL, async (params: AddProposalParams): Promise<AddProposalAnswer | null> => {
    await started.promise;
    const [project] = projectsIn(params.folder);
    return project ? acceptProposal(projects, project, params) : null;
  });

  registerFeatures(connection, {
    projects,
    fullView,
    factsOf: (project) => surroundingsOf(project).facts.get(),
    diagnosticOf: (project, problem) => diagnosticOf(projects, project, problem),
    settings: () => settings,
  });
  documents.listen(connection);
  connection.listen();
}

/** Milliseconds that this thread has computed: what else the machine does says nothing of how long a check is. */
function computingTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** What a project is seen with beside its texts. */
interface Surroundings {
  readonly samples: SampleProvider;
  readonly facts: ProjectFacts;
  /** All problems of the last full check, and those that the loader does not find. */
  readonly kept: KeptProblems;
  readonly findings: KeptProblems;
  dispose(): void;
}

/** Clusters of a project of which states are drawn. */
const MOST_SAMPLED = 4;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function rootsOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  if (workspaceFolders) return pathsOf(workspaceFolders);
  return rootUri ? pathsOf([{ uri: rootUri, name: '' }]) : [];
}

const pathsOf = (folders: readonly WorkspaceFolder[]): string[] => folders.flatMap(({ uri }) => pathOf(uri) ?? []);

/** Whether a URI is that of the folder, or below it. Slashes at the end, and the writing of ':' differ among editors. */
function isWithin(uri: string, folder: string): boolean {
  const [inner, outer] = [uri, folder].map((each) => `${(pathOf(each) ?? each).replace(/[\\/]+$/, '')}/`);
  return inner.replaceAll('\\', '/').startsWith(outer.replaceAll('\\', '/'));
}
