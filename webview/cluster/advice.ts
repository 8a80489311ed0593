/** Problems and what to do about them, obstacles to a transfer, other writers, and offered runs. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ClusterStatus, Finding, Offer, Preflight } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { icon, type Events } from './events.ts';

/** A sentence; what follows its first line, such as the Role that grants a right, is shown as it is. */
function sentence(message: string): TemplateResult {
  const [first, ...more] = message.trimEnd().split('\n');
  return html`<span>${first}</span>${more.length === 0 ? nothing : html`<pre>${more.join('\n')}</pre>`}`;
}

export function problems({ problems: all }: ClusterStatus): TemplateResult {
  return html`${all.map(
    (text) =>
      html`<div class="problem" role="alert">
        ${icon('error')}
        <div>${sentence(text)}</div>
      </div>`,
  )}`;
}

/** No connection is made before the user asks for one. */
export function connection({ isUnasked }: ClusterStatus, { open }: Pick<Events, 'open'>): TemplateResult {
  if (!isUnasked) return html`${nothing}`;
  return html`<section class="connection" aria-label=${t('Connection')}>
    <p>
      ${t(
        'This is a real cluster, and KARMA MAS has not connected to it yet. Connect reads it with the credentials of your kubeconfig while this view is open. It writes nothing.',
      )}
    </p>
    <button type="button" class="action danger" @click=${() => open('connect')}>${icon('plug')} ${t('Connect')}</button>
  </section>`;
}

export function otherWriter({ writer }: ClusterStatus): TemplateResult {
  if (writer === '') return html`${nothing}`;
  return html`<p class="note">
    ${icon('lock')} <span>${t('{0} writes to this namespace (Lease karma-mas).', writer)}</span>
  </p>`;
}

/** What the plan found beside the changes. */
export function preflight({ granted, rights, findings }: Preflight): TemplateResult {
  const blocking = findings.filter(({ severity }) => severity === 'blocks').length;
  return html`<p class="muted">
      ${t('{0} of {1} rights granted.', granted, rights)}
      ${
        blocking === 0
          ? t('Nothing stands in the way.')
          : blocking === 1
            ? t('One thing stands in the way:')
            : t('{0} things stand in the way:', blocking)
      }
    </p>
    ${
      findings.length === 0
        ? nothing
        : html`<ul class="findings" aria-label=${t('What the plan found')}>
            ${findings.map(finding)}
          </ul>`
    }`;
}

function finding({ severity, message }: Finding): TemplateResult {
  const blocks = severity === 'blocks';
  return html`<li class=${blocks ? 'refused' : ''}>
    ${icon(blocks ? 'error' : 'info')}
    <div>
      <span class="visually-hidden">${blocks ? t('In the way:') : t('To be known:')}</span>
      ${sentence(message)}
    </div>
  </li>`;
}

/** Nothing starts, and nothing is promoted, by itself. */
export function offers({ offers: all }: ClusterStatus, { accept }: Pick<Events, 'accept'>): TemplateResult {
  if (all.length === 0) return html`${nothing}`;
  return html`<section aria-labelledby="offers-title">
    <h2 id="offers-title">${t('Due')}</h2>
    <ul class="offers">
      ${all.map((offer) => offerItem(offer, accept))}
    </ul>
  </section>`;
}

function offerItem({ what, job, why }: Offer, accept: Events['accept']): TemplateResult {
  return html`<li>
    <p>
      <b>${what === 'twin' ? t('A new twin') : t('New policies')}</b>
      <span class="muted">${why}</span>
    </p>
    <button type="button" class="action" @click=${() => accept(job)}>
      ${icon('play')} ${job === 'fit' ? t('Fit Twin') : t('Train Policies')}
    </button>
  </li>`;
}
