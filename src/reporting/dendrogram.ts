/** The dendrogram of action sequences, with the group and the declared role of each below it. */
import type { Analysis } from '../analyzing/analysis.ts';
import type { SequenceLabel } from '../analyzing/groups/sequence-groups.ts';
import { round, yAxis, yScale, type Frame } from './axes.ts';
import { html, type Html } from './html.ts';
import { significant } from './numbers.ts';
import { table, type FigureOptions } from './html-fragments.ts';
import { seriesColor } from './theme.ts';

const ROW = 20;
/** Of a letter, about. */
const LETTER = 7;
const RIGHT = 14;
const PLOT = 290;

/** `groupNames`: what each group is called, by its number. */
export function dendrogram(analysis: Analysis, groupNames: readonly string[]): FigureOptions {
  const { sequences, linkage } = analysis;
  const roles = [...new Set(sequences.map(({ role }) => role))];
  const order = dendrogramOrder(analysis);
  const leaves = order.map((item) => sequences[item]);
  const left = Math.max(190, 20 + LETTER * Math.max(...[...groupNames, ...roles].map((name) => name.length)));
  const pitch = Math.max(4, Math.min(22, 780 / leaves.length));
  const width = Math.max(960, left + RIGHT + pitch * leaves.length);
  const spacing = (width - left - RIGHT) / leaves.length;
  const groupRows = groupNames.map((name, series): Row => ({ name, series, has: ({ group }) => group === series }));
  const roleRows = roles.map((name, series): Row => ({ name, series, has: ({ role }) => role === name }));
  const height = PLOT + 30 + ROW * (groupRows.length + roleRows.length + 2);
  const frame: Frame = { width, height, left, right: RIGHT, top: 28, bottom: height - PLOT };
  const y = yScale(frame, [0, Math.max(1e-9, linkage.at(-1)?.[2] ?? 1)]);
  const columns = { leaves, left, spacing, width };
  return {
    id: 'dendrogram',
    title: 'Dendrogram of action sequences',
    description: `${sequences.length} action sequences, joined by the distance of dynamic time warping, in ${groupNames.length} groups.`,
    width,
    height,
    drawing: html`${yAxis(frame, y, { label: 'distance at which groups are joined (pods)' })}${branchesOf(analysis, order, columns, y)}
    ${strip('groups', groupRows, PLOT + 20, columns)}
    ${strip('declared roles', roleRows, PLOT + 20 + ROW * (groupRows.length + 1), columns)}`,
    caption:
      'Each column is what one agent did in one episode. The further down two are joined, the more alike they are. The rows below show to which group a column belongs, and which role its agent was given; a column apart from its group is an outlier that was put to the nearest.',
    data: tablesOf(leaves, linkage, groupNames),
  };
}

/** Where the columns of the picture stand, a sequence each. */
interface Columns {
  readonly leaves: readonly SequenceLabel[];
  readonly left: number;
  readonly spacing: number;
  readonly width: number;
}

interface Row {
  readonly name: string;
  readonly series: number;
  readonly has: (sequence: SequenceLabel) => boolean;
}

/** One path for each row of the linkage matrix; a branch of one group alone has its color. */
function branchesOf(
  { sequences, linkage }: Pick<Analysis, 'sequences' | 'linkage'>,
  order: readonly number[],
  { left, spacing }: Columns,
  y: (height: number) => number,
): Html[] {
  // Items first, then what each row makes, as SciPy numbers them.
  const joined: { x: number; height: number; group: number | undefined }[] = sequences.map(({ group }) => ({
    x: 0,
    height: 0,
    group,
  }));
  for (const [i, item] of order.entries()) joined[item].x = left + spacing * (i + 0.5);
  return linkage.map(([a, b, height]) => {
    const [first, second] = inOrder(joined[a], joined[b]);
    const group = first.group === second.group ? first.group : undefined;
    joined.push({ x: (first.x + second.x) / 2, height, group });
    return html`<path
      d="M${round(first.x)} ${round(y(first.height))}V${round(y(height))}H${round(second.x)}V${round(y(second.height))}"
      fill="none"
      stroke="${group === undefined ? 'var(--line)' : seriesColor(group)}"
      stroke-width="1.5"
    />`;
  });
}

/** Rows of marks below the tree: a mark where the row has the sequence of the column. */
function strip(title: string, rows: readonly Row[], top: number, { leaves, left, spacing, width }: Columns): Html {
  return html`<text class="small" x="0" y="${top}">${title}</text>${rows.map(({ name, has, series }, r) => {
      const line = top + 8 + ROW * r;
      const marks = leaves.flatMap((sequence, i) =>
        has(sequence)
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
          : [],
      );
      return html`<line class="grid-line" x1="${left}" x2="${width - RIGHT}" y1="${line + 7}" y2="${line + 7}" /><text
          x="${left - 10}"
          y="${line + 12}"
          text-anchor="end"
          >${name}</text
        >${marks}`;
    })}`;
}

function tablesOf(leaves: readonly SequenceLabel[], linkage: Analysis['linkage'], groupNames: readonly string[]): Html {
  return html`${table(
    'Action sequences, in the order of the picture',
    ['agent', 'declared role', 'group', 'training seed', 'scenario', 'load', 'episode'],
    leaves.map(({ agent, role, group, seed, scenario, load, episodeSeed }) => [
      agent,
      role,
      groupNames[group],
      String(seed),
      scenario,
      load,
      String(episodeSeed),
    ]),
    { text: true },
  )}${table(
    'Linkage matrix (as SciPy has it)',
    ['joined', 'with', 'at distance', 'sequences'],
    linkage.map(([a, b, distance, size]) => [String(a), String(b), significant(distance, 4), String(size)]),
  )}`;
}

/** Items in the order in which they stand below the dendrogram. */
export function dendrogramOrder({ sequences, linkage }: Pick<Analysis, 'sequences' | 'linkage'>): number[] {
  const joined = sequences.map((_, item) => ({ height: 0, items: [item] }));
  for (const [a, b, height] of linkage) {
    const [first, second] = inOrder(joined[a], joined[b]);
    joined.push({ height, items: [...first.items, ...second.items] });
  }
  return joined.at(-1)?.items ?? [];
}

/** What was joined first stands left. */
const inOrder = <Joined extends { readonly height: number }>(a: Joined, b: Joined): [Joined, Joined] =>
  a.height <= b.height ? [a, b] : [b, a];

const sentence = ({ agent, role, seed, scenario, load }: SequenceLabel): string =>
  `${agent} (${role}), training seed ${seed}, ${scenario}, ${load}`;
