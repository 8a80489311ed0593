/** From a name to where it is declared and used, and from a file name to the file. */
import { DocumentHighlightKind } from 'vscode-languageserver';
import { definition, highlights, references } from '../../language/definition.ts';
import { documentLinks } from '../../language/links.ts';
import type { Features } from './features.ts';

export function registerNavigation(features: Features): void {
  const { connection, projects } = features;

  connection.onDefinition(({ textDocument, position }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    return definition(at.view, at.path, at.places.fromPosition(position)).map((found) =>
      features.located(at.project, found),
    );
  });

  connection.onReferences(({ textDocument, position, context }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    const options = { declaration: context.includeDeclaration };
    return references(at.view, at.path, at.places.fromPosition(position), options).map((found) =>
      features.located(at.project, found),
    );
  });

  connection.onDocumentHighlight(({ textDocument, position }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    return highlights(at.view, at.path, at.places.fromPosition(position)).map(({ range, kind }) => ({
      range: at.places.range(range),
      kind: kind === 'declaration' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
  });

  connection.onDocumentLinks(({ textDocument }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    return documentLinks(at.view, at.path).map(({ range, target: path, tooltip }) => ({
      range: at.places.range(range),
      target: projects.uriOf({ project: at.project, path }),
      tooltip,
    }));
  });
}
