/** Building blocks for pages that consist of sections with tables. */
import { html, type TemplateResult } from 'lit';
import type { OpenWhat } from '../protocol/proposals.ts';
import { button } from './controls.ts';
import { t } from './l10n.ts';
import './empty.css';
import './sections.css';
import './top-bar.css';

export const icon = (name: string): TemplateResult =>
  html`<span class="codicon codicon-${name}" aria-hidden="true"></span>`;

/** A heading with the actions for its section beside it. */
export function heading(id: string, title: string, ...tools: readonly TemplateResult[]): TemplateResult {
  return html`<header class="section-head">
    <h2 id=${id}>${title}</h2>
    <span class="tools">${tools}</span>
  </header>`;
}

/** Wraps a wide table so that it scrolls on its own, also by keyboard. */
export const scrollable = (label: string, content: TemplateResult): TemplateResult =>
  html`<div class="scroll" role="region" tabindex="0" aria-label=${t('{0}, table', label)}>${content}</div>`;

export const waiting = (label: string): TemplateResult =>
  html`<div class="empty"><vscode-progress-ring aria-label=${label}></vscode-progress-ring></div>`;

/** Says why a run has no analysis, and offers what creates one. */
export function noAnalysis(why: string, isFirst: boolean, open: (what: OpenWhat) => void): TemplateResult {
  return html`<div class="empty">
    <h2>${isFirst ? t('No analysis yet') : t('No analysis')}</h2>
    <p>${why}</p>
    <div class="buttons">
      ${button({ label: t('Analyze Run'), kind: 'primary', click: () => open('analyze') })}
      ${button({ label: t('Train Policies'), click: () => open('train') })}
      ${isFirst ? button({ label: t('Run All Phases'), click: () => open('runAll') }) : html``}
    </div>
  </div>`;
}

/** Formats a share for people: 91 %, 0.4 %. */
export function percent(share: number | undefined | null): string {
  if (share === undefined || share === null) return '–';
  const value = 100 * share;
  return `${value !== 0 && Math.abs(value) < 1 ? Number(value.toPrecision(1)) : Math.round(value)} %`;
}
