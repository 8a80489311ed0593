/** The table alternative of the graph: every edge that is shown as a row. */
import { html, type TemplateResult } from 'lit';
import '../shared/data-table.css';
import { t } from '../shared/l10n.ts';
import type { Edge } from './edges.ts';
import { kindLabel, pLabel, strengthLabel } from './labels.ts';

export function edgeTable(
  edges: readonly Edge[],
  selected: string,
  select: (key: string) => void,
  isDeclared: (edge: Edge) => boolean,
): TemplateResult {
  // A declared link is a row of its own only where nothing was inferred for it.
  const rows = edges
    .filter(
      (edge) =>
        !edge.declared ||
        !edges.some((other) => !other.declared && other.key === edge.key.replace('declared', 'inferred')),
    )
    .toReversed();
  return html`<div class="data-table" tabindex="0" role="region" aria-label=${t('Relations, as a table')}>
    <table>
      <caption class="visually-hidden">
        ${t('Relations')}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('Kind')}</th>
          <th scope="col" class="text">${t('From')}</th>
          <th scope="col" class="text">${t('To')}</th>
          <th scope="col">${t('Strength')}</th>
          <th scope="col">${t('p-value')}</th>
          <th scope="col">${t('Significant')}</th>
          <th scope="col">${t('Declared')}</th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (edge) =>
            html`<tr class=${edge.key === selected ? 'selected' : ''}>
              <th scope="row">
                <button
                  type="button"
                  class="link"
                  aria-pressed=${String(edge.key === selected)}
                  @click=${() => select(edge.key)}
                >
                  ${kindLabel(edge.kind)}
                </button>
              </th>
              <td class="text">${edge.from}</td>
              <td class="text">${edge.to}</td>
              <td>${strengthLabel(edge.strength)}</td>
              <td>${pLabel(edge.p)}</td>
              <td>${edge.significant ? t('yes') : t('no')}</td>
              <td>${edge.declared || isDeclared(edge) ? t('yes') : t('no')}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
