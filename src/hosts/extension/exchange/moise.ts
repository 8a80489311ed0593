/** Imports and exports MOISE+MARL organizations by running the command line. */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { chooseFolder } from '../choose-folder.ts';
import type { CliResult } from '../command-line/cli-process.ts';
import { runCommandLine, type CommandLine } from '../command-line/run-command-line.ts';
import type { Project } from '../projects.ts';
import type { Services } from '../services.ts';
import { ORGANIZATION, type OrganizationAnswer } from '../../../language/protocol.ts';
import { exchangeResult, type ExchangeResult, type ImportProblem } from './exchange-result.ts';

const { t } = vscode.l10n;

/** Registers import and export. */
export function registerMoise(services: Services): vscode.Disposable {
  const found = vscode.languages.createDiagnosticCollection('karma-mas.import');
  const closing = new AbortController();
  return vscode.Disposable.from(
    found,
    { dispose: () => closing.abort() },
    services.command('karma-mas.importMoise', (file) => importMoise(services, found, closing.signal, file)),
    services.command('karma-mas.exportMoise', (folder) => exportMoise(services, closing.signal, folder)),
  );
}

async function importMoise(
  services: Services,
  found: vscode.DiagnosticCollection,
  closing: AbortSignal,
  given: unknown,
): Promise<void> {
  const title = t('Import MOISE+MARL Organization');
  const file = given instanceof vscode.Uri ? given : await chooseFile(title);
  const folder =
    file &&
    (await chooseFolder(services, {
      title,
      placeHolder: t('Folder of the specifications to import into'),
      none: t('Open a folder first: the organization is imported into it.'),
    }));
  if (!file || folder === undefined) return;
  const result = await runExchange(services, {
    title,
    args: ['import', 'moise', file.fsPath, '--dir', folder],
    closing,
  });
  found.clear();
  found.set(file, result.problems.map(diagnosticOf));
  const count = result.problems.length;
  const problems: { title: string; run: () => unknown } = {
    title: t('Show Problems'),
    run: () => vscode.commands.executeCommand('workbench.actions.view.problems'),
  };
  const [specs] = result.files;
  if (specs === undefined) {
    const why = t('{0} contains no organization that can be read.', file.fsPath);
    await services.showError(why, ...(count > 0 ? [problems] : []));
    return;
  }
  await vscode.window.showTextDocument(vscode.Uri.file(specs));
  const told =
    count === 0
      ? t('Imported the organization {0}.', result.organization)
      : t(
          'Imported the organization {0}. The Problems view lists {1} parts of the file that specifications cannot express.',
          result.organization,
          count,
        );
  const choice = await vscode.window.showInformationMessage(told, ...(count > 0 ? [problems.title] : []));
  if (choice !== undefined) await problems.run();
}

async function exportMoise(services: Services, closing: AbortSignal, given: unknown): Promise<void> {
  const project = await chooseProject(services, given);
  if (project?.folder === undefined) return;
  const answer = await services.language.request<OrganizationAnswer | null>(ORGANIZATION, {
    folder: project.uri.toString(),
  });
  const names = answer?.organizations ?? [];
  if (names.length === 0) throw new Error(t('{0} declares no organization.', project.name));
  const placeHolder = t('Organization to export');
  const name = names.length === 1 ? names[0] : await vscode.window.showQuickPick([...names], { placeHolder });
  if (name === undefined) return;
  const target = await vscode.window.showSaveDialog({
    title: t('Export MOISE+MARL Organization'),
    defaultUri: vscode.Uri.file(join(dirname(project.folder), `${name}.json`)),
    filters: { JSON: ['json'] },
  });
  if (!target) return;
  const options = ['--organization', name, '--out', target.fsPath];
  await runCommandLine(services, {
    title: t('Exporting organization {0}', name),
    args: ['export', 'moise', project.folder, ...options],
    closing,
  });
  await vscode.window.showTextDocument(target);
}

async function chooseFile(title: string): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title,
    openLabel: t('Import'),
    filters: { JSON: ['json'] },
  });
  return chosen?.[0];
}

async function chooseProject({ projects }: Services, given: unknown): Promise<Project | undefined> {
  const uri = given instanceof vscode.Uri ? given : undefined;
  const around = uri && projects.of(uri);
  const all = around ? [around] : projects.all.filter(({ folder }) => folder !== undefined);
  if (all.length === 0) throw new Error(t('There are no specifications to export from.'));
  if (all.length === 1) return all[0];
  const items = all.map((project) => ({ label: project.name, project }));
  return (await vscode.window.showQuickPick(items, { placeHolder: t('Project to export from') }))?.project;
}

/** Resolves also if the import fails because of problems in the file: they say what is wrong and where. */
async function runExchange(services: Services, commandLine: CommandLine): Promise<ExchangeResult> {
  const results: CliResult[] = [];
  try {
    await runCommandLine(services, { ...commandLine, onResult: (result) => results.push(result) });
  } catch (error) {
    if (error instanceof vscode.CancellationError || exchangeResult(results).problems.length === 0) throw error;
  }
  return exchangeResult(results);
}

function diagnosticOf({ line, column, severity, message }: ImportProblem): vscode.Diagnostic {
  const start = new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1));
  const levels = {
    error: vscode.DiagnosticSeverity.Error,
    warning: vscode.DiagnosticSeverity.Warning,
    information: vscode.DiagnosticSeverity.Information,
  };
  const diagnostic = new vscode.Diagnostic(new vscode.Range(start, start), message, levels[severity]);
  diagnostic.source = 'KARMA';
  return diagnostic;
}
