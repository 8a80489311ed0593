/** Changes of the text that the user asks for: formatting, quick fixes and refactorings. */
import { codeActions } from '../../language/code-actions.ts';
import { format } from '../../language/format.ts';
import { editsIn, workspaceEdit } from '../workspace-edits.ts';
import type { Features } from './features.ts';

export function registerEditing(features: Features): void {
  const { connection, host, projects } = features;

  connection.onDocumentFormatting(({ textDocument }, token) => {
    const at = features.target(textDocument, token);
    return at ? editsIn(at.places, format(at.view, at.path)) : null;
  });
  connection.onDocumentRangeFormatting(({ textDocument, range }, token) => {
    const at = features.target(textDocument, token);
    return at ? editsIn(at.places, format(at.view, at.path, at.places.fromRange(range))) : null;
  });

  connection.onCodeAction(({ textDocument, range, context }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    const view = host.fullView(at.project);
    return codeActions(view, at.path, at.places.fromRange(range), host.factsOf(at.project))
      .filter(({ kind }) => context.only?.some((only) => kind === only || kind.startsWith(`${only}.`)) ?? true)
      .map(({ title, kind, edits, problem, preferred }) => ({
        title,
        kind,
        edit: workspaceEdit(projects, at.project, edits),
        ...(problem && { diagnostics: [host.diagnosticOf(at.project, problem)] }),
        ...(preferred && { isPreferred: true }),
      }));
  });
}
