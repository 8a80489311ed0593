/** Requests of editors, answered by language/: only places, names of kinds and the shape of answers are translated here. */
import {
  CodeActionKind,
  CompletionItemKind,
  DocumentHighlightKind,
  FoldingRangeKind,
  InlayHintKind,
  InsertTextFormat,
  InsertTextMode,
  LSPErrorCodes,
  MarkupKind,
  ResponseError,
  SymbolKind,
  type CancellationToken,
  type Connection,
  type Diagnostic,
  type DocumentSymbol as LspDocumentSymbol,
  type Location as LspLocation,
  type SelectionRange,
  type ServerCapabilities,
  type WorkspaceEdit,
} from 'vscode-languageserver';
import { codeActions } from '../language/code-actions.ts';
import { codeLenses, type CommandTarget } from '../language/code-lens.ts';
import { complete, type CompletionKind } from '../language/complete.ts';
import { definition, highlights, references } from '../language/definition.ts';
import type { Facts } from '../language/facts.ts';
import type { FolderView } from '../language/folder-view.ts';
import { foldingRanges } from '../language/folding.ts';
import { format } from '../language/format.ts';
import { hover } from '../language/hover.ts';
import { inlayHints } from '../language/inlay-hints.ts';
import { documentLinks } from '../language/links.ts';
import { prepareRename, rename } from '../language/rename.ts';
import { selectionRanges } from '../language/selection.ts';
import { semanticTokens, TOKEN_MODIFIERS, TOKEN_TYPES } from '../language/semantic-tokens.ts';
import { signatureHelp } from '../language/signature-help.ts';
import {
  documentSymbols,
  workspaceSymbols,
  type DocumentSymbol,
  type SymbolKind as Kind,
} from '../language/symbols.ts';
import { offsetAt, type FileEdits, type Location } from '../language/text.ts';
import type { SourceFile } from '../spec/text/source.ts';
import { Places } from './positions.ts';
import type { Project, Projects } from './projects.ts';
import { SHOW_REFERENCES, type ShowReferencesArguments } from '../language/protocol.ts';
import type { Settings } from './settings.ts';
import { editsIn, workspaceEdit as workspaceEditOf } from './workspace-edits.ts';

export interface FeatureHost {
  readonly projects: Projects;
  /** With everything that is wrong, for code actions. */
  fullView(project: Project): FolderView;
  factsOf(project: Project): Facts;
  diagnosticOf(project: Project, problem: FolderView['problems'][number]): Diagnostic;
  readonly settings: () => Settings;
}

/** `commands`: the client knows the commands of the extension. */
export const featureCapabilities = (commands: boolean): ServerCapabilities => ({
  completionProvider: { triggerCharacters: ['.', ':', ' ', '[', ',', '"', "'", '*', '('] },
  hoverProvider: true,
  signatureHelpProvider: { triggerCharacters: ['(', ','] },
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  workspaceSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  semanticTokensProvider: {
    legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
    full: true,
    range: true,
  },
  inlayHintProvider: true,
  documentFormattingProvider: true,
  documentRangeFormattingProvider: true,
  codeActionProvider: {
    codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorExtract, CodeActionKind.RefactorRewrite],
  },
  documentLinkProvider: {},
  ...(commands && { codeLensProvider: {} }),
});

/** A document of the client: where it is in its project, and the way between places. */
interface Target {
  readonly uri: string;
  readonly project: Project;
  readonly path: string;
  readonly view: FolderView;
  readonly source: SourceFile;
  readonly places: Places;
}

export function registerFeatures(connection: Connection, host: FeatureHost): void {
  const { projects } = host;

  function target({ uri }: { readonly uri: string }, token: CancellationToken): Target | undefined {
    if (token.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, 'Cancelled.');
    const place = projects.placeOf(uri);
    const view = place?.project.view();
    const source = place && view?.source(place.path);
    if (!place || !view || !source) return undefined;
    return { uri, ...place, view, source, places: new Places(projects.openText(uri)) };
  }

  const located = (project: Project, { file, range }: Location): LspLocation => {
    const uri = projects.uriOf({ project, path: file });
    return { uri, range: new Places(projects.openText(uri)).range(range) };
  };
  const workspaceEdit = (project: Project, files: readonly FileEdits[]): WorkspaceEdit =>
    workspaceEditOf(projects, project, files);

  connection.onCompletion(({ textDocument, position }, token) => {
    const at = target(textDocument, token);
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

  connection.onHover(({ textDocument, position }, token) => {
    const at = target(textDocument, token);
    const found = at && hover(at.view, at.path, at.places.fromPosition(position), host.factsOf(at.project));
    return found ? { contents: markdown(found.markdown), range: at.places.range(found.range) } : null;
  });

  connection.onSignatureHelp(({ textDocument, position }, token) => {
    const at = target(textDocument, token);
    const help = at && signatureHelp(at.view, at.path, at.places.fromPosition(position));
    if (!help) return null;
    const { activeSignature, activeParameter } = help;
    const signatures = help.signatures.map(({ label, parameters }) => ({
      label,
      documentation: markdown(help.documentation),
      parameters: parameters.map(({ start, end, documentation }) => ({
        label: [start, end] as [number, number],
        documentation,
      })),
    }));
    return { signatures, activeSignature, activeParameter };
  });

  connection.onDefinition(({ textDocument, position }, token) => {
    const at = target(textDocument, token);
    if (!at) return null;
    return definition(at.view, at.path, at.places.fromPosition(position)).map((found) => located(at.project, found));
  });

  connection.onReferences(({ textDocument, position, context }, token) => {
    const at = target(textDocument, token);
    if (!at) return null;
    const options = { declaration: context.includeDeclaration };
    return references(at.view, at.path, at.places.fromPosition(position), options).map((found) =>
      located(at.project, found),
    );
  });

  connection.onDocumentHighlight(({ textDocument, position }, token) => {
    const at = target(textDocument, token);
    if (!at) return null;
    return highlights(at.view, at.path, at.places.fromPosition(position)).map(({ range, kind }) => ({
      range: at.places.range(range),
      kind: kind === 'declaration' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
  });

  connection.onPrepareRename(({ textDocument, position }, token) => {
    const at = target(textDocument, token);
    const found = at && prepareRename(at.view, at.path, at.places.fromPosition(position));
    if (!found) return null;
    if ('refused' in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refused);
    return { range: at.places.range(found.range), placeholder: found.name };
  });

  connection.onRenameRequest(({ textDocument, position, newName }, token) => {
    const at = target(textDocument, token);
    const found = at && rename(at.view, at.path, at.places.fromPosition(position), newName);
    if (!found) return null;
    if ('refused' in found) throw new ResponseError(LSPErrorCodes.RequestFailed, found.refused);
    return workspaceEdit(at.project, found);
  });

  connection.onDocumentSymbol(({ textDocument }, token) => {
    const at = target(textDocument, token);
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
        location: located(project, location),
      })),
    );
  });

  connection.onFoldingRanges(({ textDocument }, token) => {
    const at = target(textDocument, token);
    if (!at) return null;
    return foldingRanges(at.view, at.path).map(({ start, end, kind }) => ({
      startLine: start - 1,
      endLine: end - 1,
      ...(kind && { kind: kind === 'comment' ? FoldingRangeKind.Comment : FoldingRangeKind.Region }),
    }));
  });

  connection.onSelectionRanges(({ textDocument, positions }, token) => {
    const at = target(textDocument, token);
    if (!at) return null;
    return positions.map((position) => {
      const ranges = selectionRanges(at.view, at.path, at.places.fromPosition(position));
      return ranges.reduceRight<SelectionRange | undefined>(
        (parent, range) => ({ range: at.places.range(range), ...(parent && { parent }) }),
        undefined,
      )!;
    });
  });

  connection.languages.semanticTokens.on(({ textDocument }, token) => {
    const at = target(textDocument, token);
    return { data: at ? encoded(at, 0, Infinity) : [] };
  });
  connection.languages.semanticTokens.onRange(({ textDocument, range }, token) => {
    const at = target(textDocument, token);
    if (!at) return { data: [] };
    const { start, end } = at.places.fromRange(range);
    return { data: encoded(at, offsetAt(at.source, start), offsetAt(at.source, end)) };
  });

  connection.languages.inlayHint.on(({ textDocument, range }, token) => {
    const at = host.settings().inlayHints ? target(textDocument, token) : undefined;
    if (!at) return null;
    return inlayHints(at.view, at.path, at.places.fromRange(range)).map(({ position, text, kind, tooltip }) => ({
      position: at.places.position(position),
      label: text,
      paddingLeft: true,
      ...(kind === 'unit' && { kind: InlayHintKind.Type }),
      ...(tooltip !== undefined && { tooltip }),
    }));
  });

  connection.onDocumentFormatting(({ textDocument }, token) => {
    const at = target(textDocument, token);
    return at ? editsIn(at.places, format(at.view, at.path)) : null;
  });
  connection.onDocumentRangeFormatting(({ textDocument, range }, token) => {
    const at = target(textDocument, token);
    return at ? editsIn(at.places, format(at.view, at.path, at.places.fromRange(range))) : null;
  });

  connection.onCodeAction(({ textDocument, range, context }, token) => {
    const at = target(textDocument, token);
    if (!at) return null;
    const view = host.fullView(at.project);
    return codeActions(view, at.path, at.places.fromRange(range), host.factsOf(at.project))
      .filter(({ kind }) => context.only?.some((only) => kind === only || kind.startsWith(`${only}.`)) ?? true)
      .map(({ title, kind, edits, problem, preferred }) => ({
        title,
        kind,
        edit: workspaceEdit(at.project, edits),
        ...(problem && { diagnostics: [host.diagnosticOf(at.project, problem)] }),
        ...(preferred && { isPreferred: true }),
      }));
  });

  connection.onDocumentLinks(({ textDocument }, token) => {
    const at = target(textDocument, token);
    if (!at) return null;
    return documentLinks(at.view, at.path).map(({ range, target: path, tooltip }) => ({
      range: at.places.range(range),
      target: projects.uriOf({ project: at.project, path }),
      tooltip,
    }));
  });

  connection.onCodeLens(({ textDocument }, token) => {
    const { commands, codeLens } = host.settings();
    const at = commands && codeLens ? target(textDocument, token) : undefined;
    if (!at) return null;
    return codeLenses(at.view, at.path, host.factsOf(at.project)).map(({ range, title, action }) => {
      const where = at.places.range(range);
      if (action.type === 'show') {
        const args: ShowReferencesArguments = {
          uri: at.uri,
          position: where.start,
          locations: action.locations.map((location) => located(at.project, location)),
        };
        // Without a place to go to it only says something.
        const command = action.locations.length > 0 ? SHOW_REFERENCES : '';
        return { range: where, command: { title, command, arguments: [args] } };
      }
      const [of, ...more] = action.arguments as [CommandTarget, ...unknown[]];
      const args = more.length > 0 ? more : [{ folder: at.project.uri, uri: at.uri, ...named(of) }];
      return { range: where, command: { title, command: action.id, arguments: args } };
    });
  });
}

/** As the commands take it: `{ training: 'main' }`. */
const named = ({ kind, name }: CommandTarget): Record<string, string> => ({ [kind.toLowerCase()]: name });

const markdown = (value: string): { kind: typeof MarkupKind.Markdown; value: string } => ({
  kind: MarkupKind.Markdown,
  value,
});

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

/** Tokens as LSP has them: five numbers each, places relative to the token before. */
function encoded({ view, path, source, places }: Target, from: number, to: number): number[] {
  const data: number[] = [];
  let [line, character] = [0, 0];
  for (const { start, end, type, modifiers } of semanticTokens(view, path, from, to)) {
    const { line: sourceLine, col } = source.lines.linePos(start);
    const at = places.position({ line: sourceLine, column: col });
    data.push(
      at.line - line,
      at.line === line ? at.character - character : at.character,
      end - start,
      TOKEN_TYPES.indexOf(type),
      modifiers.reduce((bits, modifier) => bits | (1 << TOKEN_MODIFIERS.indexOf(modifier)), 0),
    );
    [line, character] = [at.line, at.character];
  }
  return data;
}
