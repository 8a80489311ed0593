/** Builds the contents of the table that replaces a chart. */
import { t } from './l10n.ts';
import { compact } from './numbers.ts';
import { pointAt, xExtent, type ChartData, type Line } from './series.ts';

/** Number of rows, evenly spaced over the shown part of the x axis. The CSV export has every value. */
const ROWS = 60;

export interface Table {
  /** The first column is x. If a line has a band, its columns are below its name. */
  readonly columns: readonly { readonly label: string; readonly parts: readonly string[] }[];
  readonly rows: readonly (readonly string[])[];
}

/** Returns the texts of the cells: x, then every line with its band except for faint ones, then every level. */
export function tableOf(data: ChartData): Table {
  const lines = data.lines.filter(({ faint }) => !faint);
  const hasBand = (line: Line) => line.low?.some((value) => value !== null) ?? false;
  const text = (value: number | undefined) => (value === undefined ? '' : compact(value));
  const rows = positions(data).map((x) => [
    data.formatX(x),
    ...lines.flatMap((line) => {
      const point = pointAt(line, x);
      return hasBand(line) ? [text(point?.y), text(point?.low), text(point?.high)] : [text(point?.y)];
    }),
    ...data.levels.map((level) => compact(level.y)),
  ]);
  const columns = [
    { label: data.xLabel, parts: [] },
    ...lines.map((line) => ({ label: line.label, parts: hasBand(line) ? [t('mean'), t('low'), t('high')] : [] })),
    ...data.levels.map(({ label }) => ({ label, parts: [] })),
  ];
  return { columns, rows };
}

/** Returns the x positions of the longest line, thinned out evenly. */
function positions(data: ChartData): number[] {
  const { from, to } = xExtent(data);
  const longest = data.lines.reduce<readonly number[]>((best, { x }) => (x.length > best.length ? x : best), []);
  const shown = longest.filter((x) => x >= from && x <= to);
  if (shown.length <= ROWS) return shown;
  return Array.from({ length: ROWS }, (_, i) => shown[Math.round((i * (shown.length - 1)) / (ROWS - 1))]);
}
