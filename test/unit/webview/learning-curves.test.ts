import assert from 'node:assert/strict';
import { chartDataOf, summaryOf } from '../../../webview/learning-curves/chart-data.ts';
import { CurveStore } from '../../../webview/learning-curves/curve-store.ts';
import { METRICS } from '../../../webview/learning-curves/metrics.ts';
import { INITIAL, restore, withRuns } from '../../../webview/learning-curves/state.ts';
import { toggled } from '../../../webview/shared/toggled.ts';
import type { RunInfo } from '../../../webview/protocol/learning-curves.ts';

const run = (id: string, more: Partial<RunInfo> = {}): RunInfo => ({
  id,
  name: id,
  training: `training of ${id}`,
  kind: 'train',
  state: 'finished',
  createdAt: 0,
  updatedAt: 0,
  seeds: [{ seed: 1, state: 'finished', step: 20, convergedAt: { step: 10, seconds: 3 } }],
  ...more,
});
const COLORS = { background: '#fff', text: '#000', muted: '#555', grid: '#eee', series: ['red', 'green'] };
const metric = (id: string) => METRICS.find((one) => one.id === id) ?? METRICS[0];
const curve = (of: string, y: (number | null)[]) => ({ of, from: 0, x: y.map((_, i) => 10 * i), y });

describe('State of the Learning Curves view', () => {
  it('The state of the Learning Curves view survives being kept', () => {
    const state = withRuns(
      { ...INITIAL, smoothing: 0.5, range: { from: 1, to: 2 }, maximized: 'losses/approx_kl', axis: 'time' },
      ['a', 'b'],
    );
    assert.deepEqual(restore(JSON.parse(JSON.stringify(state)) as object), state);
  });

  it('The state of the Learning Curves view falls back part by part where what was kept has another shape', () => {
    assert.deepEqual(restore({}), INITIAL);
    const bad = {
      runs: [{ id: 1 }, { id: 'a', slot: 0 }],
      metrics: ['losses/approx_kl', 'gone'],
      smoothing: 7,
      range: { from: 2, to: 1 },
      maximized: 'x',
      axis: 3,
      eachSeed: 'no',
    };
    assert.deepEqual(restore(bad), { ...INITIAL, runs: [{ id: 'a', slot: 0 }], metrics: ['losses/approx_kl'] });
    const renamed = { metrics: ['kl', 'entropy'] };
    assert.deepEqual(restore(renamed).metrics, INITIAL.metrics, 'names of an earlier version only');
    assert.deepEqual(restore({ metrics: [] }).metrics, []);
  });

  it('A run keeps its place in the palette when others go, and a new run takes a free one', () => {
    const three = withRuns(INITIAL, ['a', 'b', 'c']);
    const two = withRuns(three, ['b', 'c']);
    assert.deepEqual(two.runs, [
      { id: 'b', slot: 1 },
      { id: 'c', slot: 2 },
    ]);
    assert.deepEqual(withRuns(two, ['b', 'c', 'd']).runs[2], { id: 'd', slot: 0 });
  });

  it('An item of a list is switched on and off', () => {
    assert.deepEqual(toggled(['a'], 'b'), ['a', 'b']);
    assert.deepEqual(toggled(['a', 'b'], 'a'), ['b']);
  });
});

describe('Chart of a metric', () => {
  const store = (metricId: string, ...runs: string[]) => {
    const curves = new CurveStore();
    for (const id of runs)
      curves.put({
        query: 1,
        run: id,
        metric: metricId,
        curves: [curve('mean', [0.5, null, 0.75]), curve('hpa', [0.6, 0.6, 0.6]), curve('2', [0.4, 0.5, 0.6])],
      });
    return curves;
  };

  it('The chart of a metric has a mean, the HPA and faint single seeds', () => {
    const { lines } = chartDataOf(
      metric('cluster/objective'),
      withRuns(INITIAL, ['a']),
      [run('a')],
      store('cluster/objective', 'a'),
      COLORS,
    );
    assert.deepEqual(
      lines.map(({ label, faint }) => [label, faint]),
      [
        ['training of a', false],
        ['HPA, same episodes', false],
        ['training of a, seed 2', true],
      ],
    );
  });

  it('The chart of a metric tells runs apart by color, dash and marker', () => {
    const state = withRuns(INITIAL, ['a', 'b']);
    const { lines } = chartDataOf(
      metric('cluster/objective'),
      state,
      [run('a'), run('b')],
      store('cluster/objective', 'a', 'b'),
      COLORS,
    );
    const means = lines.filter(({ marker }) => marker > 0);
    for (const key of ['color', 'marker'] as const) assert.notEqual(means[0][key], means[1][key]);
    assert.notDeepEqual(means[0].dash, means[1].dash);
  });

  it('The chart of a metric has the HPA as one line where runs were judged on the same episodes', () => {
    const levels = (one: number, other: number) =>
      chartDataOf(
        metric('judged'),
        withRuns(INITIAL, ['a', 'b']),
        [run('a', { hpa: one }), run('b', { hpa: other })],
        store('judged', 'a', 'b'),
        COLORS,
      ).levels;
    assert.deepEqual(
      levels(0.8, 0.8).map(({ label, y }) => [label, y]),
      [['default HPA', 0.8]],
    );
    assert.deepEqual(
      levels(0.8, 0.7).map(({ y }) => y),
      [0.8, 0.7],
    );
  });

  it('The chart of a metric marks where seeds converged, in the units of its axis, but not seeds that are switched off', () => {
    const marks = (more: object) =>
      chartDataOf(
        metric('charts/episodic_return'),
        { ...withRuns(INITIAL, ['a']), ...more },
        [run('a')],
        store('charts/episodic_return', 'a'),
        COLORS,
      ).marks.map(({ x }) => x);
    assert.deepEqual(marks({}), [10]);
    assert.deepEqual(marks({ axis: 'time' }), [3]);
    assert.deepEqual(marks({ hidden: ['a#1'] }), []);
  });

  it('The chart of a metric is summed up in sentences', () => {
    const data = chartDataOf(
      metric('judged'),
      withRuns(INITIAL, ['a']),
      [run('a', { hpa: 0.7 })],
      store('judged', 'a'),
      COLORS,
    );
    const summary = summaryOf(data);
    assert.match(summary, /training of a: from 0\.5 to 0\.75, between 0\.5 and 0\.75\./);
    assert.match(summary, /default HPA: 0\.7\./);
    assert.match(summary, /seed 1 converged: 10\./);
  });
});
