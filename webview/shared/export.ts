import { CanvasPen } from './canvas-pen.ts';
import { drawPicture, type Box } from './picture.ts';
import { SvgPen } from './pen.ts';
import type { ChartData } from './series.ts';
import type { Theme } from './theme.ts';

/** What the message `save` takes. */
export interface SavedFile {
  readonly name: string;
  readonly content: string;
  readonly base64: boolean;
}

const SIZE = { width: 800, height: 440 };
/** Pixels of a PNG for one of the drawing. */
const SCALE = 2;

/** One picture of one chart, or of all, in one or two columns. `name` has no ending. */
export function pictureFile(
  name: string,
  format: 'png' | 'svg',
  charts: readonly ChartData[],
  theme: Theme,
): SavedFile {
  const columns = charts.length > 1 ? 2 : 1;
  const width = SIZE.width * columns;
  const height = SIZE.height * Math.ceil(charts.length / columns);
  const boxOf = (i: number): Box => ({
    x: (i % columns) * SIZE.width,
    y: Math.floor(i / columns) * SIZE.height,
    ...SIZE,
  });
  const title = charts.map((chart) => chart.title).join(', ');
  if (format === 'svg') {
    const pen = new SvgPen(theme.fontFamily);
    pen.fillRect(0, 0, width, height, theme.background);
    charts.forEach((chart, i) => drawPicture(pen, chart, boxOf(i), theme));
    return { name: `${name}.svg`, content: pen.document(width, height, title), base64: false };
  }
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas to draw on');
  context.scale(SCALE, SCALE);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  const pen = new CanvasPen(context, theme.fontFamily);
  charts.forEach((chart, i) => drawPicture(pen, chart, boxOf(i), theme));
  const address = canvas.toDataURL('image/png');
  return { name: `${name}.png`, content: address.slice(address.indexOf(',') + 1), base64: true };
}
