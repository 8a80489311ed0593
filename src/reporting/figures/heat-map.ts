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

export function heatMap(analysis: Analysis, data: ClusteringData): Picture {
  const order = dendrogramOrder(analysis);
  const steps = data.aligned[data.medoid].length;
  const row = Math.max(4, Math.min(16, 900 / order.length));
  const step = (WIDTH - LEFT) / Math.max(1, steps);
  const height = TOP + row * order.length + 40;
  const y = (index: number): number => TOP + row * index;
  const largest = Math.max(1, ...data.moveOf.map(({ move }) => Math.abs(move)));

  // One path for all cells of one move keeps the file small.
  const cells = data.moveOf.map(({ service, move }, symbol): Html | undefined => {
    if (move === 0) return undefined;
    const paths = order.flatMap((item, index) =>
      data.aligned[item].flatMap((value, t) => {
        const top = y(index) + (move > 0 ? 0 : row / 2);
        const width = Math.max(1, step - 0.3);
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
  const groups = order.map((item, index) => {
    const { agent, role, scenario, load, group } = analysis.sequences[item];
    return html`<rect
      x="0"
      y="${round(y(index))}"
      width="20"
      height="${round(Math.max(1, row - 0.5))}"
      fill="${seriesColor(group)}"
      ><title>group ${group + 1}: ${agent} (${role}), ${scenario}, ${load}</title></rect
    > `;
  });
  const bottom = TOP + row * order.length;
  const ticks = Array.from({ length: 7 }, (_, i) => Math.round((i * steps) / 6)).map(
    (t) =>
      html`<text class="tick" x="${round(LEFT + step * t)}" y="${round(bottom + 16)}" text-anchor="middle">${t}</text>`,
  );
  return {
    id: 'heat-map',
    title: 'Action sequences, aligned',
    description: `${order.length} action sequences on the time of the one that is nearest to all others, each a row, in the order of the dendrogram. The bar to the left shows the group.`,
    width: WIDTH,
    height,
    drawing: html`<text class="small" x="0" y="14"
        >group, and moves: upper half of a row = replicas added, lower half = taken away; the fuller, the more</text
      >${groups}<line
        class="axis"
        x1="${LEFT}"
        x2="${WIDTH}"
        y1="${round(bottom)}"
        y2="${round(bottom)}"
      />${cells}${ticks}<text class="small" x="${WIDTH / 2}" y="${round(bottom + 34)}" text-anchor="middle"
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
