/** The decisions and the writes. */
import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ClusterStatus, Decision, Write } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { icon, type Events } from './events.ts';
import { changesInWords, fixed, moment, outcomeOf, percent, stageName } from './labels.ts';

export function decisions({ decisions: all }: ClusterStatus): TemplateResult {
  return html`<section aria-labelledby="decisions-title">
    <h2 id="decisions-title">${t('Last Decisions')}</h2>
    ${
      all.length === 0
        ? html`<p class="muted">
            ${t('None yet. Decisions that change or hold something are listed here with their reason.')}
          </p>`
        : html`<ol class="decisions">
            ${repeat(all, ({ decision }) => decision, decisionItem)}
          </ol>`
    }
  </section>`;
}

function decisionItem(decision: Decision): TemplateResult {
  const { icon: name, label } = outcomeOf(decision);
  const { why, caps, agents, drift, objective } = decision;
  const holders = agents.filter(({ reasons, choice }) => reasons.length === 0 && /^hold(, hold)*$/.test(choice));
  const movers = agents.filter((agent) => !holders.includes(agent));
  return html`<li class="decision" data-outcome=${decision.outcome}>
    <details>
      <summary>
        ${icon(name)}
        <span class="what">${changesInWords(decision) || (decision.outcome === 'hold' ? t('hold') : label)}</span>
        <span class="when">${stageName(decision.stage)}, ${moment(decision.time)} ${icon('chevron-right')}</span>
        ${why ? html`<span class="because">${why}</span>` : nothing}
      </summary>
      <p class="muted">
        ${t('Decision {0}: {1}. J {2}, drift {3}.', decision.decision, label, fixed(objective, 3), fixed(drift, 1))}
      </p>
      ${caps.map((cap) => html`<p>${icon('fold')} ${t('Cap: {0}', cap)}</p>`)}
      ${agents.length === 0 ? html`<p>${t('No rule of any role matched.')}</p>` : nothing}
      ${movers.map(
        ({ agent, roles, choice, probability, options, reasons }) =>
          html`<h3>${agent} <small>${roles.join(', ') || t('no role')}</small></h3>
            <p>${t('chose {0} ({1}) of {2} options', choice, percent(probability), options)}</p>
            ${
              reasons.length > 0
                ? html`<ul class="reasons">
                    ${reasons.map((reason) => html`<li>${reason}</li>`)}
                  </ul>`
                : nothing
            }`,
      )}
      ${
        holders.length > 0
          ? html`<p class="muted">
              ${t('A rule matched, and they chose to hold: {0}.', holders.map(({ agent }) => agent).join(', '))}
            </p>`
          : nothing
      }
    </details>
  </li>`;
}

export function writes({ writes: all }: ClusterStatus, { isOpen, toggle }: Events): TemplateResult {
  if (all.length === 0) return html`${nothing}`;
  const refused = all.filter(({ accepted }) => !accepted).length;
  return html`<section aria-labelledby="writes-title">
    <details
      ?open=${isOpen('writes')}
      @toggle=${(event: Event) => toggle('writes', (event.target as HTMLDetailsElement).open)}
    >
      <summary>
        <h2 id="writes-title">${t('Last Writes')}</h2>
        <small>${refused > 0 ? t('{0}, {1} refused', all.length, refused) : all.length}</small>
      </summary>
      <ol class="writes">
        ${all.map(writeItem)}
      </ol>
    </details>
  </section>`;
}

function writeItem({ time, stage, service: name, what, dryRun, accepted, message }: Write): TemplateResult {
  return html`<li class=${accepted ? '' : 'refused'}>
    ${icon(accepted ? (dryRun ? 'circle-outline' : 'pass') : 'error')}
    <span class="what"><b>${name}</b> ${what}${dryRun ? html` <small>${t('dry run')}</small>` : nothing}</span>
    <span class="when">${stageName(stage)}, ${moment(time)}</span>
    ${message ? html`<span class="because">${message}</span>` : nothing}
  </li>`;
}
