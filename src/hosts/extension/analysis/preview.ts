/** Shows files before and after an edit side by side, and asks whether to apply it. */
import * as vscode from 'vscode';
import type { TextEdit } from 'vscode-languageserver';

const { t } = vscode.l10n;

/** The URI scheme of documents that show a file after the edit. */
const SCHEME = 'karma-proposal';

export type Changes = Readonly<Record<string, readonly TextEdit[]>>;

/** One is open at a time. */
export class Previews implements vscode.Disposable {
  /** By their address. */
  readonly #texts = new Map<string, string>();
  readonly #provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    provideTextDocumentContent: (uri) => this.#texts.get(uri.toString()) ?? '',
  });
  /** Each preview has URIs of its own, because VS Code caches the text of a known URI. */
  #count = 0;

  dispose(): void {
    this.#provider.dispose();
  }

  /** Resolves with true if the user wants the edit and the files have not changed since the preview. */
  async confirm(title: string, changes: Changes): Promise<boolean> {
    const shown = await Promise.all(
      Object.entries(changes).map(async ([uri, edits]) => {
        const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
        const preview = document.uri.with({ scheme: SCHEME, query: String(++this.#count) });
        this.#texts.set(preview.toString(), textAfter(document, edits));
        return { document, version: document.version, preview };
      }),
    );
    const [{ document, preview }] = shown;
    if (shown.length === 1) await vscode.commands.executeCommand('vscode.diff', document.uri, preview, title);
    else
      await vscode.commands.executeCommand(
        'vscode.changes',
        title,
        shown.map((each) => [each.document.uri, each.document.uri, each.preview]),
      );
    const apply = {
      label: t('Apply'),
      description: t('{0} files', shown.length),
      iconPath: new vscode.ThemeIcon('check'),
    };
    const discard = { label: t('Discard'), iconPath: new vscode.ThemeIcon('discard') };
    const options = { title, placeHolder: t('Make this change?'), ignoreFocusOut: true };
    const chosen = await vscode.window.showQuickPick([apply, discard], options);
    await closePreviews();
    this.#texts.clear();
    if (chosen !== apply) return false;
    if (shown.some((each) => each.document.version !== each.version))
      throw new Error(t('The specifications have changed since the preview. Add it again.'));
    return true;
  }
}

/** The edits do not overlap, and those at one place stand in their order. */
function textAfter(document: vscode.TextDocument, edits: readonly TextEdit[]): string {
  const offsetOf = ({ line, character }: TextEdit['range']['start']) =>
    document.offsetAt(new vscode.Position(line, character));
  const sorted = edits
    .map(({ range, newText }) => ({ from: offsetOf(range.start), to: offsetOf(range.end), newText }))
    .sort((a, b) => a.from - b.from || a.to - b.to);
  const text = document.getText();
  let [result, done] = ['', 0];
  for (const { from, to, newText } of sorted) {
    result += text.slice(done, from) + newText;
    done = to;
  }
  return result + text.slice(done);
}

async function closePreviews(): Promise<void> {
  const isOurs = ({ input }: vscode.Tab): boolean => {
    if (input instanceof vscode.TabInputTextDiff) return input.modified.scheme === SCHEME;
    const { textDiffs = [] } = (input ?? {}) as { readonly textDiffs?: readonly vscode.TabInputTextDiff[] };
    return textDiffs.some(({ modified }) => modified.scheme === SCHEME);
  };
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(isOurs);
  if (tabs.length > 0) await vscode.window.tabGroups.close(tabs);
}
