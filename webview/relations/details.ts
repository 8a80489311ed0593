/** Beside the graph: how to read it, or the figures of the relation that is selected. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Proposal } from '../protocol/proposals.ts';
import type { RelationsMessage } from '../protocol/relations.ts';
import { button, iconButton } from '../shared/controls.ts';
import { t } from '../shared/l10n.ts';
import { icon } from '../shared/sections.ts';
import { isDeclared, overWindows, type Edge } from './edges.ts';
import { kindAbout, kindLabel, pairLabel, pLabel, strengthLabel, windowLabel } from './labels.ts';

export function legend({ alpha, minimumStrength, notes }: RelationsMessage): TemplateResult {
  return html`<h2>${t('How to read it')}</h2>
    <ul class="legend">
      <li><span class="key wide"></span> ${t('the wider, the stronger')}</li>
      <li><span class="key faint"></span> ${t('faint: not significant')}</li>
      <li><span class="key declared"></span> ${t('hollow: a declared link')}</li>
    </ul>
    <p class="muted">
      ${t('Significant: p at most {0}, adjusted for all pairs, kinds and windows together, and strength at least {1}. Choose a relation to see its figures.', alpha, minimumStrength)}
    </p>
    ${notes.map((note) => html`<p class="note-line">${icon('info')}<span>${note}</span></p>`)}`;
}

export interface DetailsOptions {
  readonly relations: RelationsMessage;
  readonly edge: Edge;
  /** What would add the relation to the specifications. */
  readonly proposal: Proposal | undefined;
  readonly canAccept: boolean;
  readonly accept: (id: string) => void;
  readonly close: () => void;
}

export function details(options: DetailsOptions): TemplateResult {
  const { relations, edge, close } = options;
  return html`<header>
      <h2>${pairLabel(edge)}</h2>
      ${iconButton({ icon: 'close', label: t('Close the Details'), click: close })}
    </header>
    <p><span class="key ${edge.kind}"></span> ${kindLabel(edge.kind)}: ${kindAbout(edge.kind)}</p>
    ${figures(options)} ${strengthByWindow(relations, edge)} ${acceptance(options)}`;
}

const isKnown = ({ relations, edge }: DetailsOptions): boolean => edge.declared || isDeclared(relations, edge);

function figures(options: DetailsOptions): TemplateResult {
  const { edge, proposal } = options;
  const isAdded = proposal !== undefined && proposal.known !== '';
  const rows: readonly (readonly [string, string])[] = [
    [t('strength'), strengthLabel(edge.strength)],
    [t('p-value'), pLabel(edge.p)],
    [t('significant'), edge.significant ? t('yes') : t('no')],
    [t('declared'), isKnown(options) || isAdded ? t('yes') : t('no')],
  ];
  return html`<dl>
    ${rows.map(
      ([term, value]) =>
        html`<div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function strengthByWindow(relations: RelationsMessage, edge: Edge): TemplateResult {
  const windows = overWindows(relations, edge);
  if (windows.length < 2) return html`${nothing}`;
  return html`<table class="windows">
    <caption>
      ${t('Strength over the episode')}
    </caption>
    <tbody>
      ${windows.map(
        (window) =>
          html`<tr class=${window.significant ? '' : 'faint'}>
            <th scope="row">${windowLabel(window)}</th>
            <td>
              <svg aria-hidden="true">
                <rect class="track" y="3" width="100%" height="8"></rect>
                <rect class="value ${edge.kind}" y="3" width="${100 * window.strength}%" height="8"></rect>
              </svg>
            </td>
            <td class="number">
              ${strengthLabel(window.strength)}
              ${window.significant ? nothing : html`<span class="visually-hidden">${t('not significant')}</span>`}
            </td>
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function acceptance(options: DetailsOptions): TemplateResult {
  const { edge, proposal, canAccept, accept } = options;
  if (proposal)
    return html`<p class="muted">${proposal.why}</p>
      ${
        proposal.known === ''
          ? button({
              label: t('Add Relation'),
              kind: 'primary',
              disabled: !canAccept,
              click: () => accept(proposal.id),
            })
          : html`<p class="added">${icon('check')} ${t('In the specifications: group {0}', proposal.known)}</p>`
      }`;
  if (isKnown(options) || !edge.significant) return html`${nothing}`;
  return html`<p class="muted">
    ${t('Not proposed: both agents have the same role, their roles share no group, another role is proposed for one of them, or the relation would close a circle of authority.')}
  </p>`;
}
