/** The requests of editors, answered by language/: only places, names of kinds and the shape of answers are translated here. */
import { CodeActionKind, type Connection, type ServerCapabilities } from 'vscode-languageserver';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../../language/semantic-tokens.ts';
import { registerCodeLens } from './code-lens.ts';
import { registerCompletion } from './completion.ts';
import { registerEditing } from './editing.ts';
import { Features, type FeatureHost } from './features.ts';
import { registerHover } from './hover.ts';
import { registerInlayHints } from './inlay-hints.ts';
import { registerNavigation } from './navigation.ts';
import { registerRanges } from './ranges.ts';
import { registerRename } from './rename.ts';
import { registerSemanticTokens } from './semantic-tokens.ts';
import { registerSymbols } from './symbols.ts';

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

export function registerFeatures(connection: Connection, host: FeatureHost): void {
  const features = new Features(connection, host);
  registerCompletion(features);
  registerHover(features);
  registerNavigation(features);
  registerRename(features);
  registerSymbols(features);
  registerRanges(features);
  registerSemanticTokens(features);
  registerInlayHints(features);
  registerEditing(features);
  registerCodeLens(features);
}
