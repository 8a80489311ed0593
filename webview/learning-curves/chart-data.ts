import type { RunInfo } from '../protocol/learning-curves.ts';
import { t } from '../shared/l10n.ts';
import { dashOf } from '../shared/markers.ts';
import { compact, duration } from '../shared/numbers.ts';
import type { ChartData, Level, Line, Mark } from '../shared/series.ts';
import type { ChartColors } from '../shared/picture.ts';
import type { CurveStore, StoredCurve } from './curve-store.ts';
import type { Metric } from './metrics.ts';
import type { State } from './state.ts';

/** 20261124-142938-run-default is too long beside a curve: the training and when it began. */
export function runLabel(run: RunInfo): string {
  const name = run.training || run.name;
  const began = new Date(run.createdAt);
  const today = began.toDateString() === new Date().toDateString();
  const time = began.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  const day = began.toLocaleDateString([], { day: 'numeric', month: 'short' });
  return run.createdAt === 0 ? name : `${name}, ${today ? '' : `${day} `}${time}`;
}

/** One chart: every run shown as its mean and band, single seeds behind, the HPA and the convergence marks. */
export function chartDataOf(
  metric: Metric,
  state: State,
  runs: readonly RunInfo[],
  curves: CurveStore,
  theme: ChartColors,
): ChartData {
  const lines: Line[] = [];
  const levels: Level[] = [];
  const marks: Mark[] = [];
  const { extent } = curves;
  const isTime = state.axis === 'time';
  const several = state.runs.length > 1;
  for (const { id, slot } of state.runs) {
    const run = runs.find((other) => other.id === id);
    if (!run) continue;
    const color = theme.series[slot % theme.series.length];
    const name = runLabel(run);
    const stored = curves.of(metric.id, id);
    for (const [of, curve] of stored) lines.push(lineOf({ id, slot, name, of, curve, several, theme }));
    if (metric.id === 'judged' && run.hpa !== undefined && stored.size > 0)
      levels.push({ label: several ? t('HPA of {0}', name) : t('default HPA'), y: run.hpa, color: theme.text });
    if (metric.id === 'charts/episodic_return' || metric.id === 'judged')
      marks.push(...marksOf(run, state, color, isTime));
  }
  return {
    title: metric.title,
    xLabel: isTime ? t('training time') : t('step'),
    yLabel: metric.unit,
    lines,
    levels: distinct(levels),
    marks: lines.length > 0 ? marks : [],
    range: state.range,
    ...(extent ? { all: extent } : {}),
    ignoreOutliers: state.ignoreOutliers,
    formatX: isTime ? duration : (x) => Math.round(x).toLocaleString('en').replaceAll(',', '\u202f'),
    xIsTime: isTime,
  };
}

interface LineOptions {
  /** Of the run, and its place in the palette. */
  readonly id: string;
  readonly slot: number;
  /** Of the run, for people. */
  readonly name: string;
  /** 'mean', 'hpa' or a seed. */
  readonly of: string;
  readonly curve: StoredCurve;
  /** Several runs are shown. */
  readonly several: boolean;
  readonly theme: ChartColors;
}

function lineOf({ id, slot, name, of, curve, several, theme }: LineOptions): Line {
  const { x, y, low, high } = curve;
  const color = theme.series[slot % theme.series.length];
  const base = { key: `${id} ${of}`, x, y, faint: false };
  if (of === 'mean') {
    const band = low && high ? { low, high } : {};
    return { ...base, label: name, ...band, color, dash: dashOf(slot), marker: slot + 1, width: 2 };
  }
  if (of === 'hpa') {
    const label = several ? t('HPA of {0}', name) : t('HPA, same episodes');
    return { ...base, label, color: several ? color : theme.muted, dash: [4, 3], marker: 0, width: 1.5 };
  }
  return { ...base, label: t('{0}, seed {1}', name, of), color, dash: [], marker: 0, width: 1, faint: true };
}

function marksOf(run: RunInfo, state: State, color: string, isTime: boolean): Mark[] {
  return run.seeds.flatMap(({ seed, convergedAt }) => {
    if (!convergedAt || state.hidden.includes(`${run.id}#${seed}`)) return [];
    const x = isTime ? convergedAt.seconds : convergedAt.step;
    return [{ label: t('seed {0} converged', seed), x, color }];
  });
}

/** Runs that were judged on the same episodes have the same HPA: one line. */
function distinct(levels: readonly Level[]): Level[] {
  const values = [...new Set(levels.map(({ y }) => y))];
  if (values.length === 1) return [{ ...levels[0], label: t('default HPA') }];
  return values.map((y) => {
    const same = levels.filter((level) => level.y === y);
    return same.length === 1 ? same[0] : { ...same[0], label: t('HPA of {0} runs', same.length) };
  });
}

/** For screen readers, and for whoever wants the result in a sentence. */
export function summaryOf(data: ChartData): string {
  const sentences = data.lines
    .filter(({ faint }) => !faint)
    .map((line) => {
      const known = line.y.filter((value) => value !== null);
      if (known.length === 0) return t('{0} has no value.', line.label);
      const [first, last] = [known[0], known[known.length - 1]];
      const range = [Math.min(...known), Math.max(...known)].map(compact);
      return t(
        '{0}: from {1} to {2}, between {3} and {4}.',
        line.label,
        compact(first),
        compact(last),
        range[0],
        range[1],
      );
    });
  const levels = data.levels.map(({ label, y }) => `${label}: ${compact(y)}.`);
  const marks = data.marks.map(({ label, x }) => `${label}: ${data.formatX(x)}.`);
  return [...sentences, ...levels, ...marks].join(' ');
}
