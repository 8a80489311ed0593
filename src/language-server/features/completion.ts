import { CompletionItemKind, InsertTextFormat, InsertTextMode } from 'vscode-languageserver';
import { complete, type CompletionKind } from '../../language/complete.ts';
import type { Features } from './features.ts';
import { markdown } from './markdown.ts';

export function registerCompletion(features: Features): void {
  const { connection, host } = features;

  connection.onCompletion(({ textDocument, position }, token) => {
    const at = features.target(textDocument, token);
    if (!at) return null;
    return complete(at.view, at.path, at.places.fromPosition(position), host.factsOf(at.project)).map((item) => ({
      label: item.label,
      kind: COMPLETION_KINDS[item.kind],
      ...(item.detail !== undefined && { detail: item.detail }),
      ...(item.documentation !== undefined && { documentation: markdown(item.documentation) }),
      textEdit: { range: at.places.range(item.range), newText: item.text },
      insertTextFormat: item.snippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      insertTextMode: InsertTextMode.asIs,
      sortText: item.sortText,
      ...(item.filterText !== undefined && { filterText: item.filterText }),
      ...(item.preselect && { preselect: true }),
      ...(item.retrigger &&
        host.settings().commands && { command: { title: 'Suggest', command: 'editor.action.triggerSuggest' } }),
    }));
  });
}

const COMPLETION_KINDS: Readonly<Record<CompletionKind, CompletionItemKind>> = {
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  unit: CompletionItemKind.Unit,
  reference: CompletionItemKind.Reference,
  file: CompletionItemKind.File,
  snippet: CompletionItemKind.Snippet,
  variable: CompletionItemKind.Variable,
  field: CompletionItemKind.Field,
  setting: CompletionItemKind.Constant,
  function: CompletionItemKind.Function,
  operator: CompletionItemKind.Operator,
};
