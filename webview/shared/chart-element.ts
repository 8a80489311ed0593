import { LitElement } from 'lit';
import { Chart, type ChartEvents } from './chart.ts';
import type { ChartData } from './series.ts';

/**
 * An element with one line chart in its child of class `plot`. It creates the chart when that child exists, and redraws it only
 * when its data are a different object.
 */
export abstract class ChartElement extends LitElement {
  /** Position of the chart's cursor, in the unit of its x axis. */
  declare cursor: number | undefined;
  #chart: Chart | undefined;
  #drawn: ChartData | undefined;

  protected abstract chartData(): ChartData;
  protected abstract chartEvents(): ChartEvents;

  /** Renders without a shadow root, so that the styles of the page apply. */
  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override updated(): void {
    const place = this.querySelector<HTMLElement>('.plot');
    if (!place) return;
    this.#chart ??= new Chart(place, {
      zoom: (range) => this.chartEvents().zoom(range),
      cursor: (x) => this.chartEvents().cursor(x),
    });
    const data = this.chartData();
    if (this.#drawn !== data) {
      this.#drawn = data;
      this.#chart.show(data);
    }
    this.#chart.setCursor(this.cursor);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#chart?.dispose();
    this.#chart = undefined;
    this.#drawn = undefined;
  }
}
