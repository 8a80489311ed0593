import { html, nothing, type TemplateResult } from 'lit';
import type { ChartEvents } from '../shared/chart.ts';
import { ChartElement } from '../shared/chart-element.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';
import { pointAt, type ChartData, type Line, type Interval } from '../shared/series.ts';
import { swatch } from '../shared/swatch.ts';
import type { EpisodeChart } from './charts.ts';

export interface TimeEvents {
  zoom(range: Interval | null): void;
  /** The pointer is over these seconds; undefined = no longer. */
  hover(seconds: number | undefined): void;
}

const OF_SERVICES = ['load', 'replicas', 'queues'];

/** One chart of the time line, with its legend, which says the values at the cursor. */
export class ChartView extends ChartElement {
  static override properties = { chart: { attribute: false }, cursor: { attribute: false } };
  declare chart: EpisodeChart;
  declare events: TimeEvents;

  protected override chartData(): ChartData {
    return this.chart.data;
  }

  protected override chartEvents(): ChartEvents {
    return {
      zoom: (range) => this.events.zoom(range),
      // A chart that is drawn anew tells of its cursor too.
      cursor: (x) => this.events.hover(this.matches(':hover') ? x : undefined),
    };
  }

  protected override render(): TemplateResult {
    const { id, title, unit, note, data } = this.chart;
    const named = data.lines.filter(({ faint, key }) => !faint && key.startsWith('0 '));
    const hasSecond = data.lines.some(({ key }) => key.startsWith('1 '));
    return html`<section class="strip" aria-labelledby="title-${id}">
      <header>
        <h2 id="title-${id}">${title} ${unit === '' ? nothing : html`<small>${unit}</small>`}</h2>
        <ul class="legend" aria-hidden="true">
          ${named.map((line) => html`<li title=${line.label}>${swatch(line)} ${line.label} ${this.#value(line)}</li>`)}
          ${note === undefined ? nothing : html`<li>${note}</li>`}
          ${hasSecond ? html`<li>${t('dashed: second')}</li>` : nothing}
        </ul>
      </header>
      <div class="plot" ?hidden=${data.lines.length === 0}></div>
      ${data.lines.length === 0 ? html`<p class="no-values">${OF_SERVICES.includes(id) ? t('This was not recorded, or all services are hidden.') : t('This was not recorded.')}</p>` : nothing}
    </section>`;
  }

  /** At the cursor: of the first episode, then of the second. */
  #value({ key }: Line): TemplateResult {
    const both = this.chart.data.lines.filter((line) => line.key.slice(2) === key.slice(2));
    return html`${both.map((line, i) => {
      const point = this.cursor === undefined ? undefined : pointAt(line, this.cursor);
      const text = point ? compact(point.y) : '–';
      return i === 0 ? html`<b>${text}</b>` : html`<i>${text}</i>`;
    })}`;
  }
}
customElements.define('karma-episode-chart', ChartView);
