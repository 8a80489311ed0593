import { dashOf, markedPoints, markerAt } from './markers.ts';
import { tickLabels, ticks, timeTicks } from './numbers.ts';
import type { Pen, Point } from './pen.ts';
import { stretches, xExtent, yExtent, type ChartData, type Line } from './series.ts';

/** Colors of a picture. A Theme (theme.ts) provides them. */
export interface PictureColors {
  readonly background: string;
  readonly text: string;
  readonly muted: string;
  readonly grid: string;
}

/** Colors of a picture and of its lines, with as many series as base.css has. */
export interface ChartColors extends PictureColors {
  readonly series: readonly string[];
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const TEXT = 12;
const MARGIN = { left: 80, right: 24, top: 40, bottom: 46 };
const LEGEND_ROW = 20;
const MARKER_DISTANCE = 110;
/** Number of rows for the labels of marks that are close together. */
const MARK_ROWS = 6;
/** Approximate width of a character in pixels, since a pen cannot measure text. */
const CHARACTER = TEXT * 0.56;

/** Draws a chart with title, axes and legend into a box. */
export function drawPicture(
  pen: Pen,
  data: ChartData,
  { x: left, y: top, width, height }: Box,
  colors: PictureColors,
): void {
  const rows = legendRows(data, width - MARGIN.left - MARGIN.right);
  const plot = {
    x: left + MARGIN.left,
    y: top + MARGIN.top,
    width: width - MARGIN.left - MARGIN.right,
    height: height - MARGIN.top - MARGIN.bottom - rows.length * LEGEND_ROW,
  };
  const [xs, ys] = [xExtent(data), yExtent(data)];
  const px = (x: number) => plot.x + ((x - xs.from) / (xs.to - xs.from)) * plot.width;
  const py = (y: number) => plot.y + plot.height - ((y - ys.from) / (ys.to - ys.from)) * plot.height;
  pen.fillRect(left, top, width, height, colors.background);
  pen.text(plot.x, top + 24, data.title, { color: colors.text, size: 15, bold: true, anchor: 'start' });
  drawAxes(pen, data, plot, { px, py, xs, ys }, colors);
  pen.clip(plot.x, plot.y, plot.width, plot.height, () => {
    const behindFirst = [...data.lines].sort((a, b) => Number(b.faint) - Number(a.faint));
    for (const line of behindFirst) drawBand(pen, line, px, py);
    for (const { y, color } of data.levels)
      pen.line(
        [
          [plot.x, py(y)],
          [plot.x + plot.width, py(y)],
        ],
        { color, width: 1.5, dash: [6, 4] },
      );
    drawMarks(pen, data, plot, px, colors);
    for (const line of behindFirst) drawLine(pen, line, px, py, colors.background);
  });
  rows.forEach((row, r) => {
    const y = top + height - (rows.length - r) * LEGEND_ROW + 4;
    for (const { x, entry } of row) drawLegend(pen, plot.x + x, y, entry, colors);
  });
}

interface Scales {
  readonly px: (x: number) => number;
  readonly py: (y: number) => number;
  readonly xs: { readonly from: number; readonly to: number };
  readonly ys: { readonly from: number; readonly to: number };
}

function drawAxes(pen: Pen, data: ChartData, plot: Box, { px, py, xs, ys }: Scales, colors: PictureColors): void {
  const xTicks = (data.xIsTime ? timeTicks : ticks)(xs.from, xs.to, Math.max(2, Math.floor(plot.width / 80)));
  const yTicks = ticks(ys.from, ys.to, Math.max(2, Math.floor(plot.height / 40)));
  const xNames = data.xIsTime ? xTicks.map(data.formatX) : tickLabels(xTicks);
  const grid = { color: colors.grid, width: 1, dash: [] };
  const bottom = plot.y + plot.height;
  tickLabels(yTicks).forEach((label, i) => {
    const y = py(yTicks[i]);
    pen.line(
      [
        [plot.x, y],
        [plot.x + plot.width, y],
      ],
      grid,
    );
    pen.text(plot.x - 8, y + TEXT * 0.35, label, { color: colors.muted, size: TEXT, anchor: 'end' });
  });
  xNames.forEach((label, i) => {
    const x = px(xTicks[i]);
    pen.line(
      [
        [x, plot.y],
        [x, bottom],
      ],
      grid,
    );
    pen.text(x, bottom + TEXT + 6, label, { color: colors.muted, size: TEXT, anchor: 'middle' });
  });
  pen.text(plot.x + plot.width / 2, bottom + 2 * TEXT + 12, data.xLabel, {
    color: colors.muted,
    size: TEXT,
    anchor: 'middle',
  });
  pen.text(plot.x - MARGIN.left + 14, plot.y + plot.height / 2, data.yLabel, {
    color: colors.muted,
    size: TEXT,
    anchor: 'middle',
    turn: -90,
  });
}

/** Draws vertical lines, each with its label at the top. */
function drawMarks(pen: Pen, data: ChartData, plot: Box, px: (x: number) => number, colors: PictureColors): void {
  const { from, to } = xExtent(data);
  const shown = data.marks.filter(({ x }) => x >= from && x <= to).sort((a, b) => a.x - b.x);
  shown.forEach(({ x, label, color }, i) => {
    const at = px(x);
    const before = at + 8 + label.length * CHARACTER > plot.x + plot.width;
    pen.line(
      [
        [at, plot.y],
        [at, plot.y + plot.height],
      ],
      { color, width: 1, dash: dashOf(2) },
    );
    pen.text(at + (before ? -5 : 5), plot.y + 12 + (i % MARK_ROWS) * (TEXT + 2), label, {
      color: colors.text,
      size: TEXT - 1,
      anchor: before ? 'end' : 'start',
    });
  });
}

function drawBand(pen: Pen, { x, low, high, color }: Line, px: (x: number) => number, py: (y: number) => number): void {
  if (!low || !high) return;
  for (const [from, to] of stretches(low)) {
    const upper = indices(from, to).map((i): Point => [px(x[i]), py(high[i] as number)]);
    const lower = indices(from, to).map((i): Point => [px(x[i]), py(low[i] as number)]);
    pen.polygon([...upper, ...lower.reverse()], color, 0.18);
  }
}

function drawLine(
  pen: Pen,
  line: Line,
  px: (x: number) => number,
  py: (y: number) => number,
  background: string,
): void {
  const { x, y, color, dash, width, marker, faint } = line;
  for (const [from, to] of stretches(y)) {
    const points = indices(from, to).map((i): Point => [px(x[i]), py(y[i] as number)]);
    pen.line(points.length > 1 ? points : [...points, [points[0][0] + 1, points[0][1]]], { color, width, dash });
  }
  if (faint || marker === 0) return;
  for (const i of markedPoints(x.map(px), y, MARKER_DISTANCE)) {
    const corners = markerAt(marker, [px(x[i]), py(y[i] as number)], 4);
    pen.polygon(corners, color, 1);
    pen.line([...corners, corners[0]], { color: background, width: 1, dash: [] });
  }
}

interface LegendEntry {
  readonly label: string;
  readonly color: string;
  readonly dash: readonly number[];
  readonly marker: number;
}

/** Distributes the entries over rows that fit, each with its x. Faint lines (single seeds) have no entry of their own. */
function legendRows(data: ChartData, width: number): { readonly x: number; readonly entry: LegendEntry }[][] {
  const entries: LegendEntry[] = [
    ...data.lines.filter(({ faint }) => !faint),
    ...data.levels.map(({ label, color }) => ({ label, color, dash: [6, 4], marker: 0 })),
  ];
  const rows: { x: number; entry: LegendEntry }[][] = [];
  let x = Infinity;
  for (const entry of entries) {
    const size = 44 + entry.label.length * CHARACTER;
    if (x + size > width) {
      rows.push([]);
      x = 0;
    }
    rows[rows.length - 1].push({ x, entry });
    x += size + 16;
  }
  return rows;
}

function drawLegend(pen: Pen, x: number, y: number, entry: LegendEntry, colors: PictureColors): void {
  pen.line(
    [
      [x, y],
      [x + 28, y],
    ],
    { color: entry.color, width: 2, dash: entry.dash },
  );
  if (entry.marker > 0) pen.polygon(markerAt(entry.marker, [x + 14, y], 4), entry.color, 1);
  pen.text(x + 36, y + TEXT * 0.35, entry.label, { color: colors.text, size: TEXT, anchor: 'start' });
}

const indices = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
