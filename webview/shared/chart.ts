/**
 * A line chart on the screen: uPlot with bands, levels, marks and markers, keyboard and pointer, and VS Code's colors. It is
 * plain DOM, so that any view can put it into an element.
 */
import uPlot from 'uplot';
import './chart.css';
import { t } from './l10n.ts';
import { markedPoints, markerAt } from './markers.ts';
import { compact, tickLabels, ticks, timeTicks } from './numbers.ts';
import { pointAt, stretches, xExtent, yExtent, type ChartData, type Line, type Interval } from './series.ts';
import { onThemeChange, readTheme, type Theme } from './theme.ts';

export interface ChartEvents {
  /** The user requests a part of the x axis, or all of it. The chart changes only when it gets data with that range. */
  zoom(range: Interval | null): void;
  /** The pointer or the keys point at x; undefined when they no longer point at anything. */
  cursor(x: number | undefined): void;
}

const BAND_OPACITY = 0.18;
const MARKER_DISTANCE = 90;
/** Fractions of the shown range by which keys move, and the factor by which they zoom. */
const KEY_STEP = 0.02;
const KEY_PAN = 0.25;
const ZOOM_STEP = 1.5;
/** Minimum width of a plot with labeled marks, in pixels. */
const ROOM_FOR_LABELS = 480;
const EMPTY: ChartData = {
  title: '',
  xLabel: '',
  yLabel: '',
  lines: [],
  levels: [],
  marks: [],
  range: null,
  ignoreOutliers: false,
  formatX: compact,
  xIsTime: false,
};

export class Chart {
  readonly #host: HTMLElement;
  readonly #events: ChartEvents;
  readonly #spoken: HTMLElement;
  readonly #cleanUp: (() => void)[] = [];
  #data: ChartData = EMPTY;
  #y: Interval = { from: 0, to: 1 };
  /** The whole x axis, as it was last shown. */
  #all: Interval | undefined;
  #theme: Theme;
  #plot: uPlot | undefined;
  /** Describes the lines for which the plot was created. While they stay the same, it only gets new data. */
  #made = '';
  #cursor: number | undefined;
  #moving = false;

  /** The style sheet determines the size of `host`, which the chart fills. */
  constructor(host: HTMLElement, events: ChartEvents) {
    this.#host = host;
    this.#events = events;
    this.#theme = readTheme();
    host.classList.add('chart');
    host.tabIndex = 0;
    host.setAttribute('role', 'application');
    host.setAttribute('aria-roledescription', t('chart'));
    host.setAttribute('aria-keyshortcuts', 'ArrowLeft ArrowRight Home End Shift+ArrowLeft Shift+ArrowRight + - 0');
    this.#spoken = document.createElement('div');
    this.#spoken.className = 'visually-hidden';
    this.#spoken.setAttribute('aria-live', 'polite');
    host.append(this.#spoken);
    const size = new ResizeObserver(() => this.#resize());
    size.observe(host);
    this.#cleanUp.push(
      () => size.disconnect(),
      onThemeChange(() => {
        this.#theme = readTheme();
        this.#made = '';
        this.#draw();
      }),
    );
    this.#listen('keydown', (event) => this.#onKey(event));
    this.#listen('wheel', (event) => this.#onWheel(event));
    this.#listen('dblclick', () => this.#events.zoom(null));
    this.#listen('blur', () => this.#point(undefined));
  }

  /** Shows these data from now on. */
  show(data: ChartData): void {
    this.#data = data;
    if (!data.range) this.#all = xExtent(data);
    this.#host.setAttribute('aria-label', data.title);
    this.#draw();
  }

  /** Points at x, as another chart does, without an event. */
  setCursor(x: number | undefined): void {
    this.#cursor = x;
    this.#moveCursor();
  }

  dispose(): void {
    for (const undo of this.#cleanUp) undo();
    this.#plot?.destroy();
    this.#plot = undefined;
    this.#spoken.remove();
  }

  #listen<K extends keyof HTMLElementEventMap>(type: K, listener: (event: HTMLElementEventMap[K]) => void): void {
    this.#host.addEventListener(type, listener, { passive: false });
    this.#cleanUp.push(() => this.#host.removeEventListener(type, listener));
  }

  #draw(): void {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (width < 40 || height < 40) return;
    this.#y = yExtent(this.#data);
    const made = JSON.stringify([
      this.#data.xIsTime,
      this.#data.lines.map(({ key, color, dash, width }) => [key, color, dash, width]),
    ]);
    if (this.#plot && made === this.#made) {
      this.#plot.setData(aligned(this.#data.lines), false);
      this.#setScales(this.#plot);
    } else {
      this.#plot?.destroy();
      this.#plot = new uPlot(this.#options(width, height), aligned(this.#data.lines), this.#host);
      this.#made = made;
    }
    this.#moveCursor();
  }

  #setScales(plot: uPlot): void {
    const { from, to } = xExtent(this.#data);
    plot.batch(() => {
      plot.setScale('x', { min: from, max: to });
      plot.setScale('y', { min: this.#y.from, max: this.#y.to });
      plot.redraw(true, true);
    });
  }

  #resize(): void {
    const { clientWidth: width, clientHeight: height } = this.#host;
    if (!this.#plot) this.#draw();
    else if (width >= 40 && height >= 40) this.#plot.setSize({ width, height });
  }

  #options(width: number, height: number): uPlot.Options {
    const { text, muted, grid, fontFamily, highContrast } = this.#theme;
    const font = `11px ${fontFamily}`;
    const axis: uPlot.Axis = {
      stroke: highContrast ? text : muted,
      font,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1, size: 4 },
      gap: 4,
    };
    const range = (): [number, number] => {
      const { from, to } = xExtent(this.#data);
      return [from, to];
    };
    return {
      width,
      height,
      padding: [8, 20, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 5 },
        points: { size: 6, width: 1 },
        dataIdx: nearestValue,
      },
      scales: { x: { time: false, range }, y: { range: () => [this.#y.from, this.#y.to] } },
      axes: [
        {
          ...axis,
          size: 26,
          splits: (plot, _, from, to) => (this.#data.xIsTime ? timeTicks : ticks)(from, to, across(plot, 70)),
          values: (_, values) => (this.#data.xIsTime ? values.map(this.#data.formatX) : tickLabels(values)),
        },
        {
          ...axis,
          size: (plot, labels) => Math.max(this.#data.axisWidth ?? 0, labelWidth(plot, labels ?? [], font) + 14),
          splits: (plot, _, from, to) =>
            ticks(from, to, Math.max(2, Math.floor(plot.bbox.height / devicePixelRatio / 26))),
          values: (_, values) => tickLabels(values),
        },
      ],
      series: [{}, ...this.#data.lines.map((line) => seriesOf(line))],
      hooks: {
        drawAxes: [(plot) => this.#drawBands(plot)],
        draw: [(plot) => this.#drawOver(plot)],
        setCursor: [(plot) => this.#onPointer(plot)],
        setSelect: [(plot) => this.#onSelect(plot)],
        // Only now does the plot have the scales that place the cursor.
        ready: [() => this.#moveCursor()],
      },
    };
  }

  #drawBands(plot: uPlot): void {
    inPlot(plot, (context) => {
      for (const { x, low, high, color } of this.#data.lines) {
        if (!low || !high) continue;
        context.fillStyle = color;
        context.globalAlpha = BAND_OPACITY;
        for (const [from, to] of stretches(low)) {
          context.beginPath();
          for (let i = from; i < to; i++) context.lineTo(xOf(plot, x[i]), yOf(plot, high[i] as number));
          for (let i = to - 1; i >= from; i--) context.lineTo(xOf(plot, x[i]), yOf(plot, low[i] as number));
          context.fill();
        }
        context.globalAlpha = 1;
      }
    });
  }

  #drawOver(plot: uPlot): void {
    const { left, top, width } = plot.bbox;
    const ratio = devicePixelRatio;
    const font = `${11 * ratio}px ${this.#theme.fontFamily}`;
    inPlot(plot, (context) => {
      context.font = font;
      for (const { label, y, color } of this.#data.levels) {
        const at = yOf(plot, y);
        stroke(context, color, 1.5 * ratio, [6 * ratio, 4 * ratio], left, at, left + width, at);
        this.#label(
          context,
          label,
          left + width - 4 * ratio,
          at - 4 * ratio < top + 10 * ratio ? at + 12 * ratio : at - 4 * ratio,
          'right',
        );
      }
      this.#drawMarks(plot, context);
    });
    // The margin keeps a marker at the very end whole.
    inPlot(plot, (context) => this.#data.lines.forEach((line) => this.#drawMarkers(plot, context, line)), 5);
  }

  /** Draws vertical lines. If there is room, their labels are put into rows so that none covers another. */
  #drawMarks(plot: uPlot, context: CanvasRenderingContext2D): void {
    const { left, top, width, height } = plot.bbox;
    const ratio = devicePixelRatio;
    const ends: number[] = [];
    for (const { x, label, color } of [...this.#data.marks].sort((a, b) => a.x - b.x)) {
      const at = xOf(plot, x);
      stroke(context, color, ratio, [2 * ratio, 3 * ratio], at, top, at, top + height);
      fill(context, markerAt(5, [at, top + 5 * ratio], 4 * ratio), color);
      if (width < ROOM_FOR_LABELS * ratio) continue;
      const size = context.measureText(label).width + 12 * ratio;
      const before = at + size > left + width;
      const start = before ? at - size : at;
      const free = ends.findIndex((end) => end <= start);
      const row = free < 0 ? ends.length : free;
      ends[row] = start + size;
      const y = top + (24 + 14 * row) * ratio;
      this.#label(context, label, at + (before ? -7 : 7) * ratio, y, before ? 'right' : 'left');
    }
  }

  #drawMarkers(plot: uPlot, context: CanvasRenderingContext2D, { x, y, color, marker, faint }: Line): void {
    if (faint || marker === 0) return;
    const ratio = devicePixelRatio;
    const { from, to } = xExtent(this.#data);
    const shown = y.map((value, i) => (x[i] < from || x[i] > to ? null : value));
    for (const i of markedPoints(
      x.map((value) => xOf(plot, value)),
      shown,
      MARKER_DISTANCE * ratio,
    )) {
      const corners = markerAt(marker, [xOf(plot, x[i]), yOf(plot, y[i] as number)], 3.5 * ratio);
      fill(context, corners, color);
      context.strokeStyle = this.#theme.background;
      context.lineWidth = ratio;
      context.setLineDash([]);
      context.stroke();
    }
  }

  /** Draws text that stays readable over lines. */
  #label(context: CanvasRenderingContext2D, label: string, x: number, y: number, align: 'left' | 'right'): void {
    context.textAlign = align;
    context.textBaseline = 'alphabetic';
    context.setLineDash([]);
    context.strokeStyle = this.#theme.background;
    context.lineWidth = 3 * devicePixelRatio;
    context.lineJoin = 'round';
    context.strokeText(label, x, y);
    context.fillStyle = this.#theme.text;
    context.fillText(label, x, y);
  }

  #onPointer(plot: uPlot): void {
    // While it is being created, uPlot reports a pointer that is nowhere.
    if (this.#moving || plot.status !== 1) return;
    const { left } = plot.cursor;
    this.#cursor = left === undefined || left < 0 ? undefined : plot.posToVal(left, 'x');
    this.#events.cursor(this.#cursor);
  }

  #onSelect(plot: uPlot): void {
    const { left, width } = plot.select;
    if (width < 5) return;
    const range = { from: plot.posToVal(left, 'x'), to: plot.posToVal(left + width, 'x') };
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#zoomTo(range);
  }

  #onWheel(event: WheelEvent): void {
    // Without focus or Ctrl, the wheel scrolls the page.
    if (!this.#plot || !(event.ctrlKey || document.activeElement === this.#host)) return;
    event.preventDefault();
    const at = this.#plot.posToVal(event.clientX - this.#plot.over.getBoundingClientRect().left, 'x');
    this.#zoomBy(event.deltaY < 0 ? 1 / ZOOM_STEP : ZOOM_STEP, at);
  }

  #onKey(event: KeyboardEvent): void {
    const shown = xExtent(this.#data);
    const size = shown.to - shown.from;
    const move = (steps: number) => () =>
      this.#point((this.#cursor ?? (steps > 0 ? shown.from : shown.to)) + steps * size * KEY_STEP);
    const pan = (share: number) => () => this.#zoomTo({ from: shown.from + share * size, to: shown.to + share * size });
    const zoom = (factor: number) => () => this.#zoomBy(factor, this.#cursor ?? (shown.from + shown.to) / 2);
    const actions: Readonly<Record<string, () => void>> = {
      ArrowLeft: move(-1),
      ArrowRight: move(1),
      'Shift+ArrowLeft': pan(-KEY_PAN),
      'Shift+ArrowRight': pan(KEY_PAN),
      Home: () => this.#point(shown.from),
      End: () => this.#point(shown.to),
      '+': zoom(1 / ZOOM_STEP),
      '=': zoom(1 / ZOOM_STEP),
      '-': zoom(ZOOM_STEP),
      '0': () => this.#events.zoom(null),
      Escape: () => this.#point(undefined),
    };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const name = event.key.startsWith('Arrow') && event.shiftKey ? `Shift+${event.key}` : event.key;
    if (!Object.hasOwn(actions, name)) return;
    event.preventDefault();
    actions[name]();
  }

  /** Moves the cursor by keys, and announces the values there. */
  #point(x: number | undefined): void {
    const { from, to } = xExtent(this.#data);
    const at = x === undefined ? undefined : Math.min(to, Math.max(from, x));
    this.setCursor(at);
    this.#events.cursor(at);
    this.#spoken.textContent = at === undefined ? '' : this.#inWords(at);
  }

  #inWords(x: number): string {
    const values = this.#data.lines.flatMap((line) => {
      const point = line.faint ? undefined : pointAt(line, x);
      if (!point) return [];
      const { y, low, high } = point;
      const interval =
        low === undefined || high === undefined ? '' : t(', between {0} and {1}', compact(low), compact(high));
      return [`${line.label} ${compact(y)}${interval}`];
    });
    const levels = this.#data.levels.map(({ label, y }) => `${label} ${compact(y)}`);
    const all = [...values, ...levels];
    return `${this.#data.xLabel} ${this.#data.formatX(x)}: ${all.length > 0 ? all.join('; ') : t('no value')}`;
  }

  #zoomBy(factor: number, around: number): void {
    const { from, to } = xExtent(this.#data);
    this.#zoomTo({ from: around - (around - from) * factor, to: around + (to - around) * factor });
  }

  #zoomTo({ from, to }: Interval): void {
    const all = this.#all ?? xExtent(this.#data);
    const size = Math.min(to - from, all.to - all.from);
    const start = Math.min(Math.max(from, all.from), all.to - size);
    this.#events.zoom(size >= all.to - all.from ? null : { from: start, to: start + size });
  }

  #moveCursor(): void {
    const plot = this.#plot;
    if (!plot) return;
    this.#moving = true;
    const { from, to } = xExtent(this.#data);
    const isShown = this.#cursor !== undefined && this.#cursor >= from && this.#cursor <= to;
    plot.setCursor(
      isShown ? { left: plot.valToPos(this.#cursor as number, 'x'), top: 1 } : { left: -10, top: -10 },
      false,
    );
    this.#moving = false;
  }
}

function seriesOf({ label, color, dash, width, faint }: Line): uPlot.Series {
  return {
    label,
    stroke: color,
    width,
    dash: [...dash],
    alpha: faint ? 0.5 : 1,
    points: { show: false },
    spanGaps: false,
  };
}

/** Merges the lines, since uPlot needs one x for all. A null stays a gap; a missing point does not interrupt the line. */
function aligned(lines: readonly Line[]): uPlot.AlignedData {
  if (lines.length === 0) return [[], []];
  // The types do not show that uPlot only reads the data.
  return uPlot.join(lines.map(({ x, y }) => [x, y] as unknown as uPlot.AlignedData));
}

/** Returns the index of the value nearest to the pointer, for a line that may have none exactly there. */
function nearestValue(plot: uPlot, series: number, index: number): number {
  const values = plot.data[series];
  if (typeof values[index] === 'number') return index;
  for (let distance = 1; distance < 100; distance++)
    for (const i of [index - distance, index + distance]) if (typeof values[i] === 'number') return i;
  return index;
}

/** Returns how many labels of this width (pixels) fit side by side. */
function across(plot: uPlot, width: number): number {
  return Math.max(2, Math.floor(plot.bbox.width / devicePixelRatio / width));
}

function labelWidth(plot: uPlot, labels: readonly string[], font: string): number {
  plot.ctx.save();
  plot.ctx.font = font;
  const width = Math.max(0, ...labels.map((label) => plot.ctx.measureText(label).width));
  plot.ctx.restore();
  return Math.max(24, Math.ceil(width));
}

const xOf = (plot: uPlot, x: number) => plot.valToPos(x, 'x', true);
const yOf = (plot: uPlot, y: number) => plot.valToPos(y, 'y', true);

/** Draws inside the axes, extended by `margin` pixels. */
function inPlot(plot: uPlot, draw: (context: CanvasRenderingContext2D) => void, margin = 0): void {
  const { left, top, width, height } = plot.bbox;
  plot.ctx.save();
  plot.ctx.beginPath();
  const around = margin * devicePixelRatio;
  plot.ctx.rect(left - around, top - around, width + 2 * around, height + 2 * around);
  plot.ctx.clip();
  draw(plot.ctx);
  plot.ctx.restore();
}

function stroke(
  context: CanvasRenderingContext2D,
  color: string,
  width: number,
  dash: readonly number[],
  ...[x0, y0, x1, y1]: readonly [number, number, number, number]
): void {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash([...dash]);
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
  context.stroke();
}

function fill(context: CanvasRenderingContext2D, corners: readonly (readonly [number, number])[], color: string): void {
  context.fillStyle = color;
  context.beginPath();
  for (const [x, y] of corners) context.lineTo(x, y);
  context.closePath();
  context.fill();
}
