import { html, nothing, svg, type TemplateResult } from 'lit';
import { percent } from '../shared/sections.ts';

/** A share as a bar with its number. */
export function bar(share: number | undefined, kind: 'played' | 'free'): TemplateResult {
  return html`<span class="bar-cell"
    ><svg class="mark ${kind}" aria-hidden="true">
      <rect class="track" y="3" width="100%" height="10"></rect>
      ${share === undefined ? nothing : svg`<rect class="value" y="3" width="${100 * share}%" height="10"></rect>`}</svg
    ><span class="number">${percent(share)}</span></span
  >`;
}
