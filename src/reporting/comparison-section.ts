import {
  ALL,
  compare,
  overEpisodes,
  scenariosOf,
  systemOf,
  type Evaluation,
  type SystemResult,
} from '../evaluating/evaluation.ts';
import { METRICS } from '../evaluating/metrics.ts';
import type { Estimate } from '../evaluating/statistics.ts';
import { tablesOf } from '../evaluating/tables.ts';
import { extentOf, round, xAxis, xScale, type Frame } from './axes.ts';
import type { ReportData } from './data.ts';
import { html, type Html } from './html.ts';
import { fixed, isKnown } from './numbers.ts';
import { figure, folded, missing, section, symbolPath, table, tableOf } from './html-fragments.ts';
import { seriesColor } from './theme.ts';

const ROW = 26;

/** Systems against scenarios, with intervals. */
export function comparisonSection({ evaluation: data }: ReportData): Html {
  if (!data || data.evaluation.systems.length === 0)
    return section('comparison', 'Comparison', missing('evaluating', 'karma-mas evaluate'));
  const { evaluation, bases } = data;
  const present = bases.filter((base) => evaluation.systems.some(({ name }) => name === base));
  const [results, scenarios, ...others] = tablesOf(evaluation, bases);
  const hours = evaluation.episodes.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  return section(
    'comparison',
    'Comparison',
    html`<p>
      ${evaluation.episodes.length} episodes (${fixed(hours, 1)} h) of the ‘${evaluation.split}’ part of the load, seed
      ${evaluation.seed}; every system counted over intervals of ${evaluation.accountingInterval} s. J = resilience −
      ${evaluation.cost} × allocated share of CPU.
    </p>`,
    dotPlot(evaluation),
    present.map((base) => differencePlot(evaluation, base)),
    tableOf(results),
    tableOf(scenarios),
    folded('All other tables', others.map(tableOf)),
  );
}

export const label = ({ name, values: { objective } }: SystemResult): string =>
  objective.length > 1 ? `${name} [${objective.length} seeds]` : name;

interface Row {
  readonly name: string;
  /** Color and shape: the same for a system in every picture. */
  readonly series: number;
  readonly estimate: Estimate;
}

/** J of every system over all episodes. */
function dotPlot(evaluation: Evaluation): Html {
  const rows = evaluation.systems.map((system, series): Row => ({
    name: label(system),
    series,
    estimate: overEpisodes(evaluation, system, 'objective'),
  }));
  return rowsFigure({
    id: 'comparison-objective',
    title: 'J of every system, all scenarios',
    description: 'Mean J over the episodes with its 95 % interval, one row per system.',
    axis: `mean ${METRICS.objective.title}, 95 % interval over episodes`,
    panels: [{ title: '', rows }],
    caption:
      'Intervals hold for other episodes. They are wide because episodes differ much; the differences below are paired, and far surer.',
  });
}

/** Differences to one system, paired by episode, for each scenario. */
function differencePlot(evaluation: Evaluation, base: string): Html {
  const reference = systemOf(evaluation, base);
  const systems = evaluation.systems
    .map((system, series) => ({ system, series }))
    .filter(({ system }) => system !== reference);
  const panels = [ALL, ...scenariosOf(evaluation)].map((scenario) => ({
    title: scenario === ALL ? 'all scenarios' : scenario,
    rows: systems.map(({ system, series }): Row => ({
      name: label(system),
      series,
      estimate: compare(evaluation, system, reference, 'objective', scenario),
    })),
  }));
  return rowsFigure({
    id: `comparison-${base.replace(/\W+/g, '-')}`,
    title: `J above that of ${base}`,
    description: `Mean difference of J to ${base}, paired by episode, with its 95 % interval, by scenario. Right of the zero line is better than ${base}.`,
    axis: `difference of J to ${base}, paired, 95 % interval`,
    panels,
    zero: true,
    caption: `Right of the line: better than ${base}. An interval that crosses the line says that the difference may be chance. What runs out of the picture is marked with an arrow.`,
  });
}

interface Panel {
  readonly title: string;
  readonly rows: readonly Row[];
}

interface RowsOptions {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly axis: string;
  readonly panels: readonly Panel[];
  readonly zero?: boolean;
  readonly caption: string;
}

const AXIS = 50;
const PANEL_TITLE = 24;

function rowsFigure({ id, title, description, axis, panels, zero, caption }: RowsOptions): Html {
  const names = panels.flatMap(({ rows }) => rows.map(({ name }) => name.length));
  const left = Math.min(260, 24 + 7.6 * Math.max(0, ...names));
  const single = panels.length === 1;
  const columns = single ? 1 : 2;
  const width = 960;
  const panelWidth = single ? width : (width - left) / 2;
  const domain = domainOf(panels, zero === true);
  const panelHeight = (single ? 8 : PANEL_TITLE) + ROW * Math.max(...panels.map(({ rows }) => rows.length)) + AXIS;
  const height = panelHeight * Math.ceil(panels.length / columns);
  const drawing = panels.map((panel, i) => {
    const [column, line] = [i % columns, Math.floor(i / columns)];
    const offset = single ? 0 : column * panelWidth;
    const frame: Frame = {
      width: single ? width : left + panelWidth,
      height: panelHeight,
      left,
      right: 24,
      top: single ? 8 : PANEL_TITLE,
      bottom: AXIS,
    };
    return html`<g transform="translate(${round(offset)} ${round(line * panelHeight)})"
      >${panelOf(panel, frame, { domain, axis, zero: zero === true, named: column === 0 })}</g
    >`;
  });
  return figure({
    id,
    title,
    description,
    width,
    height,
    drawing,
    caption,
    data: table(
      title,
      ['system', ...panels.map((panel) => panel.title || 'all scenarios')],
      panels[0].rows.map(({ name }, r) => [
        name,
        ...panels.map(({ rows }) => `${fixed(rows[r].estimate.mean, 4)} ± ${fixed(rows[r].estimate.interval, 4)}`),
      ]),
    ),
  });
}

interface PanelLook {
  readonly domain: readonly [number, number];
  readonly axis: string;
  /** Draws a line at zero. */
  readonly zero: boolean;
  /** Writes the systems' names to the left. */
  readonly named: boolean;
}

function panelOf({ title, rows }: Panel, frame: Frame, { domain, axis, zero, named }: PanelLook): Html {
  const x = xScale(frame, domain);
  const clamp = (value: number) => Math.max(frame.left, Math.min(frame.width - frame.right, x(value)));
  const bottom = frame.height - frame.bottom;
  return html`${title !== '' && html`<text x="${frame.left}" y="14" font-weight="600">${title}</text>`}${xAxis(frame, x, { label: axis, ticks: 5 })}
  ${zero && html`<line x1="${round(x(0))}" x2="${round(x(0))}" y1="${frame.top}" y2="${bottom}" stroke="var(--text)" stroke-width="1.5" />`}
  ${rows.map(({ name, series, estimate: { mean, interval } }, i) => {
    const y = frame.top + ROW * (i + 0.5);
    const text = named && html`<text x="${frame.left - 14}" y="${y + 4}" text-anchor="end">${name}</text>`;
    if (!isKnown(mean)) return html`${text}<text class="small" x="${frame.left + 4}" y="${y + 4}">no episodes</text>`;
    const color = seriesColor(series);
    const half = isKnown(interval) ? interval : 0;
    const [from, to] = [clamp(mean - half), clamp(mean + half)];
    const outside = mean < domain[0] ? 'left' : mean > domain[1] ? 'right' : undefined;
    const point = outside
      ? html`<path
            d="${outside === 'left' ? `M${frame.left + 2} ${y}l9 -6v12Z` : `M${frame.width - frame.right - 2} ${y}l-9 -6v12Z`}"
            fill="${color}"
          /><text
            class="small"
            x="${outside === 'left' ? frame.left + 16 : frame.width - frame.right - 16}"
            y="${y + 4}"
            text-anchor="${outside === 'left' ? 'start' : 'end'}"
            >${fixed(mean, 3)}</text
          >`
      : html`<line
            x1="${round(from)}"
            x2="${round(to)}"
            y1="${y}"
            y2="${y}"
            stroke="${color}"
            stroke-width="2.5"
          /><path transform="translate(${round(x(mean))} ${y})" d="${symbolPath(series)}" fill="${color}" />`;
    return html`${text}<g
        ><title>${name}${title && `, ${title}`}: ${fixed(mean, 4)} ± ${fixed(half, 4)}</title>${point}</g
      >`;
  })}`;
}

/**
 * Of all panels, so that they can be compared. In differences, a system that is far behind would squeeze the rest: what lies
 * beyond three times the middle distance runs out of the picture.
 */
function domainOf(panels: readonly Panel[], zero: boolean): readonly [number, number] {
  const estimates = panels
    .flatMap(({ rows }) => rows.map(({ estimate }) => estimate))
    .filter(({ mean }) => isKnown(mean));
  const ends = (chosen: readonly Estimate[]) =>
    chosen.flatMap(({ mean, interval }) => (isKnown(interval) ? [mean - interval, mean + interval] : [mean]));
  if (!zero) return extentOf(ends(estimates));
  const sizes = estimates.map(({ mean }) => Math.abs(mean)).sort((a, b) => a - b);
  const far = 3 * (sizes[Math.floor(sizes.length / 2)] ?? 0);
  const shown = estimates.filter(({ mean }) => Math.abs(mean) <= far || far === 0);
  const [low, high] = extentOf([0, ...ends(shown)]);
  const margin = 0.04 * (high - low);
  return [low - margin, high + margin];
}
