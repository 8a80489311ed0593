import {
  forceCollide,
  forceLink,
  forceManyBody,
  forceSimulation,
  forceX,
  forceY,
  type SimulationNodeDatum,
} from 'd3-force';
import type { Analysis } from '../analyzing/analysis.ts';
import {
  RELATION_KINDS,
  type Relation,
  type RelationKind,
  type WindowRelations,
} from '../analyzing/relations/relations.ts';
import { round } from './axes.ts';
import type { ReportData } from './data.ts';
import { html, type Html } from './html.ts';
import { duration, fixed } from './numbers.ts';
import { figure, legend, missing, section, table, type FigureOptions, type LegendEntry } from './html-fragments.ts';
import { seriesColor } from './theme.ts';

const WIDTH = 460;
const HEIGHT = 300;
const MARGIN = { x: 80, y: 50 };
const NODE = 9;
/** Kind -> series of the theme and dashes. */
const LOOKS: Readonly<Record<RelationKind, { series: number; dash: string; about: string }>> = {
  authority: { series: 1, dash: '', about: 'authority: what one does depends on what the other did just before' },
  communication: { series: 0, dash: '7 4', about: 'communication: they move in the same steps' },
  acquaintance: { series: 2, dash: '2 4', about: 'acquaintance: they move the same services' },
};

interface Place extends SimulationNodeDatum {
  readonly name: string;
}

/** Who depends on whom, window by window. */
export function relationsSection({ analysis }: ReportData): Html {
  if (!analysis) return section('relations', 'Relations', missing('analyzing', 'karma-mas analyze'));
  const { relations, settings } = analysis;
  const agents = analysis.alignment.agents.map(({ agent }) => agent);
  const found = relations.flatMap((window) => window.relations).filter(({ significant }) => significant).length;
  return section(
    'relations',
    'Relations',
    html`<p>
      ${
        agents.length < 2
          ? 'There is one agent: it has no relations.'
          : `${found === 0 ? 'No relation is significant' : found === 1 ? 'One relation is significant' : `${found} relations are significant`} at the level ${settings.alpha}, adjusted for all pairs, kinds and windows (${settings.permutations} permutations). A common cause that the state does not show would appear as a relation too.`
      }
    </p>`,
    legend(relationLegend(analysis)),
    html`<div class="grid">${relationFigures(analysis).map(figure)}</div>`,
  );
}

/** One picture per window. */
export function relationFigures({ relations, declaredLinks, alignment }: Analysis): FigureOptions[] {
  const agents = alignment.agents.map(({ agent }) => agent);
  const places = layout(agents, relations);
  return relations.map((window, i) => windowFigure(window, i, agents, places, declaredLinks));
}

export function relationLegend({ declaredLinks }: Analysis): LegendEntry[] {
  const kinds = RELATION_KINDS.map((kind): LegendEntry => {
    const { about, series, dash } = LOOKS[kind];
    return { name: about, series, mark: 'line', dash };
  });
  return declaredLinks.length === 0
    ? kinds
    : [...kinds, { name: 'declared in the organization', series: 5, mark: 'band' }];
}

/** Forces from all relations of all windows, so that an agent stands at one place in every picture. No chance: d3's own fixed sequence. */
function layout(agents: readonly string[], windows: readonly WindowRelations[]): Places {
  const nodes = agents.map((name): Place => ({ name }));
  const links = windows
    .flatMap(({ relations }) => relations)
    .filter(({ significant }) => significant)
    .map(({ from, to, strength }) => ({ source: from, target: to, strength }));
  const simulation = forceSimulation(nodes)
    .force(
      'links',
      forceLink<Place, (typeof links)[number]>(links)
        .id(({ name }) => name)
        .distance(110)
        .strength(({ strength }) => 0.1 + 0.3 * strength),
    )
    .force('apart', forceManyBody().strength(-420))
    .force('room', forceCollide(45))
    .force('x', forceX(0).strength(0.06))
    .force('y', forceY(0).strength(0.09))
    .stop();
  simulation.tick(400);
  // Fitted to the picture, each direction by itself.
  const fit = (values: number[], low: number, high: number) => {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    return values.map((value) =>
      most - least < 1 ? (low + high) / 2 : low + ((value - least) / (most - least)) * (high - low),
    );
  };
  const xs = fit(
    nodes.map(({ x }) => x ?? 0),
    MARGIN.x,
    WIDTH - MARGIN.x,
  );
  const ys = fit(
    nodes.map(({ y }) => y ?? 0),
    MARGIN.y,
    HEIGHT - MARGIN.y - 10,
  );
  return new Places(agents, xs, ys);
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where each agent stands. */
class Places {
  readonly #points: ReadonlyMap<string, Point>;

  constructor(agents: readonly string[], xs: readonly number[], ys: readonly number[]) {
    this.#points = new Map(agents.map((name, i) => [name, { x: xs[i], y: ys[i] }]));
  }

  /** Throws a RangeError where there is no such agent. */
  of(agent: string): Point {
    const point = this.#points.get(agent);
    if (!point) throw new RangeError(`The analysis has a relation of '${agent}', which is none of its agents.`);
    return point;
  }
}

function windowFigure(
  { from, to, relations }: WindowRelations,
  index: number,
  agents: readonly string[],
  places: Places,
  declared: Analysis['declaredLinks'],
): FigureOptions {
  const significant = relations.filter((relation) => relation.significant);
  const title = `${duration(from) === '0 s' ? 'Start' : duration(from)} to ${duration(to)}`;
  const marker = `arrow-${index}`;
  return {
    id: `relations-${index}`,
    title,
    description:
      significant.length === 0 ? 'No significant relation.' : `${significant.map(describeRelation).join('; ')}.`,
    width: WIDTH,
    height: HEIGHT,
    drawing: html`${arrowHead(marker)}
    ${declared.map((link) => declaredLink(link, places))}${significant.map((relation) => edge(relation, places, marker))}
    ${agents.map((name) => node(name, places.of(name)))}`,
    ...(significant.length === 0 ? { caption: 'No significant relation in this part of the episode.' } : {}),
    data: relationsTable(`Relations, ${title}`, relations),
  };
}

const describeRelation = ({ kind, from, to }: Relation): string =>
  kind === 'authority' ? `${from} has authority over ${to}` : `${from} and ${to}: ${kind}`;

function arrowHead(id: string): Html {
  return html`<defs
    ><marker
      id="${id}"
      viewBox="0 0 10 10"
      refX="9"
      refY="5"
      markerWidth="11"
      markerHeight="11"
      markerUnits="userSpaceOnUse"
      orient="auto"
      ><path d="M0 0L10 5L0 10Z" fill="${seriesColor(LOOKS.authority.series)}" /></marker
  ></defs>`;
}

function declaredLink({ from, to }: Analysis['declaredLinks'][number], places: Places): Html {
  const [p, q] = [places.of(from), places.of(to)];
  return html`<line
    x1="${round(p.x)}"
    y1="${round(p.y)}"
    x2="${round(q.x)}"
    y2="${round(q.y)}"
    stroke="${seriesColor(5)}"
    stroke-opacity=".25"
    stroke-width="14"
    stroke-linecap="round"
  />`;
}

function node(name: string, { x, y }: Point): Html {
  return html`<circle
      cx="${round(x)}"
      cy="${round(y)}"
      r="${NODE}"
      fill="var(--surface)"
      stroke="var(--text)"
      stroke-width="2"
    /><text class="halo" x="${round(x)}" y="${round(y + NODE + 17)}" text-anchor="middle">${name}</text>`;
}

function relationsTable(title: string, relations: readonly Relation[]): Html {
  return table(
    title,
    ['kind', 'from', 'to', 'strength (0 to 1)', 'p, adjusted', 'significant'],
    [...relations]
      .sort((a, b) => a.p - b.p)
      .map(({ kind, from, to, strength, p, significant }) => [
        kind,
        from,
        to,
        fixed(strength, 2),
        fixed(p, 3),
        significant ? 'yes' : 'no',
      ]),
    { text: true },
  );
}

/** Curved, each kind to its own side, so that several between two agents can be distinguished. */
function edge({ kind, from, to, strength, p }: Relation, places: Places, marker: string): Html {
  const [a, b] = [places.of(from), places.of(to)];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = { authority: 26, communication: 0, acquaintance: -26 }[kind];
  const [mx, my] = [(a.x + b.x) / 2 - (dy / length) * bend, (a.y + b.y) / 2 + (dx / length) * bend];
  // From rim to rim, on the way to the control point.
  const rim = (c: Point): Point => {
    const size = Math.hypot(mx - c.x, my - c.y) || 1;
    const gap = NODE + 3;
    return { x: c.x + ((mx - c.x) / size) * gap, y: c.y + ((my - c.y) / size) * gap };
  };
  const [s, t] = [rim(a), rim(b)];
  const { series, dash } = LOOKS[kind];
  const attributes = html`stroke-dasharray="${dash}" stroke-width="${round(1.5 + 4 * strength)}"`;
  const word = kind === 'authority' ? `${from} → ${to}` : `${from} – ${to}`;
  return html`<g
    ><title>${kind} ${word}, strength ${fixed(strength, 2)}, p ${fixed(p, 3)}</title
    ><path
      d="M${round(s.x)} ${round(s.y)}Q${round(mx)} ${round(my)} ${round(t.x)} ${round(t.y)}"
      fill="none"
      stroke="${seriesColor(series)}"
      ${attributes}${kind === 'authority' && html` marker-end="url(#${marker})"`}
  /></g>`;
}
