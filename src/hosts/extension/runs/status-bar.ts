import * as vscode from 'vscode';
import type { Services } from '../services.ts';
import { amountOf, runLabel, workOf } from './run-text.ts';

const { t } = vscode.l10n;

/** One short item while something runs, gone otherwise. A click opens the Runs view. */
export function registerStatusBar({ runs }: Pick<Services, 'runs'>): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('karma-mas.runs', vscode.StatusBarAlignment.Left, 10);
  item.name = t('KARMA Runs');
  item.command = 'karma-mas.runs.focus';
  const show = () => {
    const active = runs.runs.filter(({ state }) => state === 'running');
    if (active.length === 0) return item.hide();
    const text = active.length === 1 ? workOf(active[0]) : t('{0} runs', active.length);
    item.text = `$(sync~spin) ${text}`;
    item.accessibilityInformation = { label: t('KARMA: {0}', text) };
    const tooltip = new vscode.MarkdownString();
    for (const entry of active) {
      const amount = entry.progress ? ` (${amountOf(entry.progress)})` : '';
      tooltip
        .appendMarkdown('- ')
        .appendText(`${runLabel(entry)}: ${workOf(entry)}${amount}`)
        .appendMarkdown('\n');
    }
    item.tooltip = tooltip;
    item.show();
  };
  show();
  return vscode.Disposable.from(item, runs.onDidChange(show));
}
