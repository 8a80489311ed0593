/** A picture of the report as a file of its own, with its title and its legend. */
import { Html, html } from '../html.ts';
import { legendMark, type FigureOptions, type LegendEntry } from '../html-fragments.ts';
import { SVG_STYLES, withColors } from '../theme.ts';

export interface Picture extends Omit<FigureOptions, 'data' | 'legend'> {
  readonly marks?: readonly LegendEntry[];
}

const STYLES = new Html(SVG_STYLES);
const MARGIN = 16;
const TITLE = 34;
const ENTRY = 20;

/** SVG 1.1 with its colors and fonts inside. Same picture, same text. */
export function svgFile({ title, description, caption, width, height, drawing, marks = [] }: Picture): string {
  const below = TITLE + height + 14;
  const size = { width: width + 2 * MARGIN, height: below + ENTRY * marks.length + MARGIN };
  const entries = marks.map(
    (entry, i): Html =>
      html`<g transform="translate(0 ${below + ENTRY * i})"
        >${legendMark(entry)}<text x="36" y="12">${entry.name}</text></g
      > `,
  );
  const content = html`<title>${title}</title>
    <desc>${[description, caption].filter(Boolean).join(' ')}</desc>
    <style>
      ${STYLES}
    </style>
    <rect width="100%" height="100%" fill="var(--background)" />
    <g transform="translate(${MARGIN} 0)">
      <text x="0" y="23" font-size="16" font-weight="600">${title}</text>
      <g transform="translate(0 ${TITLE})">${drawing}</g>
      ${entries}</g
    >`;
  return withColors(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" viewBox="0 0 ${size.width} ${size.height}" role="img">\n${content.text}\n</svg>\n`,
  );
}
