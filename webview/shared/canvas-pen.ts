import type { Pen, Point, Stroke, TextStyle } from './pen.ts';

/** A pen that draws on a canvas. */
export class CanvasPen implements Pen {
  readonly #context: CanvasRenderingContext2D;
  readonly #font: string;

  constructor(context: CanvasRenderingContext2D, font: string) {
    this.#context = context;
    this.#font = font;
  }

  fillRect(x: number, y: number, width: number, height: number, color: string): void {
    this.#context.fillStyle = color;
    this.#context.fillRect(x, y, width, height);
  }

  line(points: readonly Point[], { color, width, dash }: Stroke): void {
    const context = this.#context;
    context.strokeStyle = color;
    context.lineWidth = width;
    context.lineJoin = 'round';
    context.setLineDash([...dash]);
    this.#trace(points);
    context.stroke();
    context.setLineDash([]);
  }

  polygon(points: readonly Point[], color: string, opacity: number): void {
    this.#context.globalAlpha = opacity;
    this.#context.fillStyle = color;
    this.#trace(points);
    this.#context.closePath();
    this.#context.fill();
    this.#context.globalAlpha = 1;
  }

  text(x: number, y: number, text: string, { color, size, bold, anchor, turn = 0 }: TextStyle): void {
    const context = this.#context;
    context.save();
    context.translate(x, y);
    context.rotate((turn * Math.PI) / 180);
    context.fillStyle = color;
    context.font = `${bold ? 'bold ' : ''}${size}px ${this.#font}`;
    context.textAlign = anchor === 'middle' ? 'center' : anchor;
    context.fillText(text, 0, 0);
    context.restore();
  }

  clip(x: number, y: number, width: number, height: number, draw: () => void): void {
    this.#context.save();
    this.#context.beginPath();
    this.#context.rect(x, y, width, height);
    this.#context.clip();
    draw();
    this.#context.restore();
  }

  #trace(points: readonly Point[]): void {
    this.#context.beginPath();
    points.forEach(([x, y], i) => (i === 0 ? this.#context.moveTo(x, y) : this.#context.lineTo(x, y)));
  }
}
