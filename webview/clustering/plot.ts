/**
 * A place for a chart: two canvases, so that what is pointed at is drawn without drawing everything anew; pointer and keys.
 * Plain DOM, so that any view can put it into an element.
 */
import { CanvasPen } from '../shared/canvas-pen.ts';
import { t } from '../shared/l10n.ts';
import type { Box } from '../shared/picture.ts';
import type { Pen } from '../shared/pen.ts';
import { readTheme } from '../shared/theme.ts';

export interface PlotOptions {
  /** Read out; says what the keys do. */
  readonly label: string;
  /** As aria-keyshortcuts. */
  readonly keys: string;
  /** Draws everything. */
  readonly draw: (pen: Pen, box: Box) => void;
  /** Draws what is pointed at and selected, over it. */
  readonly mark: (pen: Pen, box: Box) => void;
  /** The pointer is there; undefined = no longer. `isDown`: a button is held that was pressed in the plot. */
  readonly point: (at: Place | undefined, isDown: boolean) => void;
  readonly press: (at: Place) => void;
  /** True where the key means something here; then it is spoken what `spoken` gives. */
  readonly key: (event: KeyboardEvent) => boolean;
  readonly spoken: () => string;
  readonly wheel?: (at: Place, steps: number) => void;
  /** Name of a CSS cursor. */
  readonly cursor?: (at: Place) => string;
}

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly box: Box;
}

export class Plot {
  readonly #host: HTMLElement;
  readonly #options: PlotOptions;
  readonly #base = document.createElement('canvas');
  readonly #marks = document.createElement('canvas');
  readonly #spoken = document.createElement('div');
  readonly #size: ResizeObserver;
  #isDown = false;
  /** What the next frame has to do. */
  #frame: number | undefined;
  #isStale = true;

  constructor(host: HTMLElement, options: PlotOptions) {
    this.#host = host;
    this.#options = options;
    host.tabIndex = 0;
    host.setAttribute('role', 'application');
    host.setAttribute('aria-roledescription', t('chart'));
    host.setAttribute('aria-label', options.label);
    host.setAttribute('aria-keyshortcuts', options.keys);
    this.#spoken.className = 'visually-hidden';
    this.#spoken.setAttribute('aria-live', 'polite');
    host.append(this.#base, this.#marks, this.#spoken);
    this.#size = new ResizeObserver(() => this.redraw());
    this.#size.observe(host);
    this.#listen();
  }

  /** Draws everything with the next frame. */
  redraw(): void {
    this.#isStale = true;
    this.remark();
  }

  /** Draws what is pointed at and selected with the next frame. */
  remark(): void {
    this.#frame ??= requestAnimationFrame(() => this.#paint());
  }

  dispose(): void {
    this.#size.disconnect();
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#host.replaceChildren();
  }

  get #box(): Box {
    return { x: 0, y: 0, width: this.#host.clientWidth, height: this.#host.clientHeight };
  }

  #paint(): void {
    this.#frame = undefined;
    const box = this.#box;
    if (box.width < 40 || box.height < 40) return;
    if (this.#isStale) this.#on(this.#base, box, this.#options.draw);
    this.#isStale = false;
    this.#on(this.#marks, box, this.#options.mark);
  }

  #on(canvas: HTMLCanvasElement, box: Box, draw: (pen: Pen, box: Box) => void): void {
    const context = canvas.getContext('2d');
    if (!context) return;
    const [width, height] = [box.width, box.height].map((pixels) => Math.round(pixels * devicePixelRatio));
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, box.width, box.height);
    draw(new CanvasPen(context, readTheme().fontFamily), box);
  }

  #listen(): void {
    const host = this.#host;
    const { point, press, key, spoken, wheel, cursor } = this.#options;
    host.addEventListener('pointermove', (event) => {
      const at = this.#placeOf(event);
      if (cursor) host.style.cursor = cursor(at);
      point(at, this.#isDown);
    });
    host.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      this.#isDown = true;
      host.setPointerCapture(event.pointerId);
      press(this.#placeOf(event));
    });
    const release = () => (this.#isDown = false);
    host.addEventListener('pointerup', release);
    host.addEventListener('pointercancel', release);
    host.addEventListener('pointerleave', () => point(undefined, false));
    host.addEventListener('blur', () => point(undefined, false));
    host.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !key(event)) return;
      event.preventDefault();
      this.#spoken.textContent = spoken();
    });
    if (wheel)
      host.addEventListener(
        'wheel',
        (event) => {
          // Without a key the page scrolls.
          if (!event.ctrlKey && !event.shiftKey) return;
          event.preventDefault();
          wheel(this.#placeOf(event), Math.sign(event.deltaY || event.deltaX));
        },
        { passive: false },
      );
  }

  #placeOf(event: MouseEvent): Place {
    const { left, top } = this.#host.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top, box: this.#box };
  }
}
