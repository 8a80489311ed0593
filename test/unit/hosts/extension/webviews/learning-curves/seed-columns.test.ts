import assert from 'node:assert/strict';
import fc from 'fast-check';
import { JUDGED, SeedColumns } from '../../../../../../src/hosts/extension/webviews/learning-curves/seed-columns.ts';
import { settledEvents, type JournalEvent } from '../../../../../../src/runs/events.ts';

type Draft = JournalEvent extends infer E ? (E extends JournalEvent ? Omit<E, 'seq' | 't'> : never) : never;

/** Journals as runners write them: the work may stop, be killed or fail, and continue from any earlier event. */
const journal = fc
  .array(
    fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          what: fc.constant('iteration' as const),
          value: fc.option(fc.double({ noNaN: true, min: -5, max: 5 })),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          what: fc.constantFrom('karma' as const, 'hpa' as const),
          value: fc.option(fc.double({ noNaN: true, min: 0, max: 1 })),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          what: fc.constant('resume' as const),
          value: fc.double({ noNaN: true, min: 0, max: 1 }),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          what: fc.constantFrom('stopped' as const, 'failed' as const, 'repaired' as const, 'note' as const),
          value: fc.constant(null),
        }),
      },
    ),
    { maxLength: 60 },
  )
  .map((parts) => {
    const events: JournalEvent[] = [];
    const append = (draft: Draft) =>
      events.push({ seq: events.length + 1, t: 1000 * events.length ** 1.5, ...draft } as JournalEvent);
    let step = 0;
    append({ type: 'started', kind: 'train', seeds: [1] });
    for (const { what, value } of parts) {
      if (what === 'iteration')
        append({
          type: 'iteration',
          step: (step += 10),
          metrics: { 'cluster/objective': value, ...(step % 20 === 0 ? { 'losses/approx_kl': 1 / step } : {}) },
        });
      else if (what === 'karma' || what === 'hpa')
        append({ type: 'evaluation', system: what, step, metrics: { objective: value } });
      else if (what === 'resume') {
        const after = Math.max(1, Math.ceil((value ?? 0) * events.length));
        const kept = settledEvents(events).filter(({ seq }) => seq <= after);
        const last = kept.findLast((event) => event.type === 'iteration');
        step = last?.type === 'iteration' ? last.step : 0;
        append({ type: 'resumed', step, after });
      } else if (what === 'stopped') append({ type: 'stopped', step });
      else if (what === 'failed') append({ type: 'failed', message: 'no' });
      else if (what === 'repaired') append({ type: 'repaired', bytes: 1, file: 'x' });
      else append({ type: 'note', level: 'info', message: 'x' });
    }
    return events;
  });

function fromSettled(events: readonly JournalEvent[], metric: string): { step: number[]; value: number[] } {
  const settled = settledEvents(events);
  const points = settled.flatMap((event): [number, number | null][] => {
    if (event.type === 'iteration' && metric in event.metrics) return [[event.step, event.metrics[metric]]];
    if (event.type === 'evaluation' && event.system === 'karma' && metric === JUDGED)
      return [[event.step ?? 0, event.metrics.objective]];
    return [];
  });
  return { step: points.map(([step]) => step), value: points.map(([, value]) => value ?? NaN) };
}

const columnsOf = (events: readonly JournalEvent[]) => {
  const columns = new SeedColumns();
  for (const event of events) columns.add(event);
  return columns;
};

const event = (seq: number, t: number, draft: Draft) => ({ seq, t, ...draft }) as JournalEvent;
const iteration = (
  seq: number,
  t: number,
  step: number,
  metrics: Record<string, number | null> = { 'cluster/objective': step },
) => event(seq, t, { type: 'iteration', step, metrics });

describe('columns of a journal', () => {
  it('The columns of a journal that is read event by event are those of its settled events (property)', () => {
    fc.assert(
      fc.property(journal, (events) => {
        const columns = columnsOf(events);
        for (const metric of ['cluster/objective', 'losses/approx_kl', JUDGED]) {
          const { step = [], value = [] } = columns.column(metric) ?? {};
          assert.deepEqual({ step, value }, fromSettled(events, metric), metric);
        }
        const hpa = settledEvents(events).find((e) => e.type === 'evaluation' && e.system === 'hpa');
        const expected = hpa?.type === 'evaluation' ? (hpa.metrics.objective ?? undefined) : undefined;
        assert.equal(columns.hpa, expected);
      }),
      { numRuns: 500 },
    );
  });

  it('The time in the columns of a journal never decreases (property)', () => {
    fc.assert(
      fc.property(journal, (events) => {
        const { seconds = [] } = columnsOf(events).column('cluster/objective') ?? {};
        seconds.forEach((value, i) => assert.ok(value >= (seconds[i - 1] ?? 0)));
      }),
    );
  });

  it('The columns of a journal do not count the time between a stop and a resume', () => {
    const columns = columnsOf([
      event(1, 0, { type: 'started', kind: 'train', seeds: [1] }),
      iteration(2, 10_000, 10),
      iteration(3, 20_000, 20),
      event(4, 21_000, { type: 'stopped', step: 20 }),
      event(5, 3_600_000, { type: 'resumed', step: 10, after: 2 }),
      iteration(6, 3_605_000, 20),
    ]);
    assert.deepEqual(columns.column('cluster/objective')?.seconds, [10, 15]);
    assert.equal(columns.state, 'running');
  });

  it('The columns of a journal distinguish null, which is a gap, from a metric that is missing', () => {
    const columns = columnsOf([iteration(1, 0, 10, { a: 1, b: null }), iteration(2, 1, 20, { b: 2 })]);
    assert.deepEqual(columns.column('a')?.step, [10]);
    assert.deepEqual(columns.column('b')?.value, [NaN, 2]);
  });

  it('The columns of a seed have its speed in training steps per second, which no journal holds', () => {
    const columns = columnsOf([iteration(1, 0, 10), iteration(2, 2000, 20), iteration(3, 2500, 50)]);
    assert.deepEqual(columns.column('charts/SPS')?.value, [5, 60]);
    assert.deepEqual(columns.column('charts/SPS')?.step, [20, 50]);
  });

  it('The columns of a journal give the step where the training converged, from its metrics or from its final summary', () => {
    const live = columnsOf([
      iteration(1, 0, 10, { 'cluster/objective': 1, 'charts/converged': 0 }),
      iteration(2, 2000, 20, { 'cluster/objective': 1, 'charts/converged': 1 }),
      iteration(3, 3000, 30, { 'cluster/objective': 1, 'charts/converged': 1 }),
    ]);
    assert.deepEqual(live.convergedAt, { step: 20, seconds: 2 });
    const summary = { convergedAt: 20 };
    const old = columnsOf([
      iteration(1, 0, 10),
      iteration(2, 2000, 20),
      event(3, 3000, { type: 'finished', summary, seconds: 3 }),
    ]);
    assert.deepEqual(old.convergedAt, { step: 20, seconds: 2 });
    assert.equal(columnsOf([iteration(1, 0, 10)]).convergedAt, undefined);
  });
});
