import { html, nothing, type TemplateResult } from 'lit';
import type { ClusterStatus } from '../protocol/cluster.ts';
import { t } from '../shared/l10n.ts';
import { icon, type Events } from './events.ts';

/** The place and the way back to the HPA, always in sight. */
export function identityBar(status: ClusterStatus, { act, open }: Events): TemplateResult {
  const { identity, cluster, project, selectable } = status;
  const { enabled } = status.actions.fallBack;
  return html`<header class="identity">
    <div class="name">
      <h1>${cluster}${project ? html` <small>${project}</small>` : nothing}</h1>
      ${
        selectable
          ? html`<button
              type="button"
              class="icon-button"
              title=${t('Select Cluster')}
              aria-label=${t('Select Cluster')}
              @click=${() => open('selectCluster')}
            >
              ${icon('arrow-swap')}
            </button>`
          : nothing
      }
    </div>
    <dl class="where">
      ${where(t('Context'), identity?.context)} ${where(t('Namespace'), identity?.namespace)}
      ${where(t('Server'), identity?.server)}
    </dl>
    ${
      enabled
        ? html`<button
            type="button"
            class="action danger"
            aria-disabled=${status.run?.state === 'stopping' ? 'true' : nothing}
            @click=${() => act('fallBack')}
          >
            ${icon('discard')} ${t('Fall Back')}
          </button>`
        : nothing
    }
  </header>`;
}

const where = (name: string, value: string | undefined): TemplateResult =>
  html`<div>
    <dt>${name}</dt>
    <dd title=${value ?? nothing}>${value ?? '–'}</dd>
  </div>`;
