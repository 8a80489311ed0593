/** The report of a run: one HTML file that needs no network and no script. */
import { comparisonSection } from './comparison-section.ts';
import type { ReportData } from './data.ts';
import { html, Html } from './html.ts';
import { learningSection } from './learning-section.ts';
import { section } from './html-fragments.ts';
import { relationsSection } from './relations-section.ts';
import { rolesSection } from './roles-section.ts';
import { summarySection } from './summary-section.ts';
import { STYLES } from './theme.ts';
import { transferSection } from './transfer-section.ts';
import { twinSection } from './twin-section.ts';

const SECTIONS = [
  ['summary', 'Summary', summarySection],
  ['learning', 'Learning', learningSection],
  ['twin', 'Twin', twinSection],
  ['roles', 'Roles and goals', rolesSection],
  ['relations', 'Relations', relationsSection],
  ['comparison', 'Comparison', comparisonSection],
  ['transfer', 'Transfer', transferSection],
  ['problems', 'Problems', problemsSection],
] as const;

export interface ReportOptions {
  /** Default: as the reader's system is set. */
  readonly theme?: 'light' | 'dark';
}

/** Same data, same bytes. */
export function writeReport(data: ReportData, { theme }: ReportOptions = {}): string {
  const document = html`<!doctype html>
    <html lang="en" ${theme && html` data-theme="${theme}"`}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        />
        <title>${data.title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${new Html(STYLES)}
        </style>
      </head>
      <body>
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <h1>${data.title}</h1>
          <nav aria-label="Sections">
            <ul>
              ${SECTIONS.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}
            </ul>
          </nav>
        </header>
        <main id="main">${SECTIONS.map(([, , write]) => write(data))}</main>
        <footer><p>Made by karma-mas. Every figure is of this run: ${data.summary.command}</p></footer>
      </body>
    </html> `;
  return document.text;
}

function problemsSection({ problems }: ReportData): Html {
  if (problems.length === 0) return section('problems', 'Problems', html`<p>None were noted.</p>`);
  return section(
    'problems',
    'Problems',
    html`<ul class="problems">
      ${problems.map(
        ({ level, phase, message }) => html`<li><strong>${level}</strong>${phase && ` (${phase})`}: ${message}</li>`,
      )}
    </ul>`,
  );
}
