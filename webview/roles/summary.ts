/** What was analyzed, what is proposed, and how the figures were before. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Proposals } from '../protocol/proposals.ts';
import type { Comparison, RolesMessage } from '../protocol/roles.ts';
import { button } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { heading, icon, percent, scrollable } from '../shared/sections.ts';
import { exportTable, type Actions } from './actions.ts';
import { figureLabel, trend } from './figures.ts';

/** "12 episodes of 2 seeds". */
function amount(episodes: number, seeds: number): string {
  return seeds === 1 ? t('{0} episodes of one seed', episodes) : t('{0} episodes of {1} seeds', episodes, seeds);
}

export function summary({
  organization,
  episodes,
  seeds,
  groups,
  silhouette,
  fit,
  notes,
}: RolesMessage): TemplateResult {
  const figures: readonly [string, string, string][] = [
    [
      t('structural fit'),
      percent(fit.structural),
      t('How much closer the action sequences of one role are than those of different roles.'),
    ],
    [
      t('functional fit'),
      percent(fit.functional),
      t('How much closer the states that satisfy a goal are than all states.'),
    ],
    [t('organizational fit'), percent(fit.overall), t('Mean of both.')],
  ];
  return html`<section aria-labelledby="summary">
    ${heading('summary', t('Organization {0}', organization))}
    <p>
      ${
        groups.length > 1
          ? t(
              'In {0} the agents behave in {1} ways (silhouette {2}).',
              amount(episodes, seeds.length),
              groups.length,
              silhouette.toFixed(2),
            )
          : t('In {0} no groups of behavior stand out.', amount(episodes, seeds.length))
      }
    </p>
    <dl class="figures">
      ${figures.map(
        ([label, value, about]) =>
          html`<div title=${about}>
            <dt>${label}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    ${notes.map((note) => html`<p class="note-line">${icon('info')}<span>${note}</span></p>`)}
  </section>`;
}

/** What was accepted, and what is left; nothing left ends the loop of refining. */
export function state({ proposals, asked }: Proposals, actions: Actions): TemplateResult {
  const open = proposals.filter(({ known }) => known === '');
  const accepted = proposals.length - open.length;
  const words =
    proposals.length === 0
      ? t(
          'Nothing is proposed: the specifications already say everything that was found. There is nothing left to refine.',
        )
      : accepted === 0
        ? t('{0} changes of the specifications are proposed. Accept what convinces you, then train again.', open.length)
        : t(
            '{0} of {1} proposals are in the specifications. Train again to see their effect.',
            accepted,
            proposals.length,
          );
  return html`<section class="state" aria-label=${t('Proposals')} aria-live="polite">
    ${icon(proposals.length === 0 ? 'pass' : 'lightbulb')}
    <p>${words}</p>
    ${
      asked && accepted > 0
        ? button({ label: t('Refine and Retrain'), kind: 'primary', click: () => actions.refine() })
        : nothing
    }
  </section>`;
}

export function comparison({ before, isThere, figures }: Comparison, actions: Actions): TemplateResult {
  const trends = { better: t('better'), worse: t('worse'), same: '' };
  return html`<section aria-labelledby="comparison">
    ${heading(
      'comparison',
      t('Before and after'),
      isThere ? button({ label: t('Compare Learning Curves'), click: () => actions.compare() }) : html`${nothing}`,
      exportTable('comparison', t('before and after'), actions.save),
    )}
    <p>
      ${t('This run was trained after proposals of {0} had been accepted.', before)}
      ${isThere ? nothing : t('That run no longer exists: figures that only it has are left out.')}
    </p>
    ${scrollable(
      t('Before and after'),
      html`<table>
        <thead>
          <tr>
            <th scope="col" class="text">${t('figure')}</th>
            <th scope="col">${t('before')}</th>
            <th scope="col">${t('after')}</th>
            <th scope="col">${t('change')}</th>
            <th scope="col" class="text"><span class="visually-hidden">${t('judgment')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${figures.map((figure) => {
            const { label, about, format } = figureLabel(figure.what);
            const say = (value: number | null) => (value === null ? '–' : format(value));
            const difference =
              figure.before === null || figure.after === null ? undefined : figure.after - figure.before;
            const way = trend(figure);
            return html`<tr>
              <th scope="row" class="text figure">${label} <small>${about}</small></th>
              <td>${say(figure.before)}</td>
              <td><b>${say(figure.after)}</b></td>
              <td>
                ${difference === undefined ? '–' : `${difference < 0 ? '−' : '+'}${format(Math.abs(difference))}`}
              </td>
              <td class="text trend ${way}">
                ${way === 'same' ? nothing : icon(way === 'better' ? 'arrow-up' : 'arrow-down')} ${trends[way]}
              </td>
            </tr>`;
          })}
        </tbody>
      </table>`,
    )}
  </section>`;
}
