import { html, nothing, type TemplateResult } from 'lit';
import type { Proposal, Proposals } from '../protocol/proposals.ts';
import type { InferredRole, InferredRule, RolesMessage, RuleQuality } from '../protocol/roles.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { heading, icon, percent } from '../shared/sections.ts';
import { acceptance, proposalOf } from './acceptance.ts';
import { exportTable, type Actions } from './actions.ts';
import { ruleInWords } from './figures.ts';

export function inferredRoles(
  { roles }: RolesMessage,
  proposals: Proposals | undefined,
  actions: Actions,
): TemplateResult {
  return html`<section aria-labelledby="roles">
    ${heading('roles', t('Inferred roles'), exportTable('roles', t('the inferred roles'), actions.save))}
    ${
      roles.length === 0
        ? html`<p class="muted">${t('No groups stand out, so there are no roles to infer.')}</p>`
        : html`<div class="cards">
            ${roles.map((role) => roleCard(role, proposalOf(proposals, 'role', role.name), proposals, actions))}
          </div>`
    }
  </section>`;
}

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
    ${acceptance(proposal, proposals, t('Add Inferred Role'), rules.length > 0 ? t('The roles that its agents already have describe their behavior about as well.') : '', actions)}
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
