/** The silhouette of every sequence, group by group, and the mean by number of groups. */
import { t } from '../shared/l10n.ts';
import { tickLabels, ticks } from '../shared/numbers.ts';
import type { Box } from '../shared/picture.ts';
import type { Pen } from '../shared/pen.ts';
import { groupColor, groupShape, mix } from './colors.ts';
import { drawFrame, drawMarker, drawRing, FAINT, itemsOf, TEXT, type Scene } from './scene.ts';
import type { Focus } from './state.ts';
import { groupNumber } from './labels.ts';

const EDGE = { left: 66, right: 14, top: 12, bottom: 38 };
/** Rows left free between groups, as a share of all. */
const GAP = 0.02;

interface Bars {
  readonly plot: Box;
  /** Items from top to bottom; undefined = left free. */
  readonly order: readonly (number | undefined)[];
  readonly from: number;
  readonly height: number;
  readonly px: (percent: number) => number;
}

/** Undefined where there are no silhouettes. */
function barsOf({ model, grouping }: Scene, box: Box): Bars | undefined {
  const { itemSilhouettes, groups } = grouping;
  if (!itemSilhouettes) return undefined;
  const plot = plotOf(box);
  const free = new Array<undefined>(Math.max(1, Math.round(GAP * model.count))).fill(undefined);
  const order = groups.flatMap(({ items }, i) => [
    ...(i > 0 ? free : []),
    ...[...items].sort((a, b) => itemSilhouettes[b] - itemSilhouettes[a]),
  ]);
  const least = itemSilhouettes.reduce((low, value) => Math.min(low, value), 0);
  const from = Math.floor(least / 20) * 20;
  return {
    plot,
    order,
    from,
    height: plot.height / order.length,
    px: (percent) => plot.x + ((percent - from) / (100 - from)) * plot.width,
  };
}

const plotOf = (box: Box): Box => ({
  x: box.x + EDGE.left,
  y: box.y + EDGE.top,
  width: Math.max(1, box.width - EDGE.left - EDGE.right),
  height: Math.max(1, box.height - EDGE.top - EDGE.bottom),
});

export function itemAtBar(scene: Scene, box: Box, y: number): number | undefined {
  const bars = barsOf(scene, box);
  return bars?.order[Math.floor((y - bars.plot.y) / bars.height)];
}

/** Items from top to bottom. */
export const silhouetteOrder = (scene: Scene): readonly number[] =>
  barsOf(scene, { x: 0, y: 0, width: 1, height: 1 })?.order.filter((item) => item !== undefined) ?? [];

export function drawSilhouettes(pen: Pen, scene: Scene, box: Box): void {
  const { grouping, shown, theme } = scene;
  const bars = barsOf(scene, box);
  if (!bars) {
    const why =
      grouping.count < 2 ? t('One group has no silhouette.') : t('It is not known for this number of groups.');
    pen.text(box.x + box.width / 2, box.y + box.height / 2, why, { color: theme.muted, size: 12, anchor: 'middle' });
    return;
  }
  const { plot, order, px, height, from } = bars;
  const silhouettes = grouping.itemSilhouettes ?? [];
  drawScale(pen, scene, plot, px, from);
  order.forEach((item, i) => {
    if (item === undefined) return;
    const percent = silhouettes[item];
    const color = groupColor(grouping.labels[item], theme);
    const [left, right] = [px(Math.min(0, percent)), px(Math.max(0, percent))];
    pen.fillRect(
      left,
      plot.y + i * height,
      Math.max(1, right - left),
      height > 4 ? height - 1 : Math.max(1, height),
      shown[item] ? color : mix(theme.background, color, FAINT),
    );
  });
  let start = 0;
  const apart = order.indexOf(undefined);
  const free = apart < 0 ? 0 : order.slice(apart).findIndex((item) => item !== undefined);
  for (const { number, items } of grouping.groups) {
    const y = plot.y + (start + items.length / 2) * height;
    start += items.length + free;
    if (items.length * height < TEXT - 2) continue;
    drawMarker(pen, groupShape(number), box.x + 10, y, 4.5, groupColor(number, theme), theme.background);
    pen.text(box.x + 20, y + 4, groupNumber(number), { color: theme.text, size: TEXT, anchor: 'start' });
  }
  if (grouping.silhouette !== undefined) {
    const x = px(100 * grouping.silhouette);
    pen.line(
      [
        [x, plot.y],
        [x, plot.y + plot.height],
      ],
      { color: theme.text, width: 1.5, dash: [5, 4] },
    );
  }
}

function drawScale(pen: Pen, { theme }: Scene, plot: Box, px: (percent: number) => number, from: number): void {
  const bottom = plot.y + plot.height;
  const at = ticks(from, 100, Math.max(2, Math.floor(plot.width / 55)));
  tickLabels(at.map((percent) => percent / 100)).forEach((label, i) => {
    const x = px(at[i]);
    pen.line(
      [
        [x, plot.y],
        [x, bottom],
      ],
      { color: at[i] === 0 ? theme.muted : theme.grid, width: 1, dash: [] },
    );
    pen.text(x, bottom + TEXT + 3, label, { color: theme.muted, size: TEXT, anchor: 'middle' });
  });
  pen.text(plot.x + plot.width / 2, bottom + 2 * TEXT + 8, t('silhouette; dashed: the mean'), {
    color: theme.muted,
    size: TEXT,
    anchor: 'middle',
  });
}

/** Marks what is pointed at or selected. */
export function markSilhouettes(pen: Pen, scene: Scene, box: Box, focus: Focus, isStrong: boolean): void {
  const bars = barsOf(scene, box);
  const items = itemsOf(scene, focus);
  if (!bars || items.length === 0) return;
  const { plot, order, height } = bars;
  const first = order.findIndex((item) => item !== undefined && items.includes(item));
  const rows = 'group' in focus ? items.length : 1;
  const missing = Math.max(0, 4 - rows * height) / 2;
  const frame = {
    x: plot.x - 2,
    y: plot.y + first * height - missing,
    width: plot.width + 4,
    height: rows * height + 2 * missing,
  };
  drawFrame(pen, frame, scene.theme.background, isStrong ? 4 : 3);
  drawFrame(pen, frame, isStrong ? scene.theme.text : scene.theme.focus, isStrong ? 2 : 1.5);
}

// The mean by number of groups.

/** Below this mean silhouette a structure is not substantial (Kaufman and Rousseeuw 1990). */
const NOT_SUBSTANTIAL = 0.25;

function meansOf({ model }: Scene, box: Box) {
  const { cuts, silhouette: own } = model.analysis;
  const plot = { ...plotOf(box), x: box.x + 46, width: Math.max(1, box.width - 46 - EDGE.right) };
  const last = Math.max(3, cuts.at(-1)?.groups ?? 3);
  const low = cuts.reduce((least, { silhouette }) => Math.min(least, silhouette), Math.min(0, own));
  const high = cuts.reduce((most, { silhouette }) => Math.max(most, silhouette), Math.max(NOT_SUBSTANTIAL, own));
  const from = Math.floor(low * 10) / 10;
  const to = Math.ceil((high + 0.02) * 10) / 10;
  return {
    plot,
    from,
    to,
    last,
    px: (groups: number) => plot.x + ((groups - 1.5) / (last - 1)) * plot.width,
    py: (value: number) => plot.y + plot.height - ((value - from) / (to - from)) * plot.height,
  };
}

/** The number of groups that is there. */
export function countAtMean(scene: Scene, box: Box, x: number): number | undefined {
  const { plot, last } = meansOf(scene, box);
  const groups = Math.round(((x - plot.x) / plot.width) * (last - 1) + 1.5);
  return groups >= 2 && groups <= (scene.model.analysis.cuts.at(-1)?.groups ?? 0) ? groups : undefined;
}

export function drawMeans(pen: Pen, scene: Scene, box: Box): void {
  const { model, theme, grouping } = scene;
  const { cuts } = model.analysis;
  const { plot, px, py, from, to, last } = meansOf(scene, box);
  const bottom = plot.y + plot.height;
  const style = { color: theme.muted, size: TEXT } as const;
  const up = ticks(from, to, Math.max(2, Math.floor(plot.height / 40)));
  tickLabels(up).forEach((label, i) => {
    const y = py(up[i]);
    pen.line(
      [
        [plot.x, y],
        [plot.x + plot.width, y],
      ],
      { color: theme.grid, width: 1, dash: [] },
    );
    pen.text(plot.x - 6, y + 4, label, { ...style, anchor: 'end' });
  });
  for (const groups of ticks(2, last, Math.max(2, Math.floor(plot.width / 40))).filter(Number.isInteger))
    pen.text(px(groups), bottom + TEXT + 3, String(groups), { ...style, anchor: 'middle' });
  pen.text(plot.x + plot.width / 2, bottom + 2 * TEXT + 8, t('groups'), { ...style, anchor: 'middle' });
  pen.text(plot.x - 35, plot.y + plot.height / 2, t('mean silhouette'), { ...style, anchor: 'middle', turn: -90 });
  const limit = py(NOT_SUBSTANTIAL);
  pen.line(
    [
      [plot.x, limit],
      [plot.x + plot.width, limit],
    ],
    { color: theme.text, width: 1, dash: [5, 4] },
  );
  pen.text(plot.x + plot.width, limit - 4, t('below: not substantial'), { ...style, anchor: 'end' });
  if (cuts.length > 1)
    pen.line(
      cuts.map(({ groups, silhouette }) => [px(groups), py(silhouette)]),
      { color: theme.series[0], width: 2, dash: [] },
    );
  for (const { groups, silhouette } of cuts)
    drawMarker(pen, 1, px(groups), py(silhouette), 3.5, theme.series[0], theme.background);
  const best = suggestedPoint(scene);
  if (best) {
    const [x, y] = [px(best.groups), py(best.silhouette)];
    drawMarker(pen, 4, x, y, 6, theme.series[1], theme.background);
    pen.text(x + 12, y + 4, t('suggested'), { color: theme.text, size: TEXT, anchor: 'start' });
  }
  if (grouping.silhouette !== undefined) drawRing(pen, px(grouping.count), py(grouping.silhouette), 8, theme);
}

/** The groups of the analysis may be others than those of a cut at one height, and so may their silhouette. */
function suggestedPoint({ model }: Scene): { readonly groups: number; readonly silhouette: number } | undefined {
  const { cuts, suggested, groups, silhouette } = model.analysis;
  if (suggested.groups < 2) return undefined;
  return suggested.groups === groups.length ? { groups: groups.length, silhouette } : cuts[suggested.groups - 2];
}
