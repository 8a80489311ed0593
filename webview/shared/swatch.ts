import { html, nothing, svg, type TemplateResult } from 'lit';
import { markerAt } from './markers.ts';
import type { Line } from './series.ts';

/** A short piece of a line as it looks in the chart. */
export function swatch({
  color,
  dash,
  marker,
  width,
}: Pick<Line, 'color' | 'dash' | 'marker' | 'width'>): TemplateResult {
  const corners =
    marker === 0
      ? ''
      : markerAt(marker, [15, 6], 4)
          .map((point) => point.join())
          .join(' ');
  return html`<svg class="swatch" viewBox="0 0 30 12" aria-hidden="true">
    <line
      x1="0"
      y1="6"
      x2="30"
      y2="6"
      stroke=${color}
      stroke-width=${width}
      stroke-dasharray=${dash.join(' ') || nothing}
    />
    ${corners ? svg`<polygon points=${corners} fill=${color} />` : nothing}
  </svg>`;
}
