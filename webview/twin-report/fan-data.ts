/** An open-loop fan as a chart: the record, and the twin's mean with its range. */
import type { FanSeries } from '../protocol/twin-report.ts';
import { t } from '../shared/l10n.ts';
import { compact, duration } from '../shared/numbers.ts';
import type { ChartData, Interval } from '../shared/series.ts';
import { metricLabel } from './metrics.ts';

/** Of the theme. */
export interface FanColors {
  readonly text: string;
  readonly series: readonly string[];
}

export function fanChart(
  name: string,
  title: string,
  interval: number,
  series: FanSeries,
  range: Interval | null,
  colors: FanColors,
): ChartData {
  const x = series.recorded.map((_, i) => (i + 1) * interval);
  const { label, unit } = metricLabel(name);
  return {
    title,
    xLabel: t('after the origin'),
    yLabel: unit === '' ? label : unit,
    lines: [
      {
        key: 'twin',
        label: t('twin'),
        x,
        y: series.middle,
        low: series.low,
        high: series.high,
        color: colors.series[0],
        dash: [7, 4],
        marker: 0,
        width: 2,
        faint: false,
      },
      {
        key: 'recorded',
        label: t('recorded'),
        x,
        y: series.recorded,
        color: colors.text,
        dash: [],
        marker: 0,
        width: 2,
        faint: false,
      },
    ],
    levels: [],
    marks: [],
    range,
    ignoreOutliers: false,
    formatX: duration,
    xIsTime: true,
  };
}

/** How often the record stays inside the twin's range, and how far the mean is off, in a sentence. */
export function fanSummary({ recorded, low, middle, high }: FanSeries): string {
  const inside = recorded.filter((value, i) => value >= low[i] && value <= high[i]).length;
  const error = recorded.reduce((sum, value, i) => sum + Math.abs(value - middle[i]), 0) / recorded.length;
  return t(
    'In {0} % of the intervals the record is inside the range; mean absolute error {1}.',
    Math.round((100 * inside) / recorded.length),
    compact(error),
  );
}
