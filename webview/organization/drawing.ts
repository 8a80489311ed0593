/** The graph as SVG: boxes that one can go to with the keyboard, frames and lines. */
import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit';
import type { Graph, GraphNode } from '../protocol/organization.ts';
import { t } from '../shared/l10n.ts';
import type { Layout, PlacedEdge, PlacedNode } from './layout.ts';
import type { Camera } from './state.ts';
import { cardinality, edgeLabel, kindLabel } from './labels.ts';

export interface DrawingEvents {
  reveal(id: string): void;
  /** The drawing is given a key. */
  key(event: KeyboardEvent): void;
  wheel(event: WheelEvent): void;
  drag(event: PointerEvent): void;
}

const ICONS: Readonly<Record<GraphNode['kind'], string>> = {
  // Shapes tell the kinds apart without color.
  group: '',
  agent: 'M 0 -5 a 3 3 0 1 1 0.01 0 M -5 6 a 5 5 0 0 1 10 0 Z',
  role: 'M -5 -5 h 10 v 6 a 5 5 0 0 1 -10 0 Z',
  mission: 'M -4 6 v -12 M -4 -6 h 9 l -3 3.5 l 3 3.5 h -9',
  service: '',
};

export function drawing(graph: Graph, layout: Layout, camera: Camera, events: DrawingEvents): TemplateResult {
  const { width, height } = layout;
  const [w, h] = [width / camera.zoom, height / camera.zoom];
  const [x, y] = [width * (0.5 + camera.x) - w / 2, height * (0.5 + camera.y) - h / 2];
  return html`<div
    class="drawing"
    role="group"
    tabindex="0"
    aria-label=${t('Graph of the organization {0}', graph.name)}
    aria-keyshortcuts="ArrowLeft ArrowRight ArrowUp ArrowDown + - 0"
    @keydown=${(event: KeyboardEvent) => events.key(event)}
    @wheel=${(event: WheelEvent) => events.wheel(event)}
    @pointerdown=${(event: PointerEvent) => events.drag(event)}
  >
    <svg viewBox="${x} ${y} ${w} ${h}" preserveAspectRatio="xMidYMid meet">
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="8"
          markerHeight="8"
          orient="auto-start-reverse"
        >
          <path class="arrow" d="M 0 0.5 L 8 4 L 0 7.5 Z"></path>
        </marker>
      </defs>
      ${layout.frames.map((frame) => frameOf(frame, graph, events))} ${layout.edges.map(edgeOf)}
      ${layout.nodes.map((node) => nodeOf(node, graph, events))} ${layout.edges.map(labelOf)}
    </svg>
  </div>`;
}

function nodeOf(placed: PlacedNode, graph: Graph, events: DrawingEvents): SVGTemplateResult {
  const { node, x, y, width, height } = placed;
  return svg`<g class="node ${node.kind}"
    data-id=${node.id} transform="translate(${x} ${y})" tabindex="0" role="button" aria-label=${spoken(node, graph)}
    @click=${() => events.reveal(node.id)} @keydown=${onEnter(() => events.reveal(node.id))}>
    <title>${spoken(node, graph)}</title>
    <rect width=${width} height=${height} rx=${node.kind === 'agent' ? height / 2 : 4}></rect>
    <path class="icon" transform="translate(18 ${height / 2})" d=${ICONS[node.kind]}></path>
    <text x="32" y=${height / 2 + 4.5}>${node.name}</text>
  </g>`;
}

function frameOf({ node, x, y, width, height }: PlacedNode, graph: Graph, events: DrawingEvents): SVGTemplateResult {
  return svg`<g class="frame" data-id=${node.id} transform="translate(${x} ${y})" tabindex="0" role="button"
    aria-label=${spoken(node, graph)} @click=${() => events.reveal(node.id)}
    @keydown=${onEnter(() => events.reveal(node.id))}>
    <title>${spoken(node, graph)}</title>
    <rect width=${width} height=${height} rx="6"></rect>
    <text x="12" y="20">${node.name}</text>
  </g>`;
}

/** Which line is which is also told by its dashes and its label. */
function edgeOf({ edge, path }: PlacedEdge): SVGTemplateResult {
  const both = edge.kind === 'communication' || edge.kind === 'compatibility' || edge.kind === 'acquaintance';
  return svg`<path class="edge ${edge.kind}" d=${path} marker-end="url(#arrow)"
    marker-start=${both ? 'url(#arrow)' : nothing}></path>`;
}

function labelOf({ edge, x, y }: PlacedEdge): SVGTemplateResult {
  return edge.kind === 'holds'
    ? svg``
    : svg`<text class="label" x=${x} y=${y + 4} text-anchor="middle">${edgeLabel(edge)}</text>`;
}

/** Kind and name, and what joins it to others. */
function spoken({ id, kind, name }: GraphNode, { nodes, edges }: Graph): string {
  const nameOf = (other: string): string => nodes.find((node) => node.id === other)?.name ?? other;
  const facts = edges
    .filter((edge) => edge.from === id && edge.kind !== 'observes' && edge.kind !== 'moves')
    .map((edge) =>
      edge.kind === 'member'
        ? `${nameOf(edge.to)} (${cardinality(edge.min, edge.max)})`
        : `${edgeLabel(edge)} ${nameOf(edge.to)}`,
    );
  return [`${kindLabel(kind)} ${name}`, ...facts].join(', ');
}

const onEnter =
  (act: () => void) =>
  (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

const DRAWN = ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'font-family', 'font-size', 'font-weight'];

/** The drawing as a file of its own, whole, in the colors that it is shown in. */
export function svgFile(shown: SVGSVGElement, { width, height }: Layout, background: string): string {
  const copy = shown.cloneNode(true) as SVGSVGElement;
  const originals = shown.querySelectorAll('*');
  copy.querySelectorAll('*').forEach((element, i) => {
    const style = getComputedStyle(originals[i]);
    for (const name of DRAWN) element.setAttribute(name, style.getPropertyValue(name));
    for (const name of ['class', 'tabindex', 'role', 'aria-label', 'data-id']) element.removeAttribute(name);
  });
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const ground = document.createElementNS('http://www.w3.org/2000/svg', 'rect');
  for (const [name, value] of Object.entries({ width: '100%', height: '100%', fill: background }))
    ground.setAttribute(name, value);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy).replace(/<!--.*?-->/g, '');
}
