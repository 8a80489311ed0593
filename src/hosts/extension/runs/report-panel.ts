/** Shows the report.html of a run: in an editor tab, or in the browser where the file is on this machine. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { REPORT_FILE } from '../../../runs/artifacts.ts';
import type { Services } from '../services.ts';
import { pickRun, runsOf } from './run-arguments.ts';
import { runLabel } from './run-text.ts';

const { t } = vscode.l10n;
const VIEW_TYPE = 'karma-mas.report';

export function registerReport(services: Services): vscode.Disposable {
  const panels = new Map<string, vscode.WebviewPanel>();
  const show = async (panel: vscode.WebviewPanel, directory: string) => {
    panels.set(directory, panel);
    panel.onDidDispose(() => panels.delete(directory));
    panel.iconPath = new vscode.ThemeIcon('book');
    panel.webview.html = await reportHtml(directory);
  };
  return vscode.Disposable.from(
    services.command('karma-mas.openReport', async (...args) => {
      const entry =
        runsOf(args, services.runs)[0] ??
        (await pickRun(services.runs, {
          title: t('Open Report'),
          placeHolder: t('The report of which run?'),
          none: t('No run has a report yet: a finished run of all phases has one.'),
          filter: ({ results }) => results.includes('report'),
        }));
      if (!entry) return;
      if (!entry.results.includes('report'))
        throw new Error(t('{0} has no report: a finished run of all phases has one.', runLabel(entry)));
      if (opensInBrowser() && (await vscode.env.openExternal(vscode.Uri.file(join(entry.directory, REPORT_FILE)))))
        return;
      const open = panels.get(entry.directory);
      if (open) return open.reveal();
      const title = t('Report of {0}', runLabel(entry));
      const panel = vscode.window.createWebviewPanel(VIEW_TYPE, title, vscode.ViewColumn.Active, options());
      await show(panel, entry.directory);
    }),
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      async deserializeWebviewPanel(panel, state: { directory?: unknown } | undefined) {
        panel.webview.options = options();
        const directory = state?.directory;
        if (typeof directory === 'string') await show(panel, directory);
        else panel.dispose();
      },
    }),
  );
}

/** A file of another machine cannot be opened by this one's browser. */
function opensInBrowser(): boolean {
  const where = vscode.workspace.getConfiguration('karma-mas').get<string>('report.openIn', 'editor');
  return where === 'browser' && !vscode.env.remoteName && vscode.env.uiKind === vscode.UIKind.Desktop;
}

function options(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
  return { enableScripts: true, localResourceRoots: [], enableFindWidget: true };
}

/**
 * The report is one file without scripts or outside resources. It gets a policy that allows just that, and a script of ours that
 * keeps its theme that of VS Code and remembers which report this is.
 */
async function reportHtml(directory: string): Promise<string> {
  let report: string;
  try {
    report = await readFile(join(directory, REPORT_FILE), 'utf8');
  } catch {
    report = `<!doctype html><html><head></head><body><p>${t('This report is no longer there: its run was moved or deleted.')}</p></body></html>`;
  }
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-${nonce}'`;
  // In JSON, "<" could end the script.
  const state = JSON.stringify({ directory }).replaceAll('<', '\\u003c');
  const head = `<head><meta http-equiv="Content-Security-Policy" content="${policy}">
<style>html body{padding:0}</style>
<script nonce="${nonce}">
acquireVsCodeApi().setState(${state});
const follow = () => {
  const { classList } = document.body;
  const isDark = classList.contains('vscode-dark') || (classList.contains('vscode-high-contrast') && !classList.contains('vscode-high-contrast-light'));
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
};
addEventListener('DOMContentLoaded', () => {
  follow();
  new MutationObserver(follow).observe(document.body, { attributes: true, attributeFilter: ['class'] });
});
</script>`;
  return report.replace(/<head>/i, () => head);
}
