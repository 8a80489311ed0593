import { html, LitElement, type TemplateResult } from 'lit';
import { CanvasPen } from '../shared/canvas-pen.ts';
import { t } from '../shared/l10n.ts';
import type { Interval } from '../shared/series.ts';
import type { Theme } from '../shared/theme.ts';
import type { TimeEvents } from './chart-view.ts';
import { GUTTER } from './charts.ts';
import { drawRows, heightOf, RIGHT, rowAt, type Row } from './lanes.ts';

export interface LaneEvents extends TimeEvents {
  /** The user points at a time and stays there: a click, or a drag. */
  scrub(seconds: number): void;
  point(agent: string): void;
}

/** Lanes on a canvas, with the step under the cursor marked over it: moving the cursor draws nothing anew. */
export class LanesView extends LitElement {
  static override properties = {
    rows: { attribute: false },
    range: { attribute: false },
    theme: { attribute: false },
    cursor: { attribute: false },
    interval: { attribute: false },
    agent: { attribute: false },
  };
  declare rows: readonly Row[];
  declare range: Interval;
  declare theme: Theme;
  /** Seconds at which the step begins, and how long it lasts. */
  declare cursor: number;
  declare interval: number;
  declare agent: string;
  declare events: LaneEvents;
  #drawn: readonly unknown[] = [];
  #size: ResizeObserver | undefined;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#size = new ResizeObserver(() => this.#update());
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#size?.disconnect();
    this.#drawn = [];
  }

  protected override render(): TemplateResult {
    return html`<div
      class="lanes"
      @pointerdown=${(event: PointerEvent) => this.#press(event)}
      @pointermove=${(event: PointerEvent) => this.#move(event)}
      @pointerleave=${() => this.events.hover(undefined)}
    >
      <canvas
        role="img"
        aria-label=${t('Moves of every agent, events and goals; the table has them step by step')}
      ></canvas>
      <div class="now"></div>
    </div>`;
  }

  protected override updated(): void {
    this.#update();
  }

  #update(): void {
    const canvas = this.querySelector('canvas');
    const now = this.querySelector<HTMLElement>('.now');
    const width = this.clientWidth;
    if (!canvas || !now || width < GUTTER + RIGHT + 10) return;
    const made = [this.rows, this.range.from, this.range.to, this.theme, this.agent, width, devicePixelRatio];
    if (made.some((part, i) => part !== this.#drawn[i])) {
      this.#drawn = made;
      this.#draw(canvas, width);
    }
    const { from, to } = this.range;
    const scale = (width - GUTTER - RIGHT) / (to - from);
    const left = Math.max(this.cursor, from);
    const right = Math.min(this.cursor + this.interval, to);
    now.hidden = right <= left;
    now.style.left = `${GUTTER + (left - from) * scale}px`;
    now.style.width = `${Math.max(1, (right - left) * scale)}px`;
  }

  #draw(canvas: HTMLCanvasElement, width: number): void {
    const height = heightOf(this.rows);
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
    const context = canvas.getContext('2d');
    if (!context) return;
    context.scale(devicePixelRatio, devicePixelRatio);
    const pen = new CanvasPen(context, this.theme.fontFamily);
    drawRows(pen, this.rows, { x: 0, y: 0, width }, this.range, this.theme, this.agent);
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0) return;
    const top = this.getBoundingClientRect().top;
    const row = rowAt(this.rows, event.clientY - top);
    if (row?.kind === 'moves') this.events.point(row.agent);
    const seconds = this.#secondsAt(event);
    if (seconds === undefined) return;
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.events.scrub(seconds);
  }

  #move(event: PointerEvent): void {
    const seconds = this.#secondsAt(event);
    const scrubs = (event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId);
    if (scrubs && seconds !== undefined) this.events.scrub(seconds);
    else if (!scrubs) this.events.hover(seconds);
  }

  #secondsAt({ clientX }: PointerEvent): number | undefined {
    const { left, width } = this.getBoundingClientRect();
    const share = (clientX - left - GUTTER) / (width - GUTTER - RIGHT);
    if (share < 0 || share >= 1) return undefined;
    return this.range.from + share * (this.range.to - this.range.from);
  }
}
customElements.define('karma-episode-lanes', LanesView);
