/** What the view says where there is nothing, or not much, to see. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ToHost } from '../protocol/messages.ts';
import { button } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import type { Model } from './model.ts';

type Open = (what: ToHost<'clustering'>['open']['what']) => void;

/** Nothing can be shown: why, and what to do. `isFirst`: no run has an analysis. */
export function offers(title: string, why: string, isFirst: boolean, open: Open): TemplateResult {
  return html`<div class="empty">
    <h2>${title}</h2>
    <p>${why}</p>
    <div class="buttons">
      ${button({ label: t('Analyze'), kind: 'primary', click: () => open('analyze') })}
      ${isFirst ? button({ label: t('Train'), click: () => open('train') }) : nothing}
      ${isFirst ? button({ label: t('Run All Phases'), click: () => open('runAll') }) : nothing}
    </div>
  </div>`;
}

export function noGroups({ analysis }: Model, open: Open): TemplateResult {
  return html`<section class="notice" aria-labelledby="no-groups">
    <h2 id="no-groups"><span class="codicon codicon-info" aria-hidden="true"></span> ${t('No groups stand out')}</h2>
    <p>
      ${analysis.suggested.reason}
      ${t('The agents all act alike, or without a pattern. You can still cut the dendrogram. Train longer or analyze more episodes to see whether groups appear.')}
    </p>
    <div class="buttons">
      ${button({ label: t('Analyze'), click: () => open('analyze') })}
      ${button({ label: t('Train'), click: () => open('train') })}
    </div>
  </section>`;
}
