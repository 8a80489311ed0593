import { estimate } from '../evaluating/statistics.ts';
import type { MetricName } from '../runs/metric-names.ts';
import { extentOf, round, xAxis, xScale, yAxis, yScale, type Frame } from './axes.ts';
import type { LearningCurves, ReportData } from './data.ts';
import { html, type Html } from './html.ts';
import { compact, fixed, grouped, isKnown, significant } from './numbers.ts';
import { figure, legend, missing, section, table, type LegendEntry } from './html-fragments.ts';
import { bandPath, linePath } from './paths.ts';
import { seriesColor } from './theme.ts';

interface CurveKind {
  readonly metric: MetricName;
  readonly title: string;
  readonly axis: string;
  readonly about: string;
}

interface ObjectiveKind {
  readonly id: string;
  /** Of a judgment or of an iteration. */
  readonly metric: 'objective' | MetricName;
  readonly title: string;
  readonly axis: string;
  readonly about: string;
}
const JUDGED: ObjectiveKind = {
  id: 'learning-judged',
  metric: 'objective',
  title: 'J of the policies, on days kept for choosing',
  axis: 'mean J of an episode',
  about: 'The most probable option is taken, as on a cluster. The best of these policies are kept.',
};
const TRAINING: ObjectiveKind = {
  id: 'learning-objective',
  metric: 'cluster/objective',
  title: 'J while training',
  axis: 'mean J of an iteration',
  about: 'Options are still tried at random, and episodes start from random replicas: lower than what is learned.',
};
/** Those that tell whether a policy collapsed: it hardly moves, or no longer tries anything. */
const OTHERS: readonly CurveKind[] = [
  {
    metric: 'cluster/success',
    title: 'Success',
    axis: 'share of requests',
    about: 'Share of received requests that succeeded.',
  },
  {
    metric: 'cluster/latency_compliance',
    title: 'Latency compliance',
    axis: 'share of intervals',
    about: 'Share of accounting intervals with latency within the maximum.',
  },
  {
    metric: 'cluster/moves_per_hour',
    title: 'Moves',
    axis: 'pods an hour',
    about: 'Pods by which desired replicas were changed, per hour. Near 0 the policy has become a constant.',
  },
  {
    metric: 'losses/entropy',
    title: 'Entropy',
    axis: 'nats',
    about: 'Entropy of the policies. It falls as they become sure.',
  },
];

/** An interval from two values is so wide (t = 12.7) that it hides what it is drawn over. */
const SEEDS_FOR_BAND = 3;
/** At most this many points a curve; iterations in between are averaged. */
const POINTS = 160;
const FRAME: Frame = { width: 960, height: 340, left: 60, right: 150, top: 28, bottom: 46 };
const SMALL: Frame = { width: 460, height: 220, left: 52, right: 20, top: 28, bottom: 46 };

export function learningSection({ learning }: ReportData): Html {
  if (!learning || learning.seeds.every(({ points }) => points.length === 0))
    return section('learning', 'Learning curves', missing('training', 'karma-mas train'));
  const seeds = learning.seeds.length;
  const others = OTHERS.filter(({ metric }) =>
    learning.seeds.some(({ points }) => points.some(({ metrics }) => isKnown(metrics[metric]))),
  );
  return section(
    'learning',
    'Learning curves',
    html`<p>${seedsInWords(seeds)}</p>`,
    learning.judged.length > 0 && objectiveFigure(JUDGED, { ...learning, seeds: learning.judged }),
    objectiveFigure(TRAINING, { ...learning, references: [] }),
    html`<div class="grid">${others.map((kind) => smallFigure(learning, kind))}</div>`,
  );
}

function seedsInWords(seeds: number): string {
  if (seeds === 1) return 'One training seed: no interval can be given.';
  const lines = `Mean of ${seeds} training seeds; thin lines are single seeds.`;
  return seeds < SEEDS_FOR_BAND
    ? `${lines} Two are too few for an interval that says anything.`
    : `${lines} The band is the 95 % interval of the mean over seeds (Student t).`;
}

interface Curve {
  readonly steps: readonly number[];
  /** [seed][point] */
  readonly seeds: readonly (readonly (number | undefined)[])[];
  readonly mean: readonly number[];
  readonly interval: readonly number[];
}

function objectiveFigure(kind: ObjectiveKind, learning: LearningCurves): Html {
  const curve = curveOf(learning, kind.metric);
  const hpa = curveOf(learning, 'cluster/hpa_objective');
  const references = learning.references.filter(({ objective }) => isKnown(objective));
  const levels = references.map(({ objective }) => objective);
  const shown = [...curve.seeds.flat(), ...hpa.mean, ...levels];
  // The first iterations may be far below, and the interval of two or three seeds wide: both are cut off where they would
  // flatten all the rest.
  const known = shown.filter(isKnown).sort((a, b) => a - b);
  const [low, high] = [known[Math.floor(known.length * 0.02)] ?? 0, extentOf(shown)[1]];
  const x = xScale(FRAME, [0, Math.max(...curve.steps)]);
  const y = yScale(FRAME, [low, high]);
  const at = (i: number) => x(curve.steps[i]);
  const clamp = clampTo(FRAME, y);
  const hasHpa = hpa.mean.some(isKnown);
  const ends = spread(
    [
      { name: 'agents', value: curve.mean.findLast(isKnown) },
      ...(hasHpa ? [{ name: 'HPA, same episodes', value: hpa.mean.findLast(isKnown) }] : []),
      ...references.map(({ name, objective }) => ({ name, value: objective })),
    ],
    y,
  );
  const drawing = html`${xAxis(FRAME, x, { label: 'environment steps' })}${yAxis(FRAME, y, { label: kind.axis })}
    ${seedLines(curve, at, clamp)}${band(curve, at, clamp)}
    <path d="${linePath(curve.mean, at, clamp)}" fill="none" stroke="${seriesColor(0)}" stroke-width="2.5" />
    ${hasHpa && html`<path d="${linePath(hpa.mean, at, clamp)}" fill="none" stroke="${seriesColor(1)}" stroke-width="2" stroke-dasharray="7 4" />`}
    ${references.map(({ objective }, i) => html`<line x1="${FRAME.left}" x2="${FRAME.width - FRAME.right}" y1="${round(y(objective))}" y2="${round(y(objective))}" stroke="${seriesColor(i + 2)}" stroke-width="2" stroke-dasharray="2 3" />`)}
    ${learning.converged?.map(({ seed, step }) => html`<g><title>Seed ${seed} converged at ${grouped(step)} steps</title><path d="M${round(x(step))} ${FRAME.top - 4}l-5 -8h10Z" fill="${seriesColor(0)}" /></g>`)}
    ${ends.map(({ name, y: place }) => html`<text class="small" x="${FRAME.width - FRAME.right + 8}" y="${round(place + 4)}">${name}</text>`)}`;
  const entries: LegendEntry[] = [
    { name: 'agents, mean over seeds', series: 0, mark: 'line', dash: '' },
    ...(curve.seeds.length >= SEEDS_FOR_BAND ? [{ name: '95 % interval', series: 0, mark: 'band' as const }] : []),
    ...(hasHpa ? [{ name: 'default HPA on the same episodes', series: 1, mark: 'line' as const, dash: '7 4' }] : []),
    ...references.map(({ name }, i): LegendEntry => ({
      name: `${name} (level)`,
      series: i + 2,
      mark: 'line',
      dash: '2 3',
    })),
  ];
  const last = curve.mean.findLast(isKnown);
  return figure({
    id: kind.id,
    title: kind.title,
    description: `J over ${grouped(curve.steps.at(-1))} steps; it ends at ${fixed(last, 4)}.`,
    width: FRAME.width,
    height: FRAME.height,
    drawing,
    legend: legend(entries),
    caption: `${kind.about} J = resilience minus the cost of the CPU that pods request; 1 would be perfect.${learning.converged && learning.converged.length > 0 ? ' Triangles at the top: where a seed met the convergence rule.' : ''}`,
    data: dataTable(kind.title, curve, hasHpa ? hpa : undefined),
  });
}

function smallFigure(learning: LearningCurves, { metric, title, axis, about }: CurveKind): Html {
  const curve = curveOf(learning, metric);
  const x = xScale(SMALL, [0, Math.max(...curve.steps)]);
  const y = yScale(SMALL, extentOf(curve.seeds.flat()), 4);
  const clamp = clampTo(SMALL, y);
  const at = (i: number) => x(curve.steps[i]);
  return figure({
    id: `learning-${metric.replace('/', '-')}`,
    title,
    description: `${about} It ends at ${significant(curve.mean.findLast(isKnown))}.`,
    width: SMALL.width,
    height: SMALL.height,
    drawing: html`${xAxis(SMALL, x, { label: 'environment steps', ticks: 4 })}${yAxis(SMALL, y, { label: axis, ticks: 4 })}
      ${seedLines(curve, at, y)}${band(curve, at, clamp)}
      <path d="${linePath(curve.mean, at, y)}" fill="none" stroke="${seriesColor(0)}" stroke-width="2.5" />`,
    caption: about,
    data: dataTable(title, curve),
  });
}

const clampTo =
  (frame: Frame, y: (value: number) => number) =>
  (value: number): number =>
    Math.max(frame.top, Math.min(frame.height - frame.bottom, y(value)));

const band = (curve: Curve, x: (i: number) => number, y: (value: number) => number) =>
  curve.seeds.length >= SEEDS_FOR_BAND &&
  html`<path d="${bandPath(lowOf(curve), highOf(curve), x, y)}" fill="${seriesColor(0)}" fill-opacity=".25" />`;

const seedLines = (curve: Curve, x: (i: number) => number, y: (value: number) => number): Html[] =>
  curve.seeds.length < 2
    ? []
    : curve.seeds.map(
        (values) =>
          html`<path d="${linePath(values, x, y)}" fill="none" stroke="${seriesColor(0)}" stroke-opacity=".35" />`,
      );

const lowOf = ({ mean, interval }: Curve) => mean.map((value, i) => value - interval[i]);
const highOf = ({ mean, interval }: Curve) => mean.map((value, i) => value + interval[i]);

/** Iterations averaged into equal stretches of steps. */
function curveOf({ seeds }: LearningCurves, metric: string): Curve {
  const steps = [...new Set(seeds.flatMap(({ points }) => points.map(({ step }) => step)))].sort((a, b) => a - b);
  if (steps.length <= POINTS)
    return summarize(
      steps,
      seeds.map(({ points }) =>
        steps.map((step) => known(points.find((point) => point.step === step)?.metrics[metric])),
      ),
    );
  const last = steps[steps.length - 1];
  const longest = Math.max(...seeds.map(({ points }) => points.length));
  const bins = Math.min(POINTS, longest);
  const binned = seeds.map(({ points }) => {
    const stretches = Array.from({ length: bins }, (): number[] => []);
    for (const { step, metrics } of points) {
      const value = metrics[metric];
      if (isKnown(value)) stretches[Math.max(0, Math.min(bins - 1, Math.ceil((step / last) * bins) - 1))].push(value);
    }
    return stretches.map((values) =>
      values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length,
    );
  });
  return summarize(
    Array.from({ length: bins }, (_, i) => ((i + 1) * last) / bins),
    binned,
  );
}

function summarize(steps: readonly number[], seeds: Curve['seeds']): Curve {
  const estimates = steps.map((_, i) => estimate(seeds.map((values) => values[i] ?? NaN)));
  return { steps, seeds, mean: estimates.map(({ mean }) => mean), interval: estimates.map(({ interval }) => interval) };
}

const known = (value: number | null | undefined): number | undefined => (isKnown(value) ? value : undefined);

/** Names at the right ends of lines, moved apart where they would overlap. */
function spread(ends: readonly { name: string; value: number | undefined }[], y: (value: number) => number) {
  const placed = ends
    .flatMap(({ name, value }) => (isKnown(value) ? [{ name, y: y(value) }] : []))
    .sort((a, b) => a.y - b.y);
  for (let i = 1; i < placed.length; i++) placed[i].y = Math.max(placed[i].y, placed[i - 1].y + 15);
  return placed;
}

function dataTable(title: string, curve: Curve, hpa?: Curve): Html {
  const every = Math.ceil(curve.steps.length / 20);
  const rows = curve.steps.flatMap((step, i) =>
    (i + 1) % every === 0 || i === curve.steps.length - 1
      ? [
          [
            compact(Math.round(step)),
            significant(curve.mean[i], 4),
            significant(curve.interval[i], 2),
            ...(hpa ? [significant(hpa.mean[i], 4)] : []),
          ],
        ]
      : [],
  );
  return table(title, ['steps', 'mean', '± 95 %', ...(hpa ? ['HPA'] : [])], rows);
}
