/** The sections of Roles and Goals. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Proposal, Proposals } from '../protocol/proposals.ts';
import type {
  AgentAlignment,
  Comparison,
  InferredGoal,
  InferredRole,
  InferredRule,
  RolesMessage,
  RuleQuality,
  StateBound,
} from '../protocol/roles.ts';
import { button, iconButton, menu } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { heading, icon, percent, scrollable } from '../shared/sections.ts';
import { boundInWords, boundOnRange, confusion, figureWords, ruleInWords, trend, uncovered } from './facts.ts';

export type Part = 'comparison' | 'confusion' | 'alignment' | 'roles' | 'goals' | 'satisfaction';
export type Format = 'png' | 'svg' | 'csv';

export interface Actions {
  accept(proposal: Proposal): void;
  save(part: Part, format: Format, goal?: string): void;
  compare(): void;
  refine(): void;
  toggle(id: string): void;
  readonly open: readonly string[];
}

const exportMenu = (part: Part, what: string, save: Actions['save'], goal?: string): TemplateResult =>
  menu(
    `export-${part}${goal === undefined ? '' : `-${goal.replace(/[^\w-]/g, '-')}`}`,
    'export',
    t('Export {0}', what),
    [
      { label: t('PNG picture'), click: () => save(part, 'png', goal) },
      { label: t('SVG picture'), click: () => save(part, 'svg', goal) },
      { label: t('CSV table'), click: () => save(part, 'csv', goal) },
    ],
  );

const exportTable = (part: Part, what: string, save: Actions['save']): TemplateResult =>
  iconButton({ icon: 'export', label: t('Export {0} as CSV', what), click: () => save(part, 'csv') });

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
          : t('In {0} no groups of behaviour stand out.', amount(episodes, seeds.length))
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
      ? t('Nothing is proposed: nothing was found that the specifications do not say. There is nothing left to refine.')
      : accepted === 0
        ? t('{0} changes of the specifications are proposed. Accept what convinces you, then train again.', open.length)
        : t(
            '{0} of {1} proposals are in the specifications. Train again to see what they come to.',
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
      ${isThere ? nothing : t('That run is not there any more: what only it knows is left out.')}
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
            <th scope="col" class="text"><span class="visually-hidden">${t('judgement')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${figures.map((figure) => {
            const { label, about, format } = figureWords(figure.what);
            const say = (value: number | null) => (value === null ? '–' : format(value));
            const known = figure.before !== null && figure.after !== null;
            const difference = known ? figure.after! - figure.before! : 0;
            const sign = difference < 0 ? '−' : '+';
            const way = trend(figure);
            return html`<tr>
              <th scope="row" class="text figure">${label} <small>${about}</small></th>
              <td>${say(figure.before)}</td>
              <td><b>${say(figure.after)}</b></td>
              <td>${known ? `${sign}${format(Math.abs(difference))}` : '–'}</td>
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

export function declaredAgainstInferred(message: RolesMessage, { save }: Actions): TemplateResult {
  const { columns, rows } = confusion(message);
  const { purity, stability } = message;
  const what = t('Groups against declared roles');
  return html`<section aria-labelledby="confusion">
    ${heading('confusion', what, exportMenu('confusion', what, save))}
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
    ${heading('alignment', what, exportMenu('alignment', what, save))}
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

function bar(share: number | undefined, kind: 'played' | 'free'): TemplateResult {
  return html`<span class="bar-cell"
    ><svg class="mark ${kind}" aria-hidden="true">
      <rect class="track" y="3" width="100%" height="10"></rect>
      ${share === undefined ? nothing : svg`<rect class="value" y="3" width="${100 * share}%" height="10"></rect>`}</svg
    ><span class="number">${percent(share)}</span></span
  >`;
}

export function inferredRoles(
  { roles }: RolesMessage,
  proposals: Proposals | undefined,
  actions: Actions,
): TemplateResult {
  return html`<section aria-labelledby="roles">
    ${heading('roles', t('Inferred roles'), exportTable('roles', t('the inferred roles'), actions.save))}
    ${
      roles.length === 0
        ? html`<p class="muted">${t('No groups stand out, so that there are no roles to infer.')}</p>`
        : html`<div class="cards">
            ${roles.map((role) => roleCard(role, proposalOf(proposals, 'role', role.name), proposals, actions))}
          </div>`
    }
  </section>`;
}

const proposalOf = (proposals: Proposals | undefined, kind: Proposal['kind'], name: string): Proposal | undefined =>
  proposals?.proposals.find((proposal) => proposal.kind === kind && proposal.name === name);

function roleCard(
  role: InferredRole,
  proposal: Proposal | undefined,
  proposals: Proposals | undefined,
  actions: Actions,
): TemplateResult {
  const { name, sequences, matches, rules, allowsTaken, allowsAll } = role;
  return html`<article class="card" aria-labelledby="role-${name}">
    <header>
      <h3 id="role-${name}">${name}</h3>
      <small
        >${t('{0} sequences', sequences)} ·
        ${matches === undefined ? t('no declared role') : t('resembles {0}', matches)}</small
      >
    </header>
    ${
      rules.length === 0
        ? html`<p class="muted">${t('Its moves follow no rule that could be found.')}</p>`
        : html`<ul class="rules">
            ${rules.map(ruleItem)}
          </ul>`
    }
    ${
      allowsTaken === undefined || allowsAll === undefined
        ? nothing
        : html`<p>
            ${t('On held-out steps it allows {0} of the moves taken and {1} of all moves.', percent(allowsTaken), percent(allowsAll))}
          </p>`
    }
    ${acceptance(proposal, proposals, t('Add Inferred Role'), rules.length > 0 ? t('The roles that its agents have tell what they do about as well.') : '', actions)}
  </article>`;
}

function ruleItem(rule: InferredRule): TemplateResult {
  const { direction, when, heldOut, fitted } = rule;
  return html`<li>
    <p class="rule-head">
      ${icon(direction === 'up' ? 'arrow-up' : 'arrow-down')} <b>${ruleInWords(rule)}</b> ${t('when')}
    </p>
    <code>${when}</code>
    <p class="quality">${qualityInWords(heldOut)}</p>
    <p class="quality muted">${t('When fitted: {0}', qualityInWords(fitted))}</p>
  </li>`;
}

const qualityInWords = ({ samples, precision, recall, allows }: RuleQuality): string =>
  t(
    'support {0} cases, confidence {1}, finds {2} of the moves, allows {3} of the cases',
    compact(samples),
    percent(precision),
    percent(recall),
    percent(allows),
  );

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
              ${t('Where successful episodes dwell: the coloured part of each range of visited values is within the bounds.')}
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
      ${bounds.length > 0 ? exportMenu('goals', t('goal {0}', name), actions.save, name) : nothing}
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
    ${acceptance(proposal, proposals, t('Add Inferred Goal'), satisfiedWhen === '' ? '' : t('A declared goal says about the same, or the bounds do not tell it from other states.'), actions)}
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

/** The button that accepts a proposal, or why there is none. */
function acceptance(
  proposal: Proposal | undefined,
  proposals: Proposals | undefined,
  label: string,
  why: string,
  { accept, toggle, open }: Actions,
): TemplateResult {
  if (!proposal)
    return html`${proposals && why !== '' ? html`<p class="muted">${t('Not proposed.')} ${why}</p>` : nothing}`;
  const isOpen = open.includes(proposal.id);
  return html`<p class="why">${proposal.why}</p>
    <details
      ?open=${isOpen}
      @toggle=${(event: Event) => {
        if ((event.target as HTMLDetailsElement).open !== isOpen) toggle(proposal.id);
      }}
    >
      <summary>${t('YAML')}</summary>
      <pre tabindex="0" aria-label=${t('YAML of {0}', proposal.name)}>${proposal.yaml.trimEnd()}</pre>
    </details>
    <footer>
      ${
        proposal.known === ''
          ? button({ label, kind: 'primary', disabled: !proposals?.asked, click: () => accept(proposal) })
          : html`<span class="added">${icon('check')} ${t('In the specifications: {0}', proposal.known)}</span>`
      }
    </footer>`;
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
