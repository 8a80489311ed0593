/** Small pictures inside tables; the numbers beside them say the same. Lengths are shares of the width, in percent. */
import { html, nothing, svg, type TemplateResult } from 'lit';

/** Percent left free at either side, for marks at the ends. */
const PAD = 4;
/** A bar this many times as long as "no change" is cut. */
const LONGEST = 1.5;

const picture = (content: unknown): TemplateResult => html`<svg class="mark" aria-hidden="true">${content}</svg>`;
const percent = (value: number): string => `${Math.round(value * 100) / 100}%`;

/** An error over that of assuming no change: a bar, and a mark at 1. */
export function bar(error: number, noChange: number): TemplateResult {
  const ratio = noChange > 0 ? error / noChange : error > 0 ? LONGEST : 0;
  const one = 100 / LONGEST;
  return picture(
    svg`<rect class="track" x="0" y="4" width="100%" height="6"></rect>
      <rect class=${ratio > 1 ? 'worse' : 'better'} x="0" y="4" width=${percent(Math.min(ratio, LONGEST) * one)} height="6"></rect>
      <line class="limit" x1=${percent(one)} x2=${percent(one)} y1="1" y2="13"></line>`,
  );
}

/** Two values of one thing on a common scale. */
export function dumbbell(cluster: number, twin: number, { from, to }: { from: number; to: number }): TemplateResult {
  const x = (value: number) => place((value - from) / Math.max(1e-12, to - from));
  return picture(svg`${axis()}${link('link', x(cluster), x(twin))}${tick(x(cluster))}${dot(x(twin))}`);
}

/** A fitted value, what is as plausible, and what the specification says; on a logarithmic scale. */
export function interval(value: number, spec: number | undefined, low: number, high: number): TemplateResult {
  const known = [value, low, high, ...(spec === undefined ? [] : [spec])].filter((each) => each > 0);
  if (known.length === 0) return html`${nothing}`;
  const [least, most] = [Math.log(Math.min(...known)), Math.log(Math.max(...known))];
  const x = (each: number) => place(each > 0 ? (Math.log(each) - least) / Math.max(1e-9, most - least) : 0);
  return picture(
    svg`${axis()}${link('range', x(low), x(high))}${spec === undefined ? nothing : tick(x(spec))}${dot(x(value))}`,
  );
}

const place = (share: number): string => percent(PAD + share * (100 - 2 * PAD));
const axis = () => svg`<line class="axis" x1="0" x2="100%" y1="7" y2="7"></line>`;
const link = (kind: string, from: string, to: string) =>
  svg`<line class=${kind} x1=${from} x2=${to} y1="7" y2="7"></line>`;
const dot = (x: string) => svg`<circle class="twin" cx=${x} cy="7" r="4"></circle>`;
const tick = (x: string) => svg`<line class="tick" x1=${x} x2=${x} y1="1" y2="13"></line>`;
