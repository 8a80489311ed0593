/** Tables as files for other programs. */
import type { FanSeries, TwinAccuracy, TwinCalibration, TwinRanking } from '../protocol/twin-report.ts';

type Cell = string | number | undefined;

/** As RFC 4180. A text that a spreadsheet would take for a formula is kept from being one. */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: Cell): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export const fanCsv = (interval: number, { recorded, low, middle, high }: FanSeries): string =>
  csv([
    ['seconds', 'recorded', 'twin', 'low', 'high'],
    ...recorded.map((value, i) => [(i + 1) * interval, value, middle[i], low[i], high[i]]),
  ]);

export const errorsCsv = (model: string, { horizons }: TwinAccuracy): string =>
  csv([
    ['model', 'metric', 'intervals', 'seconds', 'count', 'mae', 'rmse', 'bias', 'r2', 'mae of no change'],
    ...horizons.flatMap(({ intervals, seconds, metrics }) =>
      metrics.map(({ name, error: { count, mae, rmse, bias, r2, persistence } }) => [
        model,
        name,
        intervals,
        seconds,
        count,
        mae,
        rmse,
        bias,
        r2,
        persistence,
      ]),
    ),
  ]);

export const rankingCsv = ({ systems }: TwinRanking): string =>
  csv([
    ['system', 'J on the cluster', 'J in the twin'],
    ...systems.map(({ name, cluster, twin }) => [name, cluster, twin]),
  ]);

export const parametersCsv = ({ values }: TwinCalibration): string =>
  csv([
    [
      'parameter',
      'service',
      'unit',
      'specification',
      'fitted',
      'plausible from',
      'plausible to',
      'identifiable',
      'note',
    ],
    ...values.map(({ name, service, unit, spec, value, plausible, identifiable, note }) => [
      name,
      service ?? 'all',
      unit,
      spec,
      value,
      plausible[0],
      plausible[1],
      identifiable ? 'yes' : 'no',
      note,
    ]),
  ]);
