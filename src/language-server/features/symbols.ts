/** The objects of a document and of the workspace. */
import { SymbolKind, type DocumentSymbol as LspDocumentSymbol } from 'vscode-languageserver';
import {
  documentSymbols,
  workspaceSymbols,
  type DocumentSymbol,
  type SymbolKind as Kind,
} from '../../language/symbols.ts';
import type { Features } from './features.ts';

export function registerSymbols(features: Features): void {
  const { connection, projects } = features;

  connection.onDocumentSymbol(({ textDocument }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    const symbol = ({ name, detail, kind, range, selection, children }: DocumentSymbol): LspDocumentSymbol => ({
      name: name === '' ? kind : name, // an empty name is not allowed
      detail,
      kind: SYMBOL_KINDS[kind],
      range: at.places.range(range),
      selectionRange: at.places.range(selection),
      children: children.map(symbol),
    });
    return documentSymbols(at.view, at.path).map(symbol);
  });

  connection.onWorkspaceSymbol(({ query }, token) => {
    if (token.isCancellationRequested) return null;
    return projects.all.flatMap((project) =>
      workspaceSymbols(project.view(), query).map(({ name, kind, container, location }) => ({
        name,
        kind: SYMBOL_KINDS[kind],
        containerName: container,
        location: features.located(project, location),
      })),
    );
  });
}

const SYMBOL_KINDS: Readonly<Record<Kind, SymbolKind>> = {
  Cluster: SymbolKind.Package,
  Role: SymbolKind.Class,
  Mission: SymbolKind.Interface,
  Organization: SymbolKind.Module,
  Scenario: SymbolKind.Event,
  Training: SymbolKind.Method,
  Transfer: SymbolKind.Method,
  service: SymbolKind.Object,
  setting: SymbolKind.Constant,
  agent: SymbolKind.Object,
  group: SymbolKind.Namespace,
  goal: SymbolKind.Number,
  rule: SymbolKind.Function,
  field: SymbolKind.Field,
  stage: SymbolKind.Enum,
  event: SymbolKind.Event,
  load: SymbolKind.Array,
};
