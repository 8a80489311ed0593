/** Tables as files for other programs. */
import type { FanSeries, TwinAccuracy, TwinCalibration, TwinRanking } from '../protocol/twin-report.ts';
import { csv } from '../shared/csv.ts';

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
