/** Colors and shapes of groups and moves. */
import type { ChartColors } from '../shared/picture.ts';
import type { Model } from './model.ts';
import type { State } from './state.ts';

/** Of the theme (theme.ts has them): what the charts are drawn with. */
export interface Colors extends ChartColors {
  readonly focus: string;
}

const SHAPES = 8;

/** Color of a group. The colors repeat with other shapes. */
export const groupColor = (group: number, { series }: Colors): string => series[group % series.length];
/** As markers.ts counts: the pairs of color and shape differ for 64 groups. */
export const groupShape = (group: number): number => ((group + Math.floor(group / SHAPES)) % SHAPES) + 1;

/** Places in the palette: orange for up, blue for down, as most people can tell apart. */
const UP = 1;
const DOWN = 0;
/** The least strength of the color of a small move. */
const WEAKEST = 0.4;

/** Color of each symbol: by direction and size, or by service; hold is the color of nothing. */
export function moveColors({ analysis }: Model, by: State['colors'], theme: Colors): string[] {
  const largest = Math.max(1, ...analysis.moves.map(({ move }) => Math.abs(move)));
  return analysis.moves.map(({ service, move }) => {
    if (service < 0) return mix(theme.background, theme.text, 0.07);
    const color = by === 'service' ? theme.series[service % theme.series.length] : theme.series[move > 0 ? UP : DOWN];
    const strength = by === 'service' ? 1 : WEAKEST + (1 - WEAKEST) * (Math.abs(move) / largest);
    return mix(theme.background, color, strength);
  });
}

/** Of two colors; 0 = the first, 1 = the second. What is no plain color gives the second. */
export function mix(first: string, second: string, share: number): string {
  const [a, b] = [channels(first), channels(second)];
  if (!a || !b) return second;
  return `#${a.map((value, i) => hex(value + (b[i] - value) * share)).join('')}`;
}

/** Black or white, whichever is easier to read on a color. */
export function inkOn(color: string): string {
  const [red, green, blue] = channels(color) ?? [0, 0, 0];
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#000000' : '#ffffff';
}

/** Red, green and blue of #rgb, #rrggbb(aa) or rgb(r, g, b). */
function channels(color: string): readonly number[] | undefined {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(color);
  if (short) return short.slice(1).map((digit) => Number.parseInt(digit + digit, 16));
  const long = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})?$/i.exec(color);
  if (long) return long.slice(1, 4).map((digits) => Number.parseInt(digits, 16));
  const given = /^rgba?\(\s*([\d.]+)[\s,]+([\d.]+)[\s,]+([\d.]+)/.exec(color);
  return given?.slice(1).map(Number);
}

const hex = (value: number): string => Math.round(value).toString(16).padStart(2, '0');
