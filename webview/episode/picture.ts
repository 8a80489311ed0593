/** An episode as one picture: its charts below one another, then its lanes. */
import type { Pen } from '../shared/pen.ts';
import { drawPicture, type ChartColors } from '../shared/picture.ts';
import { xExtent } from '../shared/series.ts';
import { GUTTER, type EpisodeChart } from './charts.ts';
import { drawRows, heightOf, RIGHT, type Row } from './lanes.ts';

const WIDTH = 1000;
const CHART_HEIGHT = 240;
const HEAD = 40;
/** Lanes have longer labels than charts. */
const LEFT = 20;
const BELOW = 16;
/** What drawPicture leaves left and right of a plot. */
const PLOT = { left: 80, right: 24 };

export function episodePicture(
  title: string,
  charts: readonly EpisodeChart[],
  rows: readonly Row[],
  colors: ChartColors,
): { readonly title: string; readonly width: number; readonly height: number; readonly draw: (pen: Pen) => void } {
  const top = HEAD + charts.length * CHART_HEIGHT;
  return {
    title,
    width: WIDTH,
    height: top + heightOf(rows) + BELOW,
    draw(pen) {
      pen.text(LEFT + PLOT.left, 26, title, { color: colors.text, size: 17, bold: true, anchor: 'start' });
      charts.forEach(({ data }, i) =>
        drawPicture(
          pen,
          data,
          { x: LEFT, y: HEAD + i * CHART_HEIGHT, width: WIDTH - LEFT, height: CHART_HEIGHT },
          colors,
        ),
      );
      // So that lanes stand below the plots.
      const x = LEFT + PLOT.left - GUTTER;
      const place = { x, y: top, width: WIDTH - PLOT.right + RIGHT - x };
      drawRows(pen, rows, place, xExtent(charts[0].data), colors);
    },
  };
}
