/** How runs are told to people: names of jobs and states, numbers, times. */
import * as vscode from 'vscode';
import type { Progress } from '../../../runs/progress-file.ts';
import type { JobKind } from '../../../jobs/options/job-table.ts';
import type { RunEntry, RunEntryState } from './run-entry.ts';

const { t } = vscode.l10n;

/** A job as a noun, for a list. */
export function jobName(kind: string): string {
  const names: { readonly [K in JobKind]: string } = {
    run: t('All Phases'),
    collect: t('Traces'),
    fit: t('Twin'),
    train: t('Training'),
    analyze: t('Analysis'),
    evaluate: t('Evaluation'),
    transfer: t('Transfer'),
  };
  return Object.hasOwn(names, kind) ? names[kind as JobKind] : t('Run');
}

export function runLabel({ kind, name, id, refines }: RunEntry): string {
  if (refines !== undefined) return t('Refinement: {0}', name);
  return kind === '' || name === '' ? id : t('{0}: {1}', jobName(kind), name);
}

export function stateName(state: RunEntryState): string {
  const names: { readonly [S in RunEntryState]: string } = {
    created: t('not begun'),
    running: t('running'),
    stopped: t('stopped'),
    finished: t('finished'),
    failed: t('failed'),
    stale: t('interrupted'),
    unreadable: t('unreadable'),
    'other-version': t('other version'),
    incomplete: t('being made'),
  };
  return names[state];
}

export function stateIcon(entry: RunEntry): vscode.ThemeIcon {
  const color = (id: string) => new vscode.ThemeColor(id);
  switch (entry.state) {
    case 'running':
      return new vscode.ThemeIcon(entry.stopping ? 'loading~spin' : 'sync~spin', color('charts.blue'));
    case 'finished':
      return new vscode.ThemeIcon('pass', color('testing.iconPassed'));
    case 'failed':
      return new vscode.ThemeIcon('error', color('testing.iconFailed'));
    case 'stopped':
      return new vscode.ThemeIcon('debug-pause');
    case 'stale':
      return new vscode.ThemeIcon('debug-disconnect', color('list.warningForeground'));
    case 'created':
      return new vscode.ThemeIcon('circle-outline');
    case 'incomplete':
      return new vscode.ThemeIcon('loading~spin');
    case 'unreadable':
      return new vscode.ThemeIcon('warning', color('list.warningForeground'));
    case 'other-version':
      return new vscode.ThemeIcon('versions');
  }
}

/** What is being done, as "Training 42 %". */
export function workOf({ kind, phase, progress, stopping }: RunEntry): string {
  if (stopping) return t('Stopping...');
  if (!progress) return phase ? t('{0}...', capital(phase)) : t('{0}...', jobName(kind));
  return t('{0} {1} %', capital(progress.what), percent(progress));
}

export function percent({ done, total }: Progress): number {
  return total > 0 ? Math.floor(100 * Math.min(1, done / total)) : 0;
}

export function amountOf({ done, total, unit }: Progress): string {
  return t('{0} of {1} {2}', grouped(done), grouped(total), unit);
}

/** J of the best policies and of the HPA beside it; empty where nothing was judged yet. */
export function objectiveOf({ bestObjective, hpaObjective }: RunEntry): string {
  if (bestObjective === undefined) return '';
  const best = bestObjective.toFixed(3);
  return hpaObjective === undefined ? t('J {0}', best) : t('J {0}, HPA {1}', best, hpaObjective.toFixed(3));
}

/** One line about a run, beside its label. */
export function runDescription(entry: RunEntry, now: number): string {
  const parts =
    entry.state === 'running'
      ? [workOf(entry), objectiveOf(entry)]
      : [entry.state === 'finished' ? '' : stateName(entry.state), objectiveOf(entry), ago(now - entry.updatedAt)];
  return parts.filter((part) => part !== '').join(' · ');
}

/** Milliseconds as "now", "12 min ago", "3 d ago". */
export function ago(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return t('now');
  if (minutes < 60) return t('{0} min ago', minutes);
  if (minutes < 48 * 60) return t('{0} h ago', Math.floor(minutes / 60));
  return t('{0} d ago', Math.floor(minutes / (24 * 60)));
}

/** Milliseconds as "4 s", "3 min", "2 h 5 min". */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return t('{0} s', seconds);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60 ? t('{0} min', minutes) : t('{0} h {1} min', Math.floor(minutes / 60), minutes % 60);
}

/** 2000000 as "2 000 000", with spaces that do not break. */
export function grouped(count: number): string {
  return Math.round(count).toLocaleString('en-US').replaceAll(',', '\u00a0');
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
