/** The graph as SVG: agents as boxes, relations as curves that one can go to with the keyboard. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Drawing } from '../shared/export.ts';
import { t } from '../shared/l10n.ts';
import type { Theme } from '../shared/theme.ts';
import {
  ARROW,
  dashesOf,
  middleOf,
  pathOf,
  pointsOf,
  widthOf,
  type Layout,
  type PlacedAgent,
  type PlacedEdge,
} from './layout.ts';
import { KINDS } from './state.ts';
import { kindLabel, spoken } from './labels.ts';

export interface DrawingEvents {
  select(key: string): void;
  /** Goes to another edge with the arrow keys. */
  move(by: number): void;
}

export function drawing(layout: Layout, selected: string, events: DrawingEvents): TemplateResult {
  const { width, height, agents, edges } = layout;
  const focusable = edges.some(({ edge }) => edge.key === selected) ? selected : edges[0]?.edge.key;
  return html`<div
    class="drawing"
    role="group"
    aria-label=${t('Graph of relations')}
    @keydown=${(event: KeyboardEvent) => {
      const by = ['ArrowRight', 'ArrowDown'].includes(event.key)
        ? 1
        : ['ArrowLeft', 'ArrowUp'].includes(event.key)
          ? -1
          : 0;
      if (by === 0) return;
      event.preventDefault();
      events.move(by);
    }}
  >
    <svg viewBox="0 0 ${width} ${height}" width=${1.4 * width} preserveAspectRatio="xMidYMin meet">
      <defs>
        ${KINDS.map(
          (kind) =>
            svg`<marker id="arrow-${kind}" viewBox="0 0 10 10" refX="1" refY="5" markerUnits="userSpaceOnUse" markerWidth=${ARROW} markerHeight=${ARROW} orient="auto">
              <path class="arrow ${kind}" d="M 0 0 L 10 5 L 0 10 Z"></path></marker>`,
        )}
      </defs>
      ${edges.map((edge) => edgeOf(edge, selected, focusable, events))} ${agents.map(agentOf)}
    </svg>
  </div>`;
}

function edgeOf(
  placed: PlacedEdge,
  selected: string,
  focusable: string | undefined,
  { select }: DrawingEvents,
): SVGTemplateResult {
  const { edge } = placed;
  const path = pathOf(placed);
  const width = widthOf(edge);
  const middle = middleOf(placed);
  const isSelected = edge.key === selected;
  const classes = [
    'edge',
    edge.kind,
    edge.declared ? 'declared' : edge.significant ? '' : 'faint',
    isSelected ? 'selected' : '',
  ];
  return svg`<g class=${classes.join(' ')} data-key=${edge.key} role="button" tabindex=${edge.key === focusable ? 0 : -1}
    aria-label=${spoken(edge)} aria-pressed=${String(isSelected)}
    @click=${() => select(edge.key)} @keydown=${(event: KeyboardEvent) => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      select(edge.key);
    }}>
    <title>${spoken(edge)}</title>
    <path class="reach" d=${path}></path>
    <path class="halo" d=${path} stroke-width=${width + 6}></path>
    <path class="line" d=${path} stroke-width=${width} stroke-dasharray=${dashesOf(edge, width).join(' ') || nothing}
      marker-end=${edge.directed ? `url(#arrow-${edge.kind})` : nothing}></path>
    ${edge.declared ? svg`<path class="hollow" d=${path} stroke-width=${width - 3}></path><text x=${middle[0]} y=${middle[1] + 4} text-anchor="middle">${kindLabel(edge.kind)}</text>` : nothing}
  </g>`;
}

function agentOf({ name, roles, x, y, width, height }: PlacedAgent): SVGTemplateResult {
  return svg`<g class="agent" transform="translate(${x - width / 2} ${y - height / 2})">
    <rect width=${width} height=${height} rx=${height / 2}></rect>
    <text class="name" x=${width / 2} y="18" text-anchor="middle">${name}</text>
    <text class="role" x=${width / 2} y="33" text-anchor="middle">${roles.join(' + ') || t('no role')}</text>
  </g>`;
}

/** The same for files, in the colors of the theme. */
export function picture({ width, height, agents, edges }: Layout, title: string, theme: Theme): Drawing {
  const color = (kind: (typeof KINDS)[number]): string => theme.series[KINDS.indexOf(kind)];
  return {
    title,
    width: Math.max(width, 560),
    height: height + 70,
    draw(pen) {
      pen.text(20, 28, title, { color: theme.text, size: 15, bold: true, anchor: 'start' });
      KINDS.forEach((kind, i) => {
        const x = 20 + i * 150;
        pen.line(
          [
            [x, 48],
            [x + 28, 48],
          ],
          { color: color(kind), width: 3, dash: dashesOf({ kind, declared: false }, 3) },
        );
        pen.text(x + 36, 52, kindLabel(kind), { color: theme.text, size: 12, anchor: 'start' });
      });
      for (const placed of edges) {
        const { edge } = placed;
        const points = pointsOf(placed).map(([x, y]) => [x, y + 60] as const);
        const stroke = !edge.declared && !edge.significant ? theme.grid : color(edge.kind);
        const thick = widthOf(edge);
        pen.line(points, { color: stroke, width: thick, dash: dashesOf(edge, thick) });
        if (edge.directed) pen.polygon(arrow(points), stroke, 1);
        if (!edge.declared) continue;
        pen.line(points, { color: theme.background, width: thick - 3, dash: [] });
        const [x, y] = middleOf(placed);
        pen.text(x, y + 64, kindLabel(edge.kind), { color: theme.text, size: 11, anchor: 'middle' });
      }
      for (const { name, roles, x, y, width: w, height: h } of agents) {
        const [left, top] = [x - w / 2, y - h / 2 + 60];
        const box = [
          [left, top],
          [left + w, top],
          [left + w, top + h],
          [left, top + h],
        ] as const;
        pen.polygon(box, theme.background, 1);
        pen.line([...box, box[0]], { color: theme.text, width: 1.5, dash: [] });
        pen.text(x, top + 18, name, { color: theme.text, size: 13, bold: true, anchor: 'middle' });
        pen.text(x, top + 34, roles.join(' + '), { color: theme.muted, size: 11, anchor: 'middle' });
      }
    },
  };
}

/** The corners of the head of an arrow behind the last point. */
function arrow(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const [[x1, y1], [x2, y2]] = points.slice(-2);
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const at = (along: number, aside: number) =>
    [
      x2 + along * Math.cos(angle) - aside * Math.sin(angle),
      y2 + along * Math.sin(angle) + aside * Math.cos(angle),
    ] as const;
  return [at(ARROW * 0.9, 0), at(-1, ARROW / 2), at(-1, -ARROW / 2)];
}
