import * as vscode from 'vscode';
import type { ViewName } from '../../../../webview/protocol/messages.ts';
import { openChannel, type Channel, type Send, type ViewConnection } from './channel.ts';
import { viewPage } from './html.ts';
import { PANELS, type PanelName } from './panels.ts';

/** A view that opens as an editor: at most one of each kind in a window. */
export interface PanelKind<V extends PanelName, A> {
  readonly view: V;
  /** The column in which it opens; default: the active one. */
  readonly column?: vscode.ViewColumn;
  /** Makes the host side. `shown` is what it was opened with; undefined where a reload restored it: then the view's own state counts. */
  connect(send: Send<V>, shown: A | undefined): PanelConnection<V, A>;
}

export interface PanelConnection<V extends PanelName, A> extends ViewConnection<V> {
  /** The panel is open and is opened again with this argument. */
  show(what: A): void;
}

export interface PanelHost<A> extends vscode.Disposable {
  /** Opens it, or brings the open one to the front. */
  open(what: A): void;
}

/** Lets a panel be opened, and be restored after a reload of the window. */
export function registerPanel<V extends PanelName, A>(
  kind: PanelKind<V, A>,
  extensionUri: vscode.Uri,
  log: vscode.LogOutputChannel,
): PanelHost<A> {
  const { viewType, title, icon } = PANELS[kind.view];
  const shownTitle = vscode.l10n.t(title);
  let current: { readonly panel: vscode.WebviewPanel; readonly connection: PanelConnection<V, A> } | undefined;
  const attach = (panel: vscode.WebviewPanel, shown: A | undefined) => {
    panel.iconPath = new vscode.ThemeIcon(icon);
    let connection: PanelConnection<V, A> | undefined;
    const channel = showView(kind.view, shownTitle, panel.webview, extensionUri, log, (send) => {
      connection = kind.connect(send, shown);
      return connection;
    });
    panel.onDidChangeViewState(() => {
      if (!panel.visible) channel.hidden();
    });
    panel.onDidDispose(() => {
      channel.dispose();
      current = undefined;
    });
    if (connection) current = { panel, connection };
  };
  const serializer = vscode.window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel) {
      attach(panel, undefined);
    },
  });
  return {
    open(what) {
      if (current) {
        current.panel.reveal();
        current.connection.show(what);
        return;
      }
      closeUnrestored(viewType);
      const options = { enableScripts: true, localResourceRoots: [resourceRoot(extensionUri)] };
      const column = kind.column ?? vscode.ViewColumn.Active;
      attach(vscode.window.createWebviewPanel(viewType, shownTitle, column, options), what);
    },
    dispose() {
      serializer.dispose();
      current?.panel.dispose();
    },
  };
}

/** After a reload, a panel in the background is a tab without a webview until it is shown: it would be a second one. */
function closeUnrestored(viewType: string): void {
  const isIt = ({ input }: vscode.Tab) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(viewType);
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs).filter(isIt);
  if (tabs.length > 0) void vscode.window.tabGroups.close(tabs);
}

/** Gives a webview (of a panel or of the side bar) its page, and connects it. Its options are set here. */
export function showView<V extends ViewName>(
  view: V,
  title: string,
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  log: vscode.LogOutputChannel,
  connect: (send: Send<V>) => ViewConnection<V>,
): Channel {
  const root = resourceRoot(extensionUri);
  webview.options = { enableScripts: true, localResourceRoots: [root] };
  const channel = openChannel(view, webview, log, connect);
  webview.html = viewPage({
    view,
    title,
    language: vscode.env.language,
    cspSource: webview.cspSource,
    resource: (name) => webview.asWebviewUri(vscode.Uri.joinPath(root, name)).toString(),
    translations: vscode.l10n.bundle ?? {},
  });
  return channel;
}

function resourceRoot(extensionUri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extensionUri, 'dist', 'webview');
}
