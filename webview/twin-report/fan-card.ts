import { html, LitElement, nothing, type TemplateResult } from 'lit';
import type { FanSeries } from '../protocol/twin-report.ts';
import { Chart } from '../shared/chart.ts';
import { iconButton, menu } from '../shared/controls.ts';
import { dataTable } from '../shared/data-table.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { pointAt, type ChartData, type Range } from '../shared/series.ts';
import { fanSummary } from './fan-data.ts';

export type Format = 'png' | 'svg' | 'csv';

export interface FanEvents {
  zoom(range: Range | null): void;
  cursor(x: number | undefined): void;
  table(name: string): void;
  save(name: string, format: Format): void;
}

/** One metric: the twin beside the record, as a chart or a table, and what they say at the cursor. */
export class FanCard extends LitElement {
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
  declare cursor: number | undefined;
  declare asTable: boolean;
  declare events: FanEvents;
  #chart: Chart | undefined;
  #shown: ChartData | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { name, asTable, data } = this;
    const id = `fan-${name.replace(/[^\w-]/g, '-')}`;
    return html`<section class="card" aria-labelledby=${id}>
      <header>
        <h3 id=${id}>${data.title}</h3>
        ${iconButton({
          icon: asTable ? 'graph-line' : 'table',
          label: asTable ? t('Show {0} as a Chart', data.title) : t('Show {0} as a Table', data.title),
          click: () => this.events.table(name),
        })}
        ${menu(`export-${id}`, 'export', t('Export {0}', data.title), [
          { label: t('PNG picture'), click: () => this.events.save(name, 'png') },
          { label: t('SVG picture'), click: () => this.events.save(name, 'svg') },
          { label: t('CSV table'), click: () => this.events.save(name, 'csv') },
        ])}
      </header>
      <div class="plot-area">
        <div class="plot" ?hidden=${asTable}></div>
        ${asTable ? dataTable(data) : nothing}
      </div>
      ${this.#readout()}
      <p class="visually-hidden">${fanSummary(this.series)}</p>
    </section>`;
  }

  protected override updated(): void {
    const place = this.querySelector<HTMLElement>('.plot');
    if (!place) return;
    this.#chart ??= new Chart(place, {
      zoom: (range) => this.events.zoom(range),
      cursor: (x) => this.events.cursor(x),
    });
    if (this.#shown !== this.data) {
      this.#shown = this.data;
      this.#chart.show(this.data);
    }
    this.#chart.setCursor(this.cursor);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#chart?.dispose();
    this.#chart = undefined;
    this.#shown = undefined;
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
