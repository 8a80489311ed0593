/** Problems as LSP diagnostics. */
import {
  DiagnosticSeverity,
  DiagnosticTag,
  type Diagnostic,
  type PublishDiagnosticsParams,
} from 'vscode-languageserver';
import type { Problem, Severity } from '../spec/problem.ts';
import type { Project, Projects } from './projects.ts';
import { Places } from './positions.ts';

const SOURCE = 'karma-mas';

const SEVERITIES: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** The diagnostics to publish for a project: only of documents whose problems or version have changed. */
export function publications(
  projects: Projects,
  project: Project,
  problems: readonly Problem[],
  versionOf: (uri: string) => number | undefined,
): PublishDiagnosticsParams[] {
  const byUri = new Map<string, Diagnostic[]>();
  // The client hears about every version of an open document, even without problems.
  for (const path of project.analysis.paths) {
    const uri = projects.uriOf({ project, path });
    if (versionOf(uri) !== undefined) byUri.set(uri, []);
  }
  for (const [path, found] of Map.groupBy(problems, ({ file }) => file)) {
    const uri = projects.uriOf({ project, path });
    byUri.set(
      uri,
      found.map((problem) => diagnosticOf(projects, project, problem)),
    );
  }
  const told: PublishDiagnosticsParams[] = [];
  for (const uri of project.published.keys()) {
    if (byUri.has(uri)) continue;
    project.published.delete(uri);
    // Another project may have taken the document over.
    if (projects.placeOf(uri)?.project === project || !projects.placeOf(uri)) told.push({ uri, diagnostics: [] });
  }
  for (const [uri, diagnostics] of byUri) {
    const version = versionOf(uri);
    const key = JSON.stringify([version, diagnostics]);
    if (project.published.get(uri) === key) continue;
    project.published.set(uri, key);
    told.push({ uri, diagnostics, ...(version === undefined ? {} : { version }) });
  }
  return told;
}

/** A problem as the client knows it. */
export function diagnosticOf(projects: Projects, project: Project, problem: Problem): Diagnostic {
  const locate = (file: string, range: Problem['range']) => {
    const uri = projects.uriOf({ project, path: file });
    return { uri, range: new Places(projects.openText(uri)).range(range) };
  };
  const related = problem.related?.map(({ file, range, message }) => ({ location: locate(file, range), message }));
  return {
    range: locate(problem.file, problem.range).range,
    severity: SEVERITIES[problem.severity],
    code: problem.code,
    source: SOURCE,
    message: problem.message,
    ...(related ? { relatedInformation: related } : {}),
    ...(problem.unnecessary ? { tags: [DiagnosticTag.Unnecessary] } : {}),
  };
}
