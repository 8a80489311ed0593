import { html, nothing, type TemplateResult } from 'lit';
import type { Proposal, Proposals } from '../protocol/proposals.ts';
import { button } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { icon } from '../shared/sections.ts';
import type { Actions } from './actions.ts';

export const proposalOf = (
  proposals: Proposals | undefined,
  kind: Proposal['kind'],
  name: string,
): Proposal | undefined => proposals?.proposals.find((proposal) => proposal.kind === kind && proposal.name === name);

/** The button that accepts a proposal, or why there is none. */
export function acceptance(
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
