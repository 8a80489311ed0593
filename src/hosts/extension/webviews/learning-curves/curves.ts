import type { MetricName } from '../../../../runs/metric-names.ts';
import type { Query } from '../../../../../webview/protocol/learning-curves.ts';
import { meanOverSeeds, type SeedValues } from './mean.ts';
import { JUDGED, type Column, type SeedColumns } from './seed-columns.ts';
import { smooth } from './smooth.ts';
import { thinOut, type Points } from './thin-out.ts';

/** What a metric is compared with: the default HPA's value of it on the same episodes. */
const HPA_OF: Readonly<Partial<Record<string, MetricName>>> = { 'cluster/objective': 'cluster/hpa_objective' };

/** The curves of one run for one metric: 'mean', where known 'hpa', and each seed's if asked for. */
export function curvesOf(
  seeds: ReadonlyMap<number, SeedColumns>,
  metric: string,
  query: Pick<Query, 'axis' | 'smoothing' | 'eachSeed' | 'range' | 'buckets'>,
): Map<string, Points> {
  // Judgments are few, and means of many episodes already: smoothed they would lag behind.
  const weight = metric === JUDGED ? 0 : query.smoothing;
  const valuesOf = (name: string) => {
    const columns = [...seeds].flatMap(([seed, columns]): [number, Column][] => {
      const column = columns.column(name);
      return column ? [[seed, column]] : [];
    });
    return columns.map(([seed, { step, seconds, value }]): [number, SeedValues] => [
      seed,
      { step, x: query.axis === 'step' ? step : seconds, value: smooth(value, weight) },
    ]);
  };
  const thin = (points: Points) => thinOut(points, query.range, query.buckets);
  const curves = new Map<string, Points>();
  const values = valuesOf(metric);
  if (values.length === 0) return curves;
  curves.set('mean', thin(meanOverSeeds(values.map(([, seed]) => seed))));
  const hpa = HPA_OF[metric];
  if (hpa !== undefined) {
    const { x, y } = meanOverSeeds(valuesOf(hpa).map(([, seed]) => seed));
    if (x.length > 0) curves.set('hpa', thin({ x, y }));
  }
  if (query.eachSeed && values.length > 1)
    for (const [seed, { x, value }] of values) curves.set(String(seed), thin({ x, y: value }));
  return curves;
}
