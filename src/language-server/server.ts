/** The language server over one connection: documents in, diagnostics and answers out. What answers mean is in language/. */
import { TextDocuments, TextDocumentSyncKind, type Connection } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { packageVersion } from '../jobs/machine.ts';
import type { InitializationOptions } from '../language/protocol.ts';
import { Checks } from './checks.ts';
import { ClientSettings } from './client-settings.ts';
import { Client } from './client.ts';
import { diagnosticOf } from './diagnostics.ts';
import { registerExtensionRequests } from './extension-requests.ts';
import { featureCapabilities, registerFeatures } from './features/register.ts';
import { ProjectProblems } from './project-problems.ts';
import { ProjectReports } from './project-reports.ts';
import { Projects } from './projects.ts';

/** Serves until the connection ends. */
export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  const client = new Client(connection);
  const settings = new ClientSettings(connection, client);
  const checks = new Checks((project, stage) => {
    if (stage !== 'full' || projects.all.includes(project)) reports.check(project, stage);
    else {
      reports.withdraw(project);
      checks.forget(project);
      problems.forget(project);
    }
  }, computingTime);
  const projects = new Projects((project) => checks.request(project));
  const problems = new ProjectProblems({
    moreToFind: (project) => checks.request(project),
    newResults: () => void refreshLenses(),
  });
  const reports = new ProjectReports(connection, {
    projects,
    problems,
    settings,
    versionOf: (uri) => documents.get(uri)?.version,
  });

  async function refreshLenses(): Promise<void> {
    if (settings.current.commands) await client.refreshLenses();
  }
  const readRoots = (): Promise<void> =>
    projects.setRoots(client.roots, (error) => connection.console.warn(`A folder is left out: ${messageOf(error)}`));

  const started = startWith(connection, client, settings, async () => {
    const followed = settings.follow(async () => {
      for (const project of projects.all) checks.request(project);
      await client.refreshInlayHints();
      await refreshLenses();
    });
    await Promise.all([client.watchFiles(), followed]);
    client.followFolders(readRoots);
    await readRoots();
  });

  documents.onDidChangeContent(({ document }) => projects.set(document.uri, document.getText()));
  // Where the client does not watch files, a save is the time to look: other files may have come by then.
  documents.onDidSave(() => (client.watchesFiles ? undefined : readRoots()));
  documents.onDidClose(async ({ document }) => projects.close(document.uri));
  connection.onDidChangeWatchedFiles(async ({ changes }) => projects.filesChanged(changes.map(({ uri }) => uri)));

  registerExtensionRequests(connection, { projects, problems, reports, started });
  registerFeatures(connection, {
    projects,
    fullView: (project) => problems.fullView(project),
    factsOf: (project) => problems.factsOf(project),
    diagnosticOf: (project, problem) => diagnosticOf(projects, project, problem),
    settings: () => settings.current,
  });
  documents.listen(connection);
  connection.listen();
}

/** Answers `initialize`, and calls `start` after it. Resolves when that has ended, well or not. */
function startWith(
  connection: Connection,
  client: Client,
  settings: ClientSettings,
  start: () => Promise<void>,
): Promise<void> {
  const started = Promise.withResolvers<void>();
  connection.onInitialize((params) => {
    client.initialize(params);
    const { commands = false } = (params.initializationOptions ?? {}) as InitializationOptions;
    settings.initialize(commands);
    return {
      serverInfo: { name: 'karma-mas', version: packageVersion() },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: !client.watchesFiles },
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
  return started.promise;
}

/** Milliseconds that this thread has computed: what else the machine does says nothing of how long a check is. */
function computingTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
