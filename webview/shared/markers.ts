import type { Point } from './pen.ts';

/** Shapes that tell lines apart without color: corners around (0, 0), of about one unit. */
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

/** Dashes that go with the shapes. */
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

/** Corners of a marker of some size (pixels from its middle) around a point. `marker` counts from 1. */
export function markerAt(marker: number, [x, y]: Point, size: number): Point[] {
  return SHAPES[(marker - 1) % SHAPES.length].map(([dx, dy]) => [x + dx * size, y + dy * size]);
}

/** Indices of points to mark: the last, and others at least `distance` pixels before. */
export function markedPoints(x: readonly number[], y: readonly (number | null)[], distance: number): number[] {
  const marked: number[] = [];
  for (let i = x.length - 1; i >= 0; i--)
    if (y[i] !== null && (marked.length === 0 || x[marked[marked.length - 1]] - x[i] >= distance)) marked.push(i);
  return marked;
}
