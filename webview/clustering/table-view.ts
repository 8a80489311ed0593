/** A table on the screen: where the rows are many, the first of them. */
import { html, nothing, type TemplateResult } from 'lit';
import '../shared/data-table.css';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import type { Cell, Table } from './tables.ts';

const ROWS = 200;

/** `select`: called with the sequence of a row. */
export function tableView(title: string, table: Table, select: (item: number) => void): TemplateResult {
  const { columns, rows, items } = table;
  const isText = (column: number) => typeof rows[0]?.[column] === 'string';
  const text = (cell: Cell) => (typeof cell === 'number' ? compact(cell) : cell);
  return html`<div class="data-table" tabindex="0" role="region" aria-label=${t('{0}, as a table', title)}>
    <table>
      <caption class="visually-hidden">
        ${title}
      </caption>
      <thead>
        <tr>
          ${columns.map((column, i) => html`<th scope="col" class=${isText(i) ? 'text' : ''}>${column}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.slice(0, ROWS).map(
          ([first, ...cells], row) =>
            html`<tr>
              <th scope="row" class=${isText(0) ? 'text' : ''}>
                ${
                  items
                    ? html`<button type="button" class="link" @click=${() => select(items[row])}>
                        ${text(first)}
                      </button>`
                    : text(first)
                }
              </th>
              ${cells.map((cell, i) => html`<td class=${isText(i + 1) ? 'text' : ''}>${text(cell)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
    ${
      rows.length > ROWS
        ? html`<p class="more">${t('{0} more rows are in the CSV export.', rows.length - ROWS)}</p>`
        : nothing
    }
  </div>`;
}
