/** The table alternative: all steps, a page at a time. */
import { html, type TemplateResult } from 'lit';
import type { EpisodeMessage } from '../protocol/episode.ts';
import { iconButton } from '../shared/controls.ts';
import '../shared/data-table.css';
import { t } from '../shared/l10n.ts';
import { stepTable } from './table.ts';

/** Rows of a page: a day of decisions has thousands. */
const PAGE = 100;

/** The page that the step is on; choosing a row or another page goes to a step. */
export function stepsTable(episode: EpisodeMessage, step: number, go: (step: number) => void): TemplateResult {
  const { columns, row } = stepTable(episode);
  const page = Math.floor(step / PAGE);
  const from = page * PAGE;
  const to = Math.min(episode.steps, from + PAGE);
  const rows = Array.from({ length: to - from }, (_, i) => from + i);
  return html`<div class="pages">
      ${iconButton({ icon: 'chevron-left', label: t('Previous Page'), disabled: page === 0, click: () => go(from - PAGE) })}
      <span>${t('Steps {0} to {1} of {2}', from + 1, to, episode.steps)}</span>
      ${iconButton({ icon: 'chevron-right', label: t('Next Page'), disabled: to >= episode.steps, click: () => go(to) })}
    </div>
    <div class="data-table steps" tabindex="0" role="region" aria-label=${t('The episode, as a table')}>
      <table>
        <caption class="visually-hidden">
          ${t('Steps of the episode')}
        </caption>
        <thead>
          <tr>
            <th scope="col">${t('step')}</th>
            ${columns.map((label) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (at) =>
              html`<tr aria-current=${at === step ? 'step' : 'false'} @click=${() => go(at)}>
                <th scope="row">${at + 1}</th>
                ${row(at).map((cell) => html`<td>${cell}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
}
