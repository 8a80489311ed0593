import { randomBytes } from 'node:crypto';
import type { ViewName } from '../../../../webview/protocol/messages.ts';

/** What of vscode.Webview and its surroundings a page needs; plain, so that the page can be tested without VS Code. */
export interface PageOptions {
  readonly view: ViewName;
  readonly title: string;
  readonly language: string;
  /** webview.cspSource. */
  readonly cspSource: string;
  /** Address of a file of dist/webview/. */
  readonly resource: (name: string) => string;
  /** English text -> translation: vscode.l10n.bundle. */
  readonly translations: Readonly<Record<string, unknown>>;
}

/**
 * The page of a view. Everything is forbidden but our own files: scripts by nonce, styles, fonts and pictures by source.
 * No style attribute is allowed, so views set styles by class or through the CSS object model. The toolkit tries out with a style
 * element whether the browser knows :focus-visible, and takes its nonce from a meta element.
 */
export function viewPage({ view, title, language, cspSource, resource, translations }: PageOptions): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource} 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource}`,
    `form-action 'none'`,
    `base-uri 'none'`,
  ].join('; ');
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta property="csp-nonce" content="${nonce}">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${resource('codicon.css')}">
<link rel="stylesheet" href="${resource(`${view}.css`)}">
<script type="application/json" id="translations" nonce="${nonce}">${jsonInHtml(translations)}</script>
<script defer nonce="${nonce}" src="${resource('controls.js')}"></script>
<script defer nonce="${nonce}" src="${resource(`${view}.js`)}"></script>
</head>
<body data-view="${view}">
<noscript>${escapeHtml(title)}</noscript>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Nothing in it can end the script element. */
function jsonInHtml(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}
