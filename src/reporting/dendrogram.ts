/** The dendrogram of action sequences, with the group and the declared role of each below it. */
import { hierarchy } from 'd3-hierarchy';
import type { Analysis, SequenceLabel } from '../analyzing/analysis.ts';
import { round, yAxis, yScale, type Frame } from './axes.ts';
import { html, type Html } from './html.ts';
import { significant } from './numbers.ts';
import { table, type FigureOptions } from './html-fragments.ts';
import { seriesColor } from './theme.ts';

interface Node {
  readonly height: number;
  readonly item?: number;
  readonly children?: readonly [Node, Node];
}

const ROW = 20;
/** Of a letter, about. */
const LETTER = 7;
const RIGHT = 14;
const PLOT = 290;

/** `groupNames`: what each group is called, by its number. */
export function dendrogram(analysis: Analysis, groupNames: readonly string[]): FigureOptions {
  const { sequences, linkage } = analysis;
  const roles = [...new Set(sequences.map(({ role }) => role))];
  const left = Math.max(190, 20 + LETTER * Math.max(...[...groupNames, ...roles].map((name) => name.length)));
  const root = hierarchy(rootOf(analysis), ({ children }) => children as Node[] | undefined);
  const leaves = root.leaves();
  const pitch = Math.max(4, Math.min(22, 780 / leaves.length));
  const width = Math.max(960, left + RIGHT + pitch * leaves.length);
  const spacing = (width - left - RIGHT) / leaves.length;
  const rows = [
    ...groupNames.map((name, group) => ({ name, has: (s: SequenceLabel) => s.group === group, series: group })),
  ];
  const roleRows = roles.map((role, i) => ({ name: role, has: (s: SequenceLabel) => s.role === role, series: i }));
  const height = PLOT + 30 + ROW * (rows.length + roleRows.length + 2);
  const frame: Frame = { width, height, left, right: RIGHT, top: 28, bottom: height - PLOT };
  const y = yScale(frame, [0, Math.max(1e-9, linkage.at(-1)?.[2] ?? 1)]);

  const places = new Map(leaves.map((leaf, i) => [leaf, left + spacing * (i + 0.5)]));
  const branches: Html[] = [];
  root.eachAfter((node) => {
    if (!node.children) return;
    const [first, second] = node.children;
    const [x1, x2] = [places.get(first)!, places.get(second)!];
    places.set(node, (x1 + x2) / 2);
    const top = round(y(node.data.height));
    const of = [...new Set(node.leaves().map((leaf) => sequences[leaf.data.item!].group))];
    const color = of.length === 1 ? seriesColor(of[0]) : 'var(--line)';
    branches.push(
      html`<path
        d="M${round(x1)} ${round(y(first.data.height))}V${top}H${round(x2)}V${round(y(second.data.height))}"
        fill="none"
        stroke="${color}"
        stroke-width="1.5"
      />`,
    );
  });

  const strip = (title: string, entries: typeof rows, top: number) =>
    html`<text class="small" x="0" y="${top}">${title}</text>${entries.map(({ name, has, series }, r) => {
        const line = top + 8 + ROW * r;
        const marks = leaves.flatMap((leaf, i) => {
          const sequence = sequences[leaf.data.item!];
          return has(sequence)
            ? [
                html`<rect
                  x="${round(left + spacing * i)}"
                  y="${line}"
                  width="${round(Math.max(1.5, spacing - 1))}"
                  height="${ROW - 6}"
                  fill="${seriesColor(series)}"
                  ><title>${sentence(sequence)}</title></rect
                >`,
              ]
            : [];
        });
        return html`<line class="grid-line" x1="${left}" x2="${width - RIGHT}" y1="${line + 7}" y2="${line + 7}" /><text
            x="${left - 10}"
            y="${line + 12}"
            text-anchor="end"
            >${name}</text
          >${marks}`;
      })}`;

  return {
    id: 'dendrogram',
    title: 'Dendrogram of action sequences',
    description: `${sequences.length} action sequences, joined by the distance of dynamic time warping, in ${groupNames.length} groups.`,
    width,
    height,
    drawing: html`${yAxis(frame, y, { label: 'distance at which groups are joined (pods)' })}${branches}
    ${strip('groups', rows, PLOT + 20)} ${strip('declared roles', roleRows, PLOT + 20 + ROW * (rows.length + 1))}`,
    caption:
      'Each column is what one agent did in one episode. The further down two are joined, the more alike they are. The rows below show to which group a column belongs, and which role its agent was given; a column apart from its group is an outlier that was put to the nearest.',
    data: html`${table(
      'Action sequences, in the order of the picture',
      ['agent', 'declared role', 'group', 'training seed', 'scenario', 'load', 'episode'],
      leaves.map((leaf) => {
        const { agent, role, group, seed, scenario, load, episodeSeed } = sequences[leaf.data.item!];
        return [agent, role, groupNames[group], String(seed), scenario, load, String(episodeSeed)];
      }),
      { text: true },
    )}${table(
      'Linkage matrix (as SciPy has it)',
      ['joined', 'with', 'at distance', 'sequences'],
      linkage.map(([a, b, distance, size]) => [String(a), String(b), significant(distance, 4), String(size)]),
    )}`,
  };
}

/** Items in the order in which they stand below the dendrogram. */
export function dendrogramOrder(analysis: Pick<Analysis, 'sequences' | 'linkage'>): number[] {
  const order: number[] = [];
  const open = [rootOf(analysis)];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.item !== undefined) order.push(node.item);
    else open.push(...[...node.children!].reverse());
  }
  return order;
}

/** The tree of a linkage matrix; the part that was joined first stands left. */
function rootOf({ sequences, linkage }: Pick<Analysis, 'sequences' | 'linkage'>): Node {
  const nodes: Node[] = sequences.map((_, item) => ({ height: 0, item }));
  for (const [a, b, distance] of linkage) {
    const parts = [nodes[a], nodes[b]].sort((x, y) => x.height - y.height) as [Node, Node];
    nodes.push({ height: distance, children: parts });
  }
  return nodes[nodes.length - 1];
}

const sentence = ({ agent, role, seed, scenario, load }: SequenceLabel): string =>
  `${agent} (${role}), training seed ${seed}, ${scenario}, ${load}`;
