import { CanvasPen } from './canvas-pen.ts';
import type { PictureFormat } from './export-menu.ts';
import { drawPicture, type Box } from './picture.ts';
import { SvgPen, type Pen } from './pen.ts';
import type { ChartData } from './series.ts';
import type { Theme } from './theme.ts';

/** The data of the message `save`. */
export interface SavedFile {
  readonly name: string;
  readonly content: string;
  readonly base64: boolean;
}

export const textFile = (name: string, content: string): SavedFile => ({ name, content, base64: false });

const SIZE = { width: 800, height: 440 };
/** Pixels of a PNG per pixel of the drawing. */
const SCALE = 2;

/** Returns one picture of one or several charts, in one or two columns. `name` has no extension. */
export function pictureFile(
  name: string,
  format: PictureFormat,
  charts: readonly ChartData[],
  theme: Theme,
): SavedFile {
  const columns = charts.length > 1 ? 2 : 1;
  const boxOf = (i: number): Box => ({
    x: (i % columns) * SIZE.width,
    y: Math.floor(i / columns) * SIZE.height,
    ...SIZE,
  });
  const picture: Drawing = {
    title: charts.map((chart) => chart.title).join(', '),
    width: SIZE.width * columns,
    height: SIZE.height * Math.ceil(charts.length / columns),
    draw: (pen) => charts.forEach((chart, i) => drawPicture(pen, chart, boxOf(i), theme)),
  };
  return drawingFile(name, format, picture, theme);
}

/** A picture that is not a line chart. */
export interface Drawing {
  /** For screen readers. */
  readonly title: string;
  readonly width: number;
  readonly height: number;
  readonly draw: (pen: Pen) => void;
}

/** Returns a drawing as a file, on the theme's background. `name` has no extension. */
export function drawingFile(
  name: string,
  format: PictureFormat,
  { title, width, height, draw }: Drawing,
  theme: Theme,
): SavedFile {
  if (format === 'svg') {
    const pen = new SvgPen(theme.fontFamily);
    pen.fillRect(0, 0, width, height, theme.background);
    draw(pen);
    return textFile(`${name}.svg`, pen.document(width, height, title));
  }
  const canvas = document.createElement('canvas');
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas to draw on');
  context.scale(SCALE, SCALE);
  context.fillStyle = theme.background;
  context.fillRect(0, 0, width, height);
  draw(new CanvasPen(context, theme.fontFamily));
  const address = canvas.toDataURL('image/png');
  return { name: `${name}.png`, content: address.slice(address.indexOf(',') + 1), base64: true };
}
