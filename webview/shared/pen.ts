/** One interface for canvas (PNG) and SVG, so that both pictures are the same. Units are pixels, and y grows downward. */

export interface Stroke {
  readonly color: string;
  readonly width: number;
  readonly dash: readonly number[];
}

export interface TextStyle {
  readonly color: string;
  readonly size: number;
  readonly bold?: boolean;
  readonly anchor: 'start' | 'middle' | 'end';
  /** Clockwise rotation in degrees. */
  readonly turn?: number;
}

export type Point = readonly [x: number, y: number];

export interface Pen {
  fillRect(x: number, y: number, width: number, height: number, color: string): void;
  line(points: readonly Point[], stroke: Stroke): void;
  polygon(points: readonly Point[], color: string, opacity: number): void;
  text(x: number, y: number, text: string, style: TextStyle): void;
  /** Clips what `draw` draws to a box. */
  clip(x: number, y: number, width: number, height: number, draw: () => void): void;
}

/** A pen that writes SVG text. */
export class SvgPen implements Pen {
  readonly #parts: string[] = [];
  readonly #font: string;
  #clips = 0;

  constructor(font: string) {
    this.#font = font;
  }

  fillRect(x: number, y: number, width: number, height: number, color: string): void {
    this.#parts.push(`<rect${attributes({ x, y, width, height, fill: color })}/>`);
  }

  line(points: readonly Point[], { color, width, dash }: Stroke): void {
    const dashes = dash.length > 0 ? { 'stroke-dasharray': dash.join(' ') } : {};
    this.#parts.push(
      `<path${attributes({ d: path(points), fill: 'none', stroke: color, 'stroke-width': width, 'stroke-linejoin': 'round', ...dashes })}/>`,
    );
  }

  polygon(points: readonly Point[], color: string, opacity: number): void {
    this.#parts.push(`<path${attributes({ d: `${path(points)}Z`, fill: color, 'fill-opacity': opacity })}/>`);
  }

  text(x: number, y: number, text: string, { color, size, bold, anchor, turn }: TextStyle): void {
    const turned = turn ? { transform: `rotate(${turn} ${round(x)} ${round(y)})` } : {};
    const weight = bold ? { 'font-weight': 'bold' } : {};
    this.#parts.push(
      `<text${attributes({ x, y, fill: color, 'font-size': size, 'text-anchor': anchor, ...weight, ...turned })}>${escape(text)}</text>`,
    );
  }

  clip(x: number, y: number, width: number, height: number, draw: () => void): void {
    const id = `clip${this.#clips++}`;
    this.#parts.push(
      `<clipPath id="${id}"><rect${attributes({ x, y, width, height })}/></clipPath><g clip-path="url(#${id})">`,
    );
    draw();
    this.#parts.push('</g>');
  }

  /** Returns the whole document. `title` is for screen readers. */
  document(width: number, height: number, title: string): string {
    const box = attributes({
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'font-family': this.#font,
    });
    return `<svg xmlns="http://www.w3.org/2000/svg"${box}>\n<title>${escape(title)}</title>\n${this.#parts.join('\n')}\n</svg>\n`;
  }
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? round(value) : escape(value)}"`)
    .join('');
}

function path(points: readonly Point[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
}

const round = (value: number) => Math.round(value * 100) / 100;

/** Escapes a text for content and attributes. Characters that XML forbids are left out. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd]/g, '')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
