/** Action sequences as points: the nearer, the more alike. */
import type { Analysis } from '../../analyzing/analysis.ts';
import type { ClusteringData } from '../../analyzing/groups/clustering-data.ts';
import { extentOf, round, xAxis, xScale, yAxis, yScale, type Frame, type Extent } from '../axes.ts';
import { html } from '../html.ts';
import { percent } from '../numbers.ts';
import { symbolPath } from '../html-fragments.ts';
import { seriesColor } from '../theme.ts';
import type { Picture } from './svg-file.ts';

const FRAME: Frame = { width: 720, height: 520, left: 60, right: 20, top: 28, bottom: 50 };

/** So that no point lies on the frame. */
function roomy(values: readonly number[]): Extent {
  const [low, high] = extentOf(values);
  const margin = 0.04 * (high - low);
  return [low - margin, high + margin];
}

export function sequenceMap({ sequences }: Analysis, { map }: ClusteringData, groupNames: readonly string[]): Picture {
  const { x, y, explained } = map;
  const [left, top] = [xScale(FRAME, roomy(x)), yScale(FRAME, roomy(y))];
  const points = sequences.map(
    ({ agent, role, group, scenario, load }, i) =>
      html`<path
        transform="translate(${round(left(x[i]))} ${round(top(y[i]))})"
        d="${symbolPath(group)}"
        fill="${seriesColor(group)}"
        fill-opacity=".7"
        ><title>${agent} (${role}), ${scenario}, ${load}</title></path
      > `,
  );
  const axis = (index: 0 | 1, word: string): string => `${word} principal coordinate (${percent(explained[index], 0)})`;
  return {
    id: 'map',
    title: 'Map of action sequences',
    description: `${sequences.length} action sequences by the principal coordinates of their distances, ${percent(explained[0] + explained[1], 0)} of which the picture shows; color and shape tell the group.`,
    width: FRAME.width,
    height: FRAME.height,
    drawing: html`${yAxis(FRAME, top, { label: axis(1, 'second') })}${xAxis(FRAME, left, { label: axis(0, 'first') })}${points}`,
    marks: groupNames.map((name, group) => ({ name: `group ${name}`, series: group, mark: 'point' as const })),
  };
}
