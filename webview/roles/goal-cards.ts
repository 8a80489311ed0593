import { html, nothing, type TemplateResult } from 'lit';
import type { Proposal, Proposals } from '../protocol/proposals.ts';
import type { InferredGoal, RolesMessage, StateBound } from '../protocol/roles.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { heading, percent, scrollable } from '../shared/sections.ts';
import { acceptance, proposalOf } from './acceptance.ts';
import { exportPart, exportTable, type Actions } from './actions.ts';
import { bar } from './bar.ts';
import { boundInWords, boundOnRange } from './figures.ts';

export function goals(
  { goals: all }: RolesMessage,
  proposals: Proposals | undefined,
  actions: Actions,
): TemplateResult {
  return html`<section aria-labelledby="goals">
    ${heading('goals', t('Inferred goals'), exportTable('goals', t('the inferred goals'), actions.save))}
    ${
      all.length === 0
        ? html`<p class="muted">${t('No region of states is visited often enough by successful episodes.')}</p>`
        : html`<p>
              ${t('Where successful episodes dwell: the colored part of each range of visited values is within the bounds.')}
            </p>
            <div class="cards">
              ${all.map((goal) => goalCard(goal, proposalOf(proposals, 'goal', goal.name), proposals, actions))}
            </div>`
    }
  </section>`;
}

function goalCard(
  goal: InferredGoal,
  proposal: Proposal | undefined,
  proposals: Proposals | undefined,
  actions: Actions,
): TemplateResult {
  const { name, probability, bounds, inside, outside, satisfiedWhen } = goal;
  return html`<article class="card" aria-labelledby="goal-${name}">
    <header>
      <h3 id="goal-${name}">${name}</h3>
      <small>${t('{0} of the states of successful episodes', percent(probability))}</small>
      ${bounds.length > 0 ? exportPart('goals', t('goal {0}', name), actions.save, name) : nothing}
    </header>
    ${
      bounds.length === 0
        ? html`<p class="muted">${t('No bounds set it apart from other states.')}</p>`
        : html`<table class="bounds">
            <caption class="visually-hidden">
              ${t('Bounds of goal {0}', name)}
            </caption>
            <thead class="visually-hidden">
              <tr>
                <th scope="col">${t('field')}</th>
                <th scope="col">${t('range visited')}</th>
                <th scope="col">${t('bound')}</th>
              </tr>
            </thead>
            <tbody>
              ${bounds.map(boundRow)}
            </tbody>
          </table>`
    }
    ${
      satisfiedWhen === ''
        ? nothing
        : html`<p>
            ${t('All bounds together hold {0} of its states and {1} of all others.', percent(inside), percent(outside))}
          </p>`
    }
    ${acceptance(proposal, proposals, t('Add Inferred Goal'), satisfiedWhen === '' ? '' : t('A declared goal says nearly the same, or the bounds do not distinguish it from other states.'), actions)}
  </article>`;
}

function boundRow(bound: StateBound): TemplateResult {
  const { from, to } = boundOnRange(bound);
  const [least, greatest] = bound.visited;
  const title = t('{0} of its states and {1} of all others are within', percent(bound.inside), percent(bound.outside));
  return html`<tr title=${title}>
    <th scope="row">${bound.field}</th>
    <td class="range">
      <svg class="mark region" aria-hidden="true">
        <rect class="track" y="3" width="100%" height="10"></rect>
        <rect class="value" x="${100 * from}%" y="3" width="${Math.max(1.5, 100 * (to - from))}%" height="10"></rect>
      </svg>
      <span class="ends"><span>${compact(least)}</span><span>${compact(greatest)}</span></span>
    </td>
    <td>${boundInWords(bound)}</td>
  </tr>`;
}

export function declaredGoals({ satisfaction }: RolesMessage, { save }: Actions): TemplateResult {
  const what = t('Declared goals');
  const scenarios = [...new Set(satisfaction.flatMap((goal) => goal.scenarios.map(({ scenario }) => scenario)))];
  return html`<section aria-labelledby="satisfaction">
    ${heading('satisfaction', what, satisfaction.length > 0 ? exportTable('satisfaction', t('the declared goals'), save) : html`${nothing}`)}
    ${
      satisfaction.length === 0
        ? html`<p class="muted">${t('No mission of the organization has a goal that says when it is satisfied.')}</p>`
        : html`<p>${t('Share of the steps at which each is satisfied.')}</p>
            ${scrollable(
              what,
              html`<table class="alignment">
                <thead>
                  <tr>
                    <th scope="col" class="text">${t('goal')}</th>
                    <th scope="col" class="text wide">${t('all scenarios')}</th>
                    ${scenarios.map((name) => html`<th scope="col">${name}</th>`)}
                  </tr>
                </thead>
                <tbody>
                  ${satisfaction.map(
                    ({ goal, overall, scenarios: own }) =>
                      html`<tr>
                        <th scope="row" class="text">${goal}</th>
                        <td class="text wide">${bar(overall, 'played')}</td>
                        ${scenarios.map((name) => html`<td>${percent(own.find(({ scenario }) => scenario === name)?.share)}</td>`)}
                      </tr>`,
                  )}
                </tbody>
              </table>`,
            )}`
    }
  </section>`;
}
