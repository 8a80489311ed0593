/** What each agent did in each episode, on one time, in the order of the dendrogram. */
import type { Analysis } from '../../analyzing/analysis.ts';
import type { ClusteringData } from '../../analyzing/groups/clustering-data.ts';
import { round } from '../axes.ts';
import { dendrogramOrder } from '../dendrogram.ts';
import { html, type Html } from '../html.ts';
import { seriesColor } from '../theme.ts';
import type { Picture } from './svg-file.ts';

const LEFT = 30;
const TOP = 24;
const WIDTH = 960;

interface Grid {
  /** Items in the order of the rows. */
  readonly order: readonly number[];
  /** Pixels of a row and of a step. */
  readonly row: number;
  readonly step: number;
}

export function heatMap(analysis: Analysis, data: ClusteringData): Picture {
  const order = dendrogramOrder(analysis);
  const steps = data.aligned[data.medoid].length;
  const grid: Grid = {
    order,
    row: Math.max(4, Math.min(16, 900 / order.length)),
    step: (WIDTH - LEFT) / Math.max(1, steps),
  };
  const bottom = TOP + grid.row * order.length;
  const ticks = Array.from({ length: 7 }, (_, i) => Math.round((i * steps) / 6)).map(
    (t) =>
      html`<text class="tick" x="${round(LEFT + grid.step * t)}" y="${round(bottom + 16)}" text-anchor="middle"
        >${t}</text
      >`,
  );
  return {
    id: 'heat-map',
    title: 'Action sequences, aligned',
    description: `${order.length} action sequences on the time of the one that is nearest to all others, each a row, in the order of the dendrogram. The bar to the left shows the group.`,
    width: WIDTH,
    height: bottom + 40,
    drawing: html`<text class="small" x="0" y="14"
        >group, and moves: upper half of a row = replicas added, lower half = removed; a stronger color = more</text
      >${groupBars(analysis, grid)}<line
        class="axis"
        x1="${LEFT}"
        x2="${WIDTH}"
        y1="${round(bottom)}"
        y2="${round(bottom)}"
      />${cells(data, grid)}${ticks}<text class="small" x="${WIDTH / 2}" y="${round(bottom + 34)}" text-anchor="middle"
        >decision</text
      >`,
    marks: data.services.map((service, i) => ({
      name: `moves of ${service}`,
      series: i,
      mark: 'line' as const,
      dash: '',
    })),
  };
}

/** One path for all cells of one move keeps the file small. */
function cells(data: ClusteringData, { order, row, step }: Grid): (Html | undefined)[] {
  const largest = Math.max(1, ...data.moveOf.map(({ move }) => Math.abs(move)));
  const width = Math.max(1, step - 0.3);
  return data.moveOf.map(({ service, move }, symbol) => {
    if (move === 0) return undefined;
    const paths = order.flatMap((item, index) =>
      data.aligned[item].flatMap((value, t) => {
        const top = TOP + row * index + (move > 0 ? 0 : row / 2);
        return value === symbol
          ? [`M${round(LEFT + step * t)} ${round(top)}h${round(width)}v${round(row / 2)}h${round(-width)}Z`]
          : [];
      }),
    );
    if (paths.length === 0) return undefined;
    const opacity = round(0.4 + (0.6 * Math.abs(move)) / largest);
    return html`<path d="${paths.join('')}" fill="${seriesColor(service)}" fill-opacity="${opacity}"
      ><title>${data.moves[symbol]}</title></path
    > `;
  });
}

function groupBars({ sequences }: Analysis, { order, row }: Grid): Html[] {
  return order.map((item, index) => {
    const { agent, role, scenario, load, group } = sequences[item];
    return html`<rect
      x="0"
      y="${round(TOP + row * index)}"
      width="20"
      height="${round(Math.max(1, row - 0.5))}"
      fill="${seriesColor(group)}"
      ><title>group ${group + 1}: ${agent} (${role}), ${scenario}, ${load}</title></rect
    > `;
  });
}
