/** Declared roles against inferred ones, and how much of its moves an agent's roles explain. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AgentAlignment, RolesMessage } from '../protocol/roles.ts';
import { t } from '../shared/l10n.ts';
import { heading, percent, scrollable } from '../shared/sections.ts';
import { exportPart, type Actions } from './actions.ts';
import { bar } from './bar.ts';
import { confusion, uncovered } from './figures.ts';

export function declaredAgainstInferred(message: RolesMessage, { save }: Actions): TemplateResult {
  const { columns, rows } = confusion(message);
  const { purity, stability } = message;
  const what = t('Groups against declared roles');
  return html`<section aria-labelledby="confusion">
    ${heading('confusion', what, exportPart('confusion', what, save))}
    <p>
      ${t('Action sequences of each group by the declared role of their agent; a frame marks the role that a group matches.')}
      ${t('Purity {0}.', percent(purity))}
      ${stability === undefined ? nothing : t('Stability over seeds {0}.', stability.toFixed(2))}
    </p>
    ${scrollable(
      what,
      html`<table class="matrix">
        <thead>
          <tr>
            <th scope="col" class="text">${t('group')}</th>
            ${columns.map((column) => html`<th scope="col">${column}</th>`)}
            <th scope="col">${t('sequences')}</th>
            <th scope="col" class="text">${t('matches')}</th>
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ label, counts, sequences, match, variant }) =>
              html`<tr>
                <th scope="row" class="text">${label}</th>
                ${counts.map((count, c) => matrixCell(count, sequences, c === match))}
                <td>${sequences}</td>
                <td class="text">
                  ${match < 0 ? html`<small>${t('no declared role')}</small>` : columns[match]}
                  ${variant ? html`<small>${t('in other circumstances')}</small>` : nothing}
                </td>
              </tr>`,
          )}
        </tbody>
      </table>`,
    )}
  </section>`;
}

/** Its background says the share, by the opacity of a picture behind the number. */
function matrixCell(count: number, of: number, isMatch: boolean): TemplateResult {
  return html`<td class="cell ${isMatch ? 'match' : ''}">
    <svg aria-hidden="true">
      <rect width="100%" height="100%" fill-opacity=${(0.45 * count) / Math.max(1, of)}></rect>
    </svg>
    <span>${count}</span>
  </td>`;
}

export function alignment(message: RolesMessage, { save }: Actions): TemplateResult {
  const { agents } = message;
  const what = t('Alignment with the declared role');
  return html`<section aria-labelledby="alignment">
    ${heading('alignment', what, exportPart('alignment', what, save))}
    <p>
      ${t('Share of the steps at which a rule of the role matched where the action was allowed: as played under the mask, and for what the policy chooses without it. The rest is what the rules do not cover.')}
    </p>
    ${scrollable(
      what,
      html`<table class="alignment">
        <thead>
          <tr>
            <th scope="col" class="text">${t('agent')}</th>
            <th scope="col" class="text">${t('role')}</th>
            <th scope="col" class="text wide"><i class="swatch played"></i> ${t('as played')}</th>
            <th scope="col" class="text wide"><i class="swatch free"></i> ${t('without the mask')}</th>
            <th scope="col">${t('moves no rule covers')}</th>
            <th scope="col">${t('steps no rule matches')}</th>
          </tr>
        </thead>
        <tbody>
          ${agents.map((agent) => alignmentRow(agent))}
        </tbody>
      </table>`,
    )}
  </section>`;
}

function alignmentRow(agent: AgentAlignment): TemplateResult {
  const { moves, steps } = uncovered(agent);
  return html`<tr>
    <th scope="row" class="text">${agent.agent}</th>
    <td class="text">${agent.roles.join(' + ') || html`<small>${t('no role')}</small>`}</td>
    <td class="text wide">${bar(agent.alignment, 'played')}</td>
    <td class="text wide">${bar(agent.freeAlignment, 'free')}</td>
    <td>${percent(moves)}</td>
    <td>${percent(steps)}</td>
  </tr>`;
}
