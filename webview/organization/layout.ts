/** Where the parts of an organization are drawn: agents, roles in the frames of their groups, and missions, from left to right. */
import type { Graph, GraphEdge, GraphNode } from '../protocol/organization.ts';

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly node: GraphNode;
}

export interface PlacedEdge {
  readonly edge: GraphEdge;
  /** Of an SVG path. */
  readonly path: string;
  /** Middle of its label. */
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly PlacedNode[];
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

const HEIGHT = 36;
const GAP = 28;
const MARGIN = 20;
/** Inside of a frame; its name stands in the upper one. */
const PADDING = 16;
const TITLE = 28;
const BETWEEN = 110;
/** Between roles and missions: links between roles bulge into it. */
const BEHIND_ROLES = 240;
const CHARACTER = 7.4;
const LINKS = new Set(['authority', 'communication', 'acquaintance', 'compatibility', 'extends']);

/** The same graph always gives the same layout. Services are left out: most agents see and move all of them. */
export function layOut(graph: Graph): Layout {
  const of = (kind: GraphNode['kind']): GraphNode[] => graph.nodes.filter((node) => node.kind === kind);
  const edgesOf = (...kinds: GraphEdge['kind'][]): GraphEdge[] =>
    graph.edges.filter(({ kind }) => kinds.includes(kind));
  const widthOf = (nodes: readonly GraphNode[]): number =>
    Math.max(90, ...nodes.map(({ name }) => Math.ceil(name.length * CHARACTER) + 44));
  const widths = { agent: widthOf(of('agent')), role: widthOf(of('role')), mission: widthOf(of('mission')) };
  const roleX = MARGIN + widths.agent + BETWEEN + PADDING;
  const missionX = roleX + widths.role + BEHIND_ROLES;

  const { roles, frames } = placeRoles(of('group'), of('role'), edgesOf('member'), { x: roleX, width: widths.role });
  const placed = new Map(roles.map((box) => [box.node.id, box]));
  const columns = [
    { nodes: of('agent'), x: MARGIN, width: widths.agent, edges: edgesOf('holds') },
    { nodes: of('mission'), x: missionX, width: widths.mission, edges: edgesOf('obligation', 'permission') },
  ];
  for (const column of columns) for (const box of placeBeside(column, placed)) placed.set(box.node.id, box);

  const nodes = [...placed.values()];
  const all: readonly Box[] = [...nodes, ...frames];
  const lowest = Math.max(0, ...all.map((box) => box.y + box.height));
  const rightmost = Math.max(0, ...all.map((box) => box.x + box.width), of('mission').length === 0 ? missionX : 0);
  return {
    width: rightmost + MARGIN,
    height: lowest + MARGIN,
    frames,
    nodes,
    edges: placeEdges(graph.edges, [...nodes, ...frames]),
  };
}

/** Roles below one another, group by group, with a frame around each group. */
function placeRoles(
  groups: readonly GraphNode[],
  all: readonly GraphNode[],
  members: readonly GraphEdge[],
  { x, width }: Pick<Box, 'x' | 'width'>,
): { readonly roles: readonly PlacedNode[]; readonly frames: readonly PlacedNode[] } {
  const placed = new Map<string, PlacedNode>();
  const frames: PlacedNode[] = [];
  let y = MARGIN;
  const put = (node: GraphNode): void => {
    placed.set(node.id, { node, x, y, width, height: HEIGHT });
    y += HEIGHT + GAP;
  };
  for (const group of groups) {
    const own = members.filter(({ from }) => from === group.id);
    // A role that is in several groups stands in its first; a line joins the others.
    const roles = all.filter(({ id }) => !placed.has(id) && own.some(({ to }) => to === id));
    const top = y;
    y += TITLE + PADDING / 2;
    roles.forEach(put);
    y += (roles.length > 0 ? -GAP : 0) + PADDING;
    const frameWidth = Math.max(width, group.name.length * CHARACTER) + 2 * PADDING;
    frames.push({ node: group, x: x - PADDING, y: top, width: frameWidth, height: y - top });
    y += GAP;
  }
  all.filter(({ id }) => !placed.has(id)).forEach(put);
  return { roles: [...placed.values()], frames };
}

interface Column extends Pick<Box, 'x' | 'width'> {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A column in which each node stands as near as can be to the middle of the nodes that it is joined to. */
function placeBeside({ nodes, x, width, edges }: Column, others: ReadonlyMap<string, PlacedNode>): PlacedNode[] {
  const wanted = nodes.map((node, index) => {
    const ends = edges.flatMap(({ from, to }) => (from === node.id ? [to] : to === node.id ? [from] : []));
    const centers = ends.flatMap((id) => {
      const box = others.get(id);
      return box ? [box.y + box.height / 2] : [];
    });
    const sum = centers.reduce((total, each) => total + each, 0);
    return { node, index, at: centers.length > 0 ? sum / centers.length : Infinity };
  });
  wanted.sort((a, b) => (a.at === b.at ? a.index - b.index : a.at - b.at));
  let free = MARGIN;
  return wanted.map(({ node, at }) => {
    const top = Math.max(free, Number.isFinite(at) ? at - HEIGHT / 2 : free);
    free = top + HEIGHT + GAP;
    return { node, x, y: top, width, height: HEIGHT };
  });
}

function placeEdges(edges: readonly GraphEdge[], placed: readonly PlacedNode[]): PlacedEdge[] {
  const boxes = new Map(placed.map((box) => [box.node.id, box]));
  return edges.flatMap((edge): PlacedEdge[] => {
    const [from, to] = [boxes.get(edge.from), boxes.get(edge.to)];
    if (!from || !to) return [];
    if (edge.kind === 'member') return within(to, from) ? [] : [{ edge, ...straight(from, to) }];
    return [{ edge, ...(LINKS.has(edge.kind) ? arc(edge, from, to, edges) : straight(from, to)) }];
  });
}

const within = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x && inner.y >= outer.y && inner.y + inner.height <= outer.y + outer.height;

type Line = Pick<PlacedEdge, 'path' | 'x' | 'y'>;

/** From the right side of one box to the left side of another. */
function straight(from: Box, to: Box): Line {
  const [x1, y1] = [from.x + from.width, from.y + from.height / 2];
  const [x2, y2] = [to.x, to.y + to.height / 2];
  const bend = (x2 - x1) / 2;
  // Nearer to its end, so that labels of lines from one role do not meet those of links.
  const x = x1 + 0.66 * (x2 - x1);
  return { path: `M ${x1} ${y1} C ${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`, x, y: y1 + 0.74 * (y2 - y1) };
}

/** Between two roles, on the right of both; several between the same two bulge one more than the other. */
function arc(edge: GraphEdge, from: Box, to: Box, all: readonly GraphEdge[]): Line {
  const between = all.filter(
    (other) =>
      LINKS.has(other.kind) &&
      ((other.from === edge.from && other.to === edge.to) || (other.from === edge.to && other.to === edge.from)),
  );
  const steps = Math.max(1, Math.abs(to.y - from.y) / (HEIGHT + GAP));
  const bulge = Math.min(150, 24 + 16 * steps + 26 * between.indexOf(edge));
  const x = from.x + from.width;
  const [y1, y2] = [from.y + from.height * 0.7, to.y + to.height * 0.3];
  const end = to.x + to.width;
  return {
    path: `M ${x} ${y1} C ${x + bulge} ${y1} ${end + bulge} ${y2} ${end} ${y2}`,
    x: Math.max(x, end) + bulge * 0.75,
    y: (y1 + y2) / 2,
  };
}
