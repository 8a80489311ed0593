import { html, nothing, type TemplateResult } from 'lit';
import type { FanSeries } from '../protocol/twin-report.ts';
import type { ChartEvents } from '../shared/chart.ts';
import { ChartElement } from '../shared/chart-element.ts';
import { chartTools } from '../shared/chart-tools.ts';
import { dataTable } from '../shared/data-table.ts';
import type { Format } from '../shared/export-menu.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { pointAt, type ChartData } from '../shared/series.ts';
import { fanSummary } from './fan-data.ts';

export interface FanEvents extends ChartEvents {
  table(name: string): void;
  save(name: string, format: Format): void;
}

/** One metric: the twin beside the record, as a chart or a table, and what they say at the cursor. */
export class FanCard extends ChartElement {
  static override properties = {
    name: { attribute: false },
    data: { attribute: false },
    series: { attribute: false },
    cursor: { attribute: false },
    asTable: { type: Boolean },
  };
  declare name: string;
  declare data: ChartData;
  declare series: FanSeries;
  declare asTable: boolean;
  declare events: FanEvents;

  protected override chartData(): ChartData {
    return this.data;
  }

  protected override chartEvents(): ChartEvents {
    return this.events;
  }

  protected override render(): TemplateResult {
    const { name, asTable, data } = this;
    const id = `fan-${name.replace(/[^\w-]/g, '-')}`;
    return html`<section class="card" aria-labelledby=${id}>
      <header>
        <h3 id=${id}>${data.title}</h3>
        ${chartTools({
          id,
          title: data.title,
          asTable,
          chartIcon: 'graph-line',
          toggleTable: () => this.events.table(name),
          save: (format) => this.events.save(name, format),
        })}
      </header>
      <div class="plot-area">
        <div class="plot" ?hidden=${asTable}></div>
        ${asTable ? dataTable(data) : nothing}
      </div>
      ${this.#readout()}
      <p class="visually-hidden">${fanSummary(this.series)}</p>
    </section>`;
  }

  /** Values at the cursor; without one, how well they agree. */
  #readout(): TemplateResult {
    const { cursor, data, series } = this;
    if (cursor === undefined) return html`<p class="readout" aria-hidden="true">${fanSummary(series)}</p>`;
    const [twin, recorded] = data.lines.map((line) => pointAt(line, cursor));
    return html`<p class="readout" aria-hidden="true">
      ${data.formatX(cursor)}: ${t('recorded')} <b>${recorded ? compact(recorded.y) : '–'}</b>, ${t('twin')}
      <b>${twin ? compact(twin.y) : '–'}</b> ${
        twin?.low === undefined || twin.high === undefined
          ? nothing
          : html`<span class="muted">${compact(twin.low)}–${compact(twin.high)}</span>`
      }
    </p>`;
  }
}
customElements.define('karma-fan-card', FanCard);
