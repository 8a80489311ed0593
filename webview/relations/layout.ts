/** Agents on a circle, and curves between them that do not lie on one another. */
import type { Edge } from './edges.ts';

export interface PlacedAgent {
  readonly name: string;
  readonly roles: readonly string[];
  readonly x: number;
  readonly y: number;
  /** Of its box, around x and y. */
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly edge: Edge;
  /** Ends at the boxes, and the point that bends the curve (a quadratic one). */
  readonly from: Point;
  readonly bend: Point;
  readonly to: Point;
}

interface Agent {
  readonly name: string;
  readonly roles: readonly string[];
}

type Point = readonly [x: number, y: number];

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly agents: readonly PlacedAgent[];
  readonly edges: readonly PlacedEdge[];
}

const CHARACTER = 7.2;
const HEIGHT = 42;
/** Room for curves around the agents. */
const MARGIN = 50;
/** Pixels between two agents at least. */
const BETWEEN = 16;
/** Pixels between two curves that join the same agents, at their middle, and between the outermost of them. */
const APART = 34;
const SPREAD = 135;
/** Pixels between a box and the end of a line, without and with the head of an arrow. */
const GAP = 4;
export const ARROW = 17;

/** The same agents always stand in the same places, whatever edges are shown. */
export function layOut(agents: readonly Agent[], edges: readonly Edge[]): Layout {
  const widest = Math.max(...agents.map(({ name, roles }) => Math.max(name.length, roles.join(' + ').length)), 6);
  const width = Math.ceil(widest * CHARACTER) + 24;
  let radius = { x: Math.max(190, width + 60), y: 150 };
  let placed = onEllipse(agents, radius, width);
  while (placed.some((a, i) => placed.slice(i + 1).some((b) => touch(a, b)))) {
    radius = { x: radius.x * 1.1, y: radius.y * 1.1 };
    placed = onEllipse(agents, radius, width);
  }
  const pairOf = ({ from, to }: Edge): string => [from, to].sort().join('\n');
  const pairs = Map.groupBy(edges, pairOf);
  const curves = edges.flatMap((edge): PlacedEdge[] => {
    const from = placed.find(({ name }) => name === edge.from);
    const to = placed.find(({ name }) => name === edge.to);
    if (!from || !to || from === to) return [];
    const beside = pairs.get(pairOf(edge)) ?? [edge];
    const lane = beside.indexOf(edge) - (beside.length - 1) / 2;
    // Lanes are counted from one side of the pair, whichever way the edge goes.
    const side = edge.from < edge.to ? 1 : -1;
    return [
      {
        edge,
        ...curve(from, to, side * lane * Math.min(APART, SPREAD / Math.max(1, beside.length - 1)), edge.directed),
      },
    ];
  });
  const [x, y] = middleOfEllipse(radius, width);
  return { width: 2 * x, height: 2 * y, agents: placed, edges: curves };
}

type Radius = { readonly x: number; readonly y: number };

const middleOfEllipse = (radius: Radius, width: number): Point => [
  radius.x + width / 2 + MARGIN,
  radius.y + HEIGHT / 2 + MARGIN,
];

/** The first two side by side on top, so that four agents make a square. */
function onEllipse(agents: readonly Agent[], radius: Radius, width: number): PlacedAgent[] {
  const [x, y] = middleOfEllipse(radius, width);
  return agents.map(({ name, roles }, i) => {
    const angle = ((2 * i - 1) * Math.PI) / agents.length - Math.PI / 2;
    return { name, roles, x: x + radius.x * Math.cos(angle), y: y + radius.y * Math.sin(angle), width, height: HEIGHT };
  });
}

const touch = (a: PlacedAgent, b: PlacedAgent): boolean =>
  Math.abs(a.x - b.x) < a.width + BETWEEN && Math.abs(a.y - b.y) < a.height + BETWEEN;

function curve(from: PlacedAgent, to: PlacedAgent, aside: number, directed: boolean): Omit<PlacedEdge, 'edge'> {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const normal: Point = [-dy / length, dx / length];
  // A quadratic curve passes half way to the point that bends it.
  const bend: Point = [(from.x + to.x) / 2 + 2 * aside * normal[0], (from.y + to.y) / 2 + 2 * aside * normal[1]];
  return { from: atBox(from, bend, GAP), bend, to: atBox(to, bend, directed ? ARROW : GAP) };
}

/** Where the line from the middle of a box toward a point leaves it, and goes on for a gap. */
function atBox({ x, y, width, height }: PlacedAgent, [tx, ty]: Point, gap: number): Point {
  const [dx, dy] = [tx - x, ty - y];
  const scale = Math.min(
    dx === 0 ? Infinity : width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : height / 2 / Math.abs(dy),
  );
  const length = Math.hypot(dx, dy);
  const share = Math.min(1, scale + gap / length);
  return length === 0 ? [x, y] : [x + dx * share, y + dy * share];
}

export const pathOf = ({ from, bend, to }: Omit<PlacedEdge, 'edge'>): string =>
  `M ${from.map(round).join(' ')} Q ${bend.map(round).join(' ')} ${to.map(round).join(' ')}`;

/** Points along the curve, for pens that draw lines only. */
export function pointsOf({ from, bend, to }: Omit<PlacedEdge, 'edge'>, count = 24): Point[] {
  return Array.from({ length: count + 1 }, (_, i): Point => {
    const t = i / count;
    const at = (axis: 0 | 1) => (1 - t) ** 2 * from[axis] + 2 * t * (1 - t) * bend[axis] + t ** 2 * to[axis];
    return [at(0), at(1)];
  });
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** Width of the line of a strength. */
export const widthOf = ({ strength, declared }: Pick<Edge, 'strength' | 'declared'>): number =>
  declared ? 6 : 1.5 + 6.5 * Math.sqrt(Math.min(1, strength ?? 0));

/** Dashes tell the kinds apart without color: they grow with the line. A declared link is hollow instead. */
export function dashesOf({ kind, declared }: Pick<Edge, 'kind' | 'declared'>, width: number): number[] {
  if (declared || kind === 'authority') return [];
  return kind === 'communication' ? [3 * width + 4, 1.5 * width + 2] : [width, width + 1];
}

/** Middle of the curve. */
export const middleOf = (placed: Omit<PlacedEdge, 'edge'>): Point => pointsOf(placed, 2)[1];
