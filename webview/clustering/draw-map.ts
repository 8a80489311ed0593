/** The map of sequences by principal coordinates: near means alike. */
import { t } from '../shared/l10n.ts';
import { tickLabels, ticks } from '../shared/numbers.ts';
import type { Box } from '../shared/picture.ts';
import type { Pen } from '../shared/pen.ts';
import { groupColor, groupShape, mix } from './colors.ts';
import { drawMarker, drawRing, drawVeil, FAINT, itemsOf, TEXT, type Scene } from './scene.ts';
import type { Focus } from './state.ts';

const EDGE = { left: 46, right: 14, top: 12, bottom: 38 };
const PADDING = 0.06;
/** Pixels around a mark that count as on it. */
const REACH = 14;

interface Scales {
  readonly plot: Box;
  readonly px: (x: number) => number;
  readonly py: (y: number) => number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
}

/** One unit is as long along x as along y: distances are seen as they are. */
function scalesOf({ model }: Scene, box: Box): Scales {
  const { items } = model.analysis;
  const plot = {
    x: box.x + EDGE.left,
    y: box.y + EDGE.top,
    width: Math.max(1, box.width - EDGE.left - EDGE.right),
    height: Math.max(1, box.height - EDGE.top - EDGE.bottom),
  };
  const [xs, ys] = [extent(items.x), extent(items.y)];
  const unit = Math.max((xs[1] - xs[0]) / plot.width, (ys[1] - ys[0]) / plot.height);
  const around = ([from, to]: readonly [number, number], pixels: number): readonly [number, number] => {
    const middle = (from + to) / 2;
    return [middle - (unit * pixels) / 2, middle + (unit * pixels) / 2];
  };
  const [x, y] = [around(xs, plot.width), around(ys, plot.height)];
  return {
    plot,
    x,
    y,
    px: (value) => plot.x + (value - x[0]) / unit,
    py: (value) => plot.y + plot.height - (value - y[0]) / unit,
  };
}

function extent(values: readonly number[]): readonly [number, number] {
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  const room = (to - from) * PADDING || 1;
  return from <= to ? [from - room, to + room] : [-1, 1];
}

/** The nearest sequence that is within reach. */
export function itemAtPoint(scene: Scene, box: Box, x: number, y: number): number | undefined {
  const { px, py } = scalesOf(scene, box);
  const { items } = scene.model.analysis;
  let nearest: number | undefined;
  let least = REACH ** 2;
  for (let item = 0; item < scene.model.count; item++) {
    const distance = (px(items.x[item]) - x) ** 2 + (py(items.y[item]) - y) ** 2;
    if (distance >= least) continue;
    least = distance;
    nearest = item;
  }
  return nearest;
}

const markSize = ({ model }: Scene): number => (model.count > 400 ? 3.5 : model.count > 100 ? 4.5 : 5.5);

export function drawMap(pen: Pen, scene: Scene, box: Box): void {
  const { model, grouping, shown, theme } = scene;
  const { items, explained, medoid } = model.analysis;
  const scales = scalesOf(scene, box);
  drawAxes(pen, scene, scales, explained);
  const size = markSize(scene);
  const draw = (item: number) => {
    const group = grouping.labels[item];
    const color = groupColor(group, theme);
    drawMarker(
      pen,
      groupShape(group),
      scales.px(items.x[item]),
      scales.py(items.y[item]),
      size,
      shown[item] ? color : mix(theme.background, color, FAINT),
      theme.background,
    );
  };
  for (let item = 0; item < model.count; item++) if (!shown[item]) draw(item);
  for (let item = 0; item < model.count; item++) if (shown[item]) draw(item);
  if (medoid < model.count) {
    const [x, y] = [scales.px(items.x[medoid]), scales.py(items.y[medoid])];
    pen.text(x, y - size - 4, t('most central'), { color: theme.text, size: TEXT, anchor: 'middle' });
  }
}

function drawAxes(pen: Pen, { theme }: Scene, { plot, px, py, x, y }: Scales, explained: readonly number[]): void {
  const grid = { color: theme.grid, width: 1, dash: [] };
  const style = { color: theme.muted, size: TEXT } as const;
  const bottom = plot.y + plot.height;
  const across = ticks(x[0], x[1], Math.max(2, Math.floor(plot.width / 70)));
  const up = ticks(y[0], y[1], Math.max(2, Math.floor(plot.height / 40)));
  tickLabels(across).forEach((label, i) => {
    const at = px(across[i]);
    pen.line(
      [
        [at, plot.y],
        [at, bottom],
      ],
      grid,
    );
    pen.text(at, bottom + TEXT + 3, label, { ...style, anchor: 'middle' });
  });
  tickLabels(up).forEach((label, i) => {
    const at = py(up[i]);
    pen.line(
      [
        [plot.x, at],
        [plot.x + plot.width, at],
      ],
      grid,
    );
    pen.text(plot.x - 6, at + 4, label, { ...style, anchor: 'end' });
  });
  const share = (i: number) => Math.round(100 * (explained[i] ?? 0));
  pen.text(plot.x + plot.width / 2, bottom + 2 * TEXT + 8, t('first component, {0} % of the variance', share(0)), {
    ...style,
    anchor: 'middle',
  });
  pen.text(plot.x - EDGE.left + 11, plot.y + plot.height / 2, t('second, {0} %', share(1)), {
    ...style,
    anchor: 'middle',
    turn: -90,
  });
}

/** Marks what is pointed at or selected. */
export function markMap(pen: Pen, scene: Scene, box: Box, focus: Focus): void {
  const { model, grouping, theme } = scene;
  const { items } = model.analysis;
  const { plot, px, py } = scalesOf(scene, box);
  const size = markSize(scene);
  const marked = itemsOf(scene, focus);
  if ('group' in focus && marked.length > 0 && grouping.count > 1) drawVeil(pen, plot, theme.background, 0.7);
  for (const item of marked) {
    const group = grouping.labels[item];
    const [x, y] = [px(items.x[item]), py(items.y[item])];
    drawMarker(pen, groupShape(group), x, y, size + 1, groupColor(group, theme), theme.background);
    if ('item' in focus) drawRing(pen, x, y, size + 5, theme);
  }
}
