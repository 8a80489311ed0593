import { html, nothing, type TemplateResult } from 'lit';
import type { ChartEvents } from '../shared/chart.ts';
import { ChartElement } from '../shared/chart-element.ts';
import { chartTools } from '../shared/chart-tools.ts';
import { iconButton } from '../shared/controls.ts';
import { dataTable } from '../shared/data-table.ts';
import type { Format } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { pointAt, type ChartData, type Line } from '../shared/series.ts';
import { swatch } from '../shared/swatch.ts';
import { summaryOf } from './chart-data.ts';
import type { Metric } from './metrics.ts';

export interface CardEvents extends ChartEvents {
  maximize(metric: string): void;
  table(metric: string): void;
  save(metric: string, format: Format): void;
}

/** One metric: its chart (or table), what it says at the cursor, and its buttons. */
export class ChartCard extends ChartElement {
  static override properties = {
    metric: { attribute: false },
    data: { attribute: false },
    cursor: { attribute: false },
    maximized: { type: Boolean },
    asTable: { type: Boolean },
    waiting: { type: Boolean },
  };
  declare metric: Metric;
  declare data: ChartData;
  declare maximized: boolean;
  declare asTable: boolean;
  declare waiting: boolean;
  declare events: CardEvents;

  protected override chartData(): ChartData {
    return this.data;
  }

  protected override chartEvents(): ChartEvents {
    return this.events;
  }

  protected override render(): TemplateResult {
    const { id, title, about, unit } = this.metric;
    const name = id.replace('/', '-');
    const { maximized, asTable } = this;
    return html`<section class="card" aria-labelledby="title-${name}">
      <header>
        <h2 id="title-${name}" title=${about}>${title} <small>${unit}</small></h2>
        ${chartTools({
          id: name,
          title,
          asTable,
          chartIcon: 'graph-line',
          toggleTable: () => this.events.table(id),
          save: (format) => this.events.save(id, format),
        })}
        ${iconButton({
          icon: maximized ? 'screen-normal' : 'screen-full',
          label: maximized ? t('Show All Charts') : t('Maximize {0}', title),
          click: () => this.events.maximize(id),
        })}
      </header>
      ${maximized ? html`<p class="about">${about}</p>` : nothing}
      <div class="plot-area">
        <div class="plot" ?hidden=${asTable || this.data.lines.length === 0}></div>
        ${asTable && this.data.lines.length > 0 ? dataTable(this.data) : nothing}
        ${
          this.data.lines.length === 0
            ? html`<p class="no-values">${this.waiting ? t('No value yet') : t('Not measured in this run')}</p>`
            : nothing
        }
      </div>
      ${this.#readout()}
      <p class="visually-hidden">${summaryOf(this.data)}</p>
    </section>`;
  }

  /** Values at the cursor, else the last ones. */
  #readout(): TemplateResult {
    const { lines, levels, formatX, xLabel } = this.data;
    const shown = this.maximized ? lines : lines.filter(({ faint }) => !faint);
    return html`<ul class="readout" aria-hidden="true">
      <li class="at">${this.cursor === undefined ? t('last') : `${xLabel} ${formatX(this.cursor)}`}</li>
      ${shown.map((line) => html`<li title=${line.label}>${swatch(line)} ${this.maximized ? line.label : nothing} ${this.#value(line)}</li>`)}
      ${levels.map((level) => html`<li title=${level.label}>${swatch({ ...level, dash: [6, 4], marker: 0, width: 1.5 })} ${this.maximized ? level.label : nothing} <b>${compact(level.y)}</b></li>`)}
    </ul>`;
  }

  #value(line: Line): TemplateResult {
    const last = line.y.findLastIndex((value) => value !== null);
    const point = pointAt(line, this.cursor ?? line.x[last] ?? 0);
    if (!point) return html`<b>–</b>`;
    const { y, low, high } = point;
    return html`<b>${compact(y)}</b>${
        low === undefined || high === undefined
          ? nothing
          : html` <span class="interval">${compact(low)}–${compact(high)}</span>`
      }`;
  }
}
customElements.define('karma-chart-card', ChartCard);
