/** The table that replaces a chart, with one column per line. */
import { html, nothing, type TemplateResult } from 'lit';
import './data-table.css';
import { t } from './l10n.ts';
import type { ChartData } from './series.ts';
import { tableOf } from './table-data.ts';

export function dataTable(data: ChartData): TemplateResult {
  const { columns, rows } = tableOf(data);
  const twoRows = columns.some(({ parts }) => parts.length > 0);
  return html`<div class="data-table" tabindex="0" role="region" aria-label=${t('{0}, as a table', data.title)}>
    <table>
      <caption class="visually-hidden">
        ${data.title}
      </caption>
      <thead>
        <tr>
          ${columns.map(({ label, parts }) =>
            parts.length > 0
              ? html`<th scope="colgroup" colspan=${parts.length}>${label}</th>`
              : html`<th scope="col" rowspan=${twoRows ? 2 : 1}>${label}</th>`,
          )}
        </tr>
        ${
          twoRows
            ? html`<tr>
                ${columns.flatMap(({ parts }) => parts.map((part) => html`<th scope="col">${part}</th>`))}
              </tr>`
            : nothing
        }
      </thead>
      <tbody>
        ${rows.map(
          ([x, ...cells]) =>
            html`<tr>
              <th scope="row">${x}</th>
              ${cells.map((cell) => html`<td>${cell}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
