/** Dendrogram and sequences: two charts with the same rows. */
import { t } from '../shared/l10n.ts';
import { compact, tickLabels, ticks } from '../shared/numbers.ts';
import type { Box } from '../shared/picture.ts';
import type { Pen, Point } from '../shared/pen.ts';
import { countAtHeight, heightOfCut, TOP } from './dendrogram.ts';
import { groupColor, groupShape, inkOn, moveColors } from './colors.ts';
import { drawFrame, drawMarker, drawVeil, FAINT, itemsOf, stretchesOf, TEXT, type Scene } from './scene.ts';
import type { Focus } from './state.ts';
import { shortName } from './labels.ts';

const EDGE = { top: 10, bottom: 38 };
/** Of the dendrogram: the strip that shows the groups. */
const STRIP = 10;
const MARKER_ROOM = 16;
/** Pixels of a row from which on it has a label, and its moves are written out. */
const LABELED = 10.5;
const LABEL_WIDTH = 128;
const WRITTEN = { width: 22, height: 12 };

const rowHeight = ({ rows }: Scene, { height }: Box): number =>
  (height - EDGE.top - EDGE.bottom) / Math.max(1, rows.to - rows.from);
const yOfRow = (scene: Scene, box: Box, row: number): number =>
  box.y + EDGE.top + (row - scene.rows.from) * rowHeight(scene, box);

/** The item whose row is there; undefined outside. */
export function itemAtY(scene: Scene, box: Box, y: number): number | undefined {
  const row = Math.floor((y - box.y - EDGE.top) / rowHeight(scene, box)) + scene.rows.from;
  return row >= scene.rows.from && row < scene.rows.to ? scene.model.layout.order[row] : undefined;
}

// The dendrogram: the root at the left, the items at the right.

const treeOf = ({ x, y, width, height }: Box): Box => ({
  x: x + 10,
  y: y + EDGE.top,
  width: width - 10 - STRIP - MARKER_ROOM,
  height: height - EDGE.top - EDGE.bottom,
});
const topOf = ({ model }: Scene): number => (model.analysis.linkage.height.at(-1) || 1) * TOP;
const xOfHeight = (scene: Scene, { x, width }: Box, height: number): number => x + width * (1 - height / topOf(scene));

/** Where the cut stands. */
export const cutX = (scene: Scene, box: Box): number =>
  xOfHeight(scene, treeOf(box), heightOfCut(scene.model.analysis.linkage, scene.grouping.count));

/** The number of groups that a cut there gives. */
export function countAtX(scene: Scene, box: Box, x: number): number {
  const tree = treeOf(box);
  const height = topOf(scene) * (1 - (x - tree.x) / tree.width);
  return Math.min(scene.model.most, Math.max(1, countAtHeight(scene.model.analysis.linkage, height)));
}

export function drawDendrogram(pen: Pen, scene: Scene, box: Box): void {
  const { model, grouping, theme } = scene;
  const { linkage } = model.analysis;
  const { layout, count } = model;
  const tree = treeOf(box);
  const size = rowHeight(scene, box);
  const yOf = (node: number) => yOfRow(scene, box, layout.middle[node] + 0.5);
  const xOf = (node: number) => xOfHeight(scene, tree, node < count ? 0 : linkage.height[node - count]);
  drawHeights(pen, scene, tree);
  pen.clip(box.x, tree.y, tree.x + tree.width - box.x, tree.height, () => {
    for (let row = linkage.left.length - 1; row >= 0; row--) {
      const node = count + row;
      const from = layout.first[node];
      if (from >= scene.rows.to || from + layout.size[node] <= scene.rows.from) continue;
      const [left, right] = [linkage.left[row], linkage.right[row]];
      const x = xOf(node);
      // What is smaller than a pixel is not seen.
      if (layout.size[node] * size < 0.7 && xOf(left) - x < 0.7) continue;
      const group = grouping.ofNodes[node];
      const points: Point[] = [
        [xOf(left), yOf(left)],
        [x, yOf(left)],
        [x, yOf(right)],
        [xOf(right), yOf(right)],
      ];
      pen.line(points, { color: group < 0 ? theme.muted : groupColor(group, theme), width: 1, dash: [] });
    }
    if (count > 0) {
      const root = 2 * count - 2;
      pen.line(
        [
          [box.x, yOf(root)],
          [xOf(root), yOf(root)],
        ],
        { color: theme.muted, width: 1, dash: [] },
      );
    }
  });
  drawStrip(pen, scene, box);
  drawCut(pen, scene, box);
}

function drawHeights(pen: Pen, scene: Scene, tree: Box): void {
  const { theme } = scene;
  const bottom = tree.y + tree.height;
  const at = ticks(0, topOf(scene), Math.max(2, Math.floor(tree.width / 60)));
  tickLabels(at).forEach((label, i) => {
    const x = xOfHeight(scene, tree, at[i]);
    pen.line(
      [
        [x, tree.y],
        [x, bottom],
      ],
      { color: theme.grid, width: 1, dash: [] },
    );
    pen.text(x, bottom + TEXT + 3, label, { color: theme.muted, size: TEXT, anchor: 'middle' });
  });
  pen.text(tree.x + tree.width / 2, bottom + 2 * TEXT + 8, t('distance at which groups join'), {
    color: theme.muted,
    size: TEXT,
    anchor: 'middle',
  });
}

/** The group of every row as color, and once for each stretch as shape. */
function drawStrip(pen: Pen, scene: Scene, box: Box): void {
  const { grouping, model, theme } = scene;
  const x = box.x + box.width - STRIP;
  pen.clip(box.x, box.y + EDGE.top, box.width, box.height - EDGE.top - EDGE.bottom, () => {
    for (const { number, items } of grouping.groups)
      for (const [from, to] of stretchesOf(model.layout.rowOf, items)) {
        const [top, bottom] = [yOfRow(scene, box, from), yOfRow(scene, box, to)];
        pen.fillRect(x, top, STRIP, bottom - top, groupColor(number, theme));
        const middle = yOfRow(scene, box, (Math.max(from, scene.rows.from) + Math.min(to, scene.rows.to)) / 2);
        if (bottom - top >= 9 && from < scene.rows.to && to > scene.rows.from)
          drawMarker(
            pen,
            groupShape(number),
            x - MARKER_ROOM / 2,
            middle,
            4,
            groupColor(number, theme),
            theme.background,
          );
      }
  });
}

/** Solid where it makes the groups that are shown. */
function drawCut(pen: Pen, scene: Scene, box: Box): void {
  const { theme, grouping } = scene;
  const x = cutX(scene, box);
  const [top, bottom] = [box.y + EDGE.top - 6, box.y + box.height - EDGE.bottom];
  pen.line(
    [
      [x, top],
      [x, bottom],
    ],
    { color: theme.text, width: 2, dash: grouping.atOneHeight ? [] : [5, 4] },
  );
  pen.polygon(
    [
      [x - 6, top - 3],
      [x + 6, top - 3],
      [x, top + 6],
    ],
    theme.text,
    1,
  );
}

// The sequences: a row each, a step of time each column.

interface Cells {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
}

function cellsOf(scene: Scene, box: Box): Cells {
  const { model, time } = scene;
  const labels = rowHeight(scene, box) >= LABELED ? LABEL_WIDTH : 6;
  const steps = time === 'own' ? model.steps : (model.analysis.items.length[model.analysis.medoid] ?? 0);
  return {
    x: box.x + labels,
    y: box.y + EDGE.top,
    width: box.width - labels - 14,
    height: box.height - EDGE.top - EDGE.bottom,
    steps: Math.max(1, steps),
  };
}

/** The step that is there; undefined outside. */
export function stepAtX(scene: Scene, box: Box, x: number): number | undefined {
  const cells = cellsOf(scene, box);
  const step = Math.floor(((x - cells.x) / cells.width) * cells.steps);
  return step >= 0 && step < cells.steps ? step : undefined;
}

export function drawSequences(pen: Pen, scene: Scene, box: Box): void {
  const { model, rows, time, theme, shown } = scene;
  const { moves } = model.analysis;
  const colors = moveColors(model, scene.colors, theme);
  const cells = cellsOf(scene, box);
  const size = rowHeight(scene, box);
  const stepWidth = cells.width / cells.steps;
  const gap = size >= 6 ? 1 : 0;
  const isWritten = stepWidth >= WRITTEN.width && size >= WRITTEN.height;
  for (let row = rows.from; row < rows.to; row++) {
    const item = model.layout.order[row];
    const symbols = model.rows[time][item];
    const y = yOfRow(scene, box, row);
    if (size >= LABELED)
      pen.text(cells.x - 6, y + size / 2 + 3.5, cut(shortName(model, item)), {
        color: shown[item] ? theme.text : theme.muted,
        size: 10,
        anchor: 'end',
      });
    if (!symbols) continue;
    pen.fillRect(cells.x, y, symbols.length * stepWidth, size - gap, colors[0]);
    for (let from = 0; from < symbols.length;) {
      const color = colors[symbols[from]];
      let to = from + 1;
      while (to < symbols.length && colors[symbols[to]] === color) to++;
      if (color !== colors[0]) pen.fillRect(cells.x + from * stepWidth, y, (to - from) * stepWidth, size - gap, color);
      from = to;
    }
    if (isWritten)
      symbols.forEach((symbol, step) => {
        if (symbol === 0) return;
        const style = { color: inkOn(colors[symbol]), size: 9, anchor: 'middle' } as const;
        pen.text(cells.x + (step + 0.5) * stepWidth, y + size / 2 + 3.5, moves[symbol].text, style);
      });
    if (!shown[item])
      drawVeil(pen, { x: cells.x, y, width: cells.width, height: size - gap }, theme.background, 1 - FAINT);
  }
  drawSteps(pen, scene, cells);
}

function drawSteps(pen: Pen, { theme, time }: Scene, cells: Cells): void {
  const bottom = cells.y + cells.height;
  const style = { color: theme.muted, size: TEXT, anchor: 'middle' } as const;
  const at = ticks(0, cells.steps, Math.max(2, Math.floor(cells.width / 60))).filter(Number.isInteger);
  for (const step of at) {
    const x = cells.x + (step / cells.steps) * cells.width;
    pen.line(
      [
        [x, bottom],
        [x, bottom + 4],
      ],
      { color: theme.muted, width: 1, dash: [] },
    );
    pen.text(x, bottom + TEXT + 5, compact(step), style);
  }
  const label = time === 'own' ? t('decision') : t('decision of the most central sequence');
  pen.text(cells.x + cells.width / 2, bottom + 2 * TEXT + 8, label, style);
}

/** Marks what is pointed at or selected in either of the two. */
export function markRows(pen: Pen, scene: Scene, box: Box, focus: Focus, isStrong: boolean): void {
  const { model, theme } = scene;
  pen.clip(box.x, box.y + 2, box.width, box.height - EDGE.bottom, () => {
    for (const [from, to] of stretchesOf(model.layout.rowOf, itemsOf(scene, focus))) {
      const [top, bottom] = [yOfRow(scene, box, from), yOfRow(scene, box, to)];
      const missing = Math.max(0, 4 - (bottom - top)) / 2;
      const frame = { x: box.x + 1, y: top - missing, width: box.width - 2, height: bottom - top + 2 * missing };
      drawFrame(pen, frame, theme.background, isStrong ? 4 : 3);
      drawFrame(pen, frame, isStrong ? theme.text : theme.focus, isStrong ? 2 : 1.5);
    }
  });
}

const LONGEST = 22;
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
