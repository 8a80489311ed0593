/** What all sections are made of: sections, tables, figures, legends. */
import type { Table } from '../evaluating/table-format.ts';
import { html, NOTHING, type Html, type Piece } from './html.ts';
import { dashes, seriesColor } from './theme.ts';

export function section(id: string, title: string, ...content: readonly Piece[]): Html {
  return html`<section aria-labelledby="${id}">
    <h2 id="${id}">${title}</h2>
    ${content}
  </section> `;
}

/** In place of a section whose phase did not run. */
export const missing = (phase: string, command: string): Html =>
  html`<p class="missing">Nothing to show: the ${phase} phase has not run. <code>${command}</code> runs it.</p>`;

/** `wide`: a sentence, which may run over several lines. */
export type Cell = string | Html | { readonly text: string; readonly wide: true };

/** Numbers to the right; `text` aligns all columns left. The first cell of a row is its header. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
  { text = false }: { readonly text?: boolean } = {},
): Html {
  const wide = (value: Cell) => typeof value === 'object' && 'wide' in value;
  const isWide = (column: number) => rows.some((row) => wide(row[column]));
  const cell = (value: Cell) =>
    typeof value === 'object' && 'wide' in value ? html`<td class="wide">${value.text}</td>` : html`<td>${value}</td>`;
  const body = rows.map(([first, ...rest]) => {
    const header = typeof first === 'string' ? first : first.text;
    return html`<tr>
      <th scope="row">${header}</th>
      ${rest.map(cell)}
    </tr> `;
  });
  return scrollable(
    caption,
    html`<table${text && html` class="text"`}><caption>${caption}</caption>
<thead><tr>${columns.map((column, i) => html`<th scope="col" ${isWide(i) && html` class="wide"`}>${column}</th>`)}</tr></thead>
<tbody>${body}</tbody></table>`,
  );
}

/** A value's interval stands below it, so that tables of many metrics stay narrow. */
export const tableOf = ({ title, columns, rows, notes }: Table): Html => {
  const cell = (text: string): Cell => {
    const [value, interval] = text.split(' ± ');
    return interval === undefined ? text : html`${value}<br /><small>± ${interval}</small>`;
  };
  const cells = rows.map(([first, ...rest]) => [first, ...rest.map(cell)]);
  return html`${table(title, columns, cells)}${notes.map((note) => html`<p class="note">${note}</p>`)}`;
};

export const folded = (summary: string, content: Piece): Html =>
  html`<details>
    <summary>${summary}</summary>
    ${content}
  </details>`;

/** Wide content scrolls by itself, with the keyboard too. */
export const scrollable = (label: string, content: Piece): Html =>
  html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${content}</div>`;

export interface FigureOptions {
  /** Unique in the document. */
  readonly id: string;
  readonly title: string;
  /** What the picture shows, for those who do not see it. */
  readonly description: string;
  readonly width: number;
  readonly height: number;
  readonly drawing: Piece;
  readonly legend?: Html;
  readonly caption?: string;
  /** The same as a table. */
  readonly data: Html;
}

export function figure(options: FigureOptions): Html {
  const { id, title, description, width, height, drawing, legend, caption, data } = options;
  return html`<figure id="${id}">
    <h3>${title}</h3>
    ${legend ?? NOTHING}${scrollable(
      title,
      html`<svg
        role="img"
        aria-labelledby="${id}-t ${id}-d"
        width="${width}"
        height="${height}"
        viewBox="0 0 ${width} ${height}"
      >
        <title id="${id}-t">${title}</title>
        <desc id="${id}-d">${description}</desc>
        ${drawing}
      </svg>`,
    )}${caption && html`<figcaption>${caption}</figcaption>`}
    ${folded('As a table', data)}
  </figure> `;
}

export interface LegendEntry {
  readonly name: string;
  readonly series: number;
  readonly mark: 'line' | 'band' | 'point';
  /** Default: those of the series. */
  readonly dash?: string;
}

/** What stands before the name, 28 x 14. */
export function legendMark({ series, mark, dash }: LegendEntry): Html {
  const color = seriesColor(series);
  if (mark === 'band') return html`<rect x="1" y="2" width="26" height="10" fill="${color}" fill-opacity=".25" />`;
  if (mark === 'point') return html`<path transform="translate(14 7)" d="${symbolPath(series)}" fill="${color}" />`;
  return html`<line
    x1="1"
    x2="27"
    y1="7"
    y2="7"
    stroke="${color}"
    stroke-width="2.5"
    stroke-dasharray="${dash ?? dashes(series)}"
  />`;
}

export function legend(entries: readonly LegendEntry[]): Html {
  return html`<ul class="legend">
    ${entries.map(
      (entry) => html`<li><svg width="28" height="14" aria-hidden="true">${legendMark(entry)}</svg>${entry.name}</li>`,
    )}
  </ul>`;
}

/** Shapes about the origin: circle, square, triangle, diamond, cross, and the same again larger. */
export function symbolPath(series: number): string {
  const size = series % 10 < 5 ? 5 : 6.5;
  switch (series % 5) {
    case 0:
      return `M${-size} 0a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0Z`;
    case 1:
      return `M${-size} ${-size}h${2 * size}v${2 * size}h${-2 * size}Z`;
    case 2:
      return `M0 ${-size - 1}L${size + 1} ${size}H${-size - 1}Z`;
    case 3:
      return `M0 ${-size - 1}L${size + 1} 0L0 ${size + 1}L${-size - 1} 0Z`;
    default:
      return `M${-size} -2H-2V${-size}H2V-2H${size}V2H2V${size}H-2V2H${-size}Z`;
  }
}
