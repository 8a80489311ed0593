import type { Point } from './pen.ts';

/** Shapes that distinguish lines without color. Each is a list of corners around (0, 0), about one unit away. */
const SHAPES: readonly (readonly Point[])[] = [
  Array.from({ length: 12 }, (_, i): Point => [Math.cos((i * Math.PI) / 6), Math.sin((i * Math.PI) / 6)]),
  [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  [
    [0, -1.15],
    [1.1, 0.85],
    [-1.1, 0.85],
  ],
  [
    [0, -1.25],
    [1.25, 0],
    [0, 1.25],
    [-1.25, 0],
  ],
  [
    [0, 1.15],
    [1.1, -0.85],
    [-1.1, -0.85],
  ],
  [
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ],
  [
    [-1.2, -0.55],
    [1.2, -0.55],
    [1.2, 0.55],
    [-1.2, 0.55],
  ],
  [
    [-0.55, -1.2],
    [0.55, -1.2],
    [0.55, 1.2],
    [-0.55, 1.2],
  ],
];

/** Dash patterns that belong to the shapes. */
const DASHES: readonly (readonly number[])[] = [
  [],
  [7, 4],
  [2, 3],
  [10, 3, 2, 3],
  [12, 5],
  [4, 2],
  [1, 4],
  [8, 2, 2, 2],
];

export const dashOf = (index: number): readonly number[] => DASHES[index % DASHES.length];

/** Returns the corners of a marker around a point. `size` is in pixels from its center; `marker` counts from 1. */
export function markerAt(marker: number, [x, y]: Point, size: number): Point[] {
  return SHAPES[(marker - 1) % SHAPES.length].map(([dx, dy]) => [x + dx * size, y + dy * size]);
}

/** Returns the indices of the points to mark: the last one, and earlier ones that are at least `distance` pixels apart. */
export function markedPoints(x: readonly number[], y: readonly (number | null)[], distance: number): number[] {
  const marked: number[] = [];
  for (let i = x.length - 1; i >= 0; i--)
    if (y[i] !== null && (marked.length === 0 || x[marked[marked.length - 1]] - x[i] >= distance)) marked.push(i);
  return marked;
}
