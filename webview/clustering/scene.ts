/** What all charts of the view draw from. */
import { markerAt } from '../shared/markers.ts';
import type { Box } from '../shared/picture.ts';
import type { Pen } from '../shared/pen.ts';
import type { Colors } from './colors.ts';
import type { Grouping, Model } from './model.ts';
import type { Focus, Rows, State } from './state.ts';

export interface Scene {
  readonly model: Model;
  readonly grouping: Grouping;
  /** By item: what the filters let through. */
  readonly shown: readonly boolean[];
  /** Rows in sight. */
  readonly rows: Rows;
  readonly time: State['time'];
  readonly colors: State['colors'];
  readonly theme: Colors;
}

export const TEXT = 11;
/** How much is left of what does not stand out. */
export const FAINT = 0.16;

/** Items of a focus; none where it is of another cut. */
export function itemsOf({ model, grouping }: Pick<Scene, 'model' | 'grouping'>, focus: Focus): readonly number[] {
  if ('item' in focus) return focus.item < model.count ? [focus.item] : [];
  return grouping.groups[focus.group]?.items ?? [];
}

/** A marker with an edge that keeps it apart from its neighbors. */
export function drawMarker(
  pen: Pen,
  shape: number,
  x: number,
  y: number,
  size: number,
  color: string,
  edge: string,
): void {
  const corners = markerAt(shape, [x, y], size);
  pen.polygon(corners, color, 1);
  pen.line([...corners, corners[0]], { color: edge, width: 1, dash: [] });
}

export function drawRing(pen: Pen, x: number, y: number, size: number, { text, background }: Colors): void {
  const corners = markerAt(1, [x, y], size);
  const ring = [...corners, corners[0]];
  pen.line(ring, { color: background, width: 4, dash: [] });
  pen.line(ring, { color: text, width: 2, dash: [] });
}

/** Covers what is there, so that it steps back. */
export function drawVeil(pen: Pen, { x, y, width, height }: Box, color: string, opacity: number): void {
  pen.polygon(
    [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
    ],
    color,
    opacity,
  );
}

export function drawFrame(pen: Pen, { x, y, width, height }: Box, color: string, lineWidth: number): void {
  pen.line(
    [
      [x, y],
      [x + width, y],
      [x + width, y + height],
      [x, y + height],
      [x, y],
    ],
    { color, width: lineWidth, dash: [] },
  );
}

/** Stretches of neighboring rows that hold items of a set: [from, to). */
export function stretchesOf(rowOf: ArrayLike<number>, items: readonly number[]): [number, number][] {
  const rows = items.map((item) => rowOf[item]).sort((a, b) => a - b);
  const found: [number, number][] = [];
  for (const row of rows) {
    const last = found.at(-1);
    if (last?.[1] === row) last[1] = row + 1;
    else found.push([row, row + 1]);
  }
  return found;
}
