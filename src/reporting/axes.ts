/** A plot area with axes, grid lines, and the names of what is plotted. */
import { scaleLinear, type ScaleLinear } from 'd3-scale';
import { html, type Html } from './html.ts';
import { compact } from './numbers.ts';

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export type Linear = ScaleLinear<number, number>;
export type Extent = readonly [number, number];

export const xScale = ({ width, left, right }: Frame, domain: Extent): Linear =>
  scaleLinear()
    .domain(padded(domain))
    .range([left, width - right]);

/** Rounded to whole ticks, so that no line runs into the frame. */
export const yScale = ({ height, top, bottom }: Frame, domain: Extent, ticks = 5): Linear =>
  scaleLinear()
    .domain(padded(domain))
    .nice(ticks)
    .range([height - bottom, top]);

/** A single value still needs an axis with a length. */
const padded = ([low, high]: Extent): Extent => {
  if (low < high) return [low, high];
  const margin = Math.abs(low) * 0.05 || 1;
  return [low - margin, low + margin];
};

/** The finite ones' smallest and largest; [0, 1] where there is none. */
export function extentOf(values: readonly (number | null | undefined)[]): Extent {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? [low, high] : [0, 1];
}

export interface AxisOptions {
  readonly label: string;
  /** Default: as many decimals as the ticks need. */
  readonly format?: (value: number) => string;
  readonly ticks?: number;
}

export function xAxis(
  frame: Frame,
  scale: Linear,
  { label, ticks = 6, format = formatOf(scale, ticks) }: AxisOptions,
): Html {
  const bottom = frame.height - frame.bottom;
  const middle = (frame.left + frame.width - frame.right) / 2;
  return html`${scale.ticks(ticks).map((tick) => {
      const x = round(scale(tick));
      return html`<line class="grid-line" x1="${x}" x2="${x}" y1="${frame.top}" y2="${bottom}" /><text
          class="tick"
          x="${x}"
          y="${bottom + 17}"
          text-anchor="middle"
          >${format(tick)}</text
        >`;
    })}<line class="axis" x1="${frame.left}" x2="${frame.width - frame.right}" y1="${bottom}" y2="${bottom}" /><text
      class="small"
      x="${middle}"
      y="${bottom + 36}"
      text-anchor="middle"
      >${label}</text
    >`;
}

/** The label stands above the axis, to be read without turning the head. */
export function yAxis(
  frame: Frame,
  scale: Linear,
  { label, ticks = 5, format = formatOf(scale, ticks) }: AxisOptions,
): Html {
  return html`${scale.ticks(ticks).map((tick) => {
      const y = round(scale(tick));
      return html`<line
          class="grid-line"
          x1="${frame.left}"
          x2="${frame.width - frame.right}"
          y1="${y}"
          y2="${y}"
        /><text class="tick" x="${frame.left - 8}" y="${y + 4}" text-anchor="end">${format(tick)}</text>`;
    })}<text class="small" x="${0}" y="${14}">${label}</text>`;
}

/** Without the commas that d3 puts between thousands. */
function formatOf(scale: Linear, ticks: number): (value: number) => string {
  if (Math.max(...scale.domain().map(Math.abs)) >= 1e4) return compact;
  const format = scale.tickFormat(ticks);
  return (value) => format(value).replaceAll(',', '');
}

/** To a tenth of a pixel: smaller files, and the same on every machine. */
export const round = (value: number): number => Math.round(value * 10) / 10;
