import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisProcess } from '../../../../../../src/jobs/this-process.ts';
import { CurvesHost } from '../../../../../../src/hosts/extension/webviews/learning-curves/curves-host.ts';
import type { Send } from '../../../../../../src/hosts/extension/webviews/channel.ts';
import type { RunEntry } from '../../../../../../src/hosts/extension/runs/run-entry.ts';
import { openRun, seedDirectory, type RunWriter } from '../../../../../../src/runs/run-directory.ts';
import { check } from '../../../../../../webview/protocol/check.ts';
import { VIEWS } from '../../../../../../webview/protocol/messages.ts';
import type { Curves, Query, RunInfo } from '../../../../../../webview/protocol/learning-curves.ts';

const QUERY: Query = {
  query: 1,
  runs: [],
  hidden: [],
  metrics: ['cluster/objective', 'judged'],
  axis: 'step',
  smoothing: 0,
  eachSeed: false,
  range: null,
  buckets: 200,
};

describe('host of the learning curves', () => {
  let directory: string;
  let entries: RunEntry[];
  let writers: RunWriter[];
  let time: number;
  /** The messages that a view would receive, each checked on arrival. */
  let sent: { type: string; data: unknown }[];
  let started: string[];
  let saved: string[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'curves-host-'));
    time = 1_000_000;
    writers = [1, 2, 3].map((seed) =>
      openRun(
        seedDirectory(directory, seed),
        thisProcess(() => (time += 1000)),
      ),
    );
    for (const [i, writer] of writers.entries()) writer.begin('train', [i + 1]);
    entries = [entry('running')];
    sent = [];
    started = [];
    saved = [];
  });
  afterEach(() => {
    for (const writer of writers) writer.close();
    rmSync(directory, { recursive: true });
  });

  const entry = (state: RunEntry['state'], more: object = {}): RunEntry => ({
    directory,
    project: '/p',
    id: 'run-1',
    state,
    kind: 'train',
    name: 'default',
    createdAt: 5,
    updatedAt: 6,
    step: 0,
    stopping: false,
    problems: [],
    results: [],
    seeds: [1, 2, 3],
    ...more,
  });
  const iterate = (step: number, value: (seed: number) => number | null) => {
    for (const [i, writer] of writers.entries())
      writer.journal.append('iteration', {
        step,
        metrics: { 'cluster/objective': value(i + 1), 'cluster/hpa_objective': 0.5 },
      });
  };
  const make = () => {
    const send: Send<'learning-curves'> = (type, data) => {
      const made: unknown = typeof data === 'function' ? data() : data;
      if (made === undefined) return;
      const message = check(VIEWS['learning-curves'].toView, JSON.parse(JSON.stringify({ type, data: made })));
      if (typeof message === 'string') assert.fail(message);
      sent.push(message);
    };
    const source = { runs: entries, get: (run: string) => entries.find((one) => one.directory === run) };
    const actions = {
      save: (name: string, text: string) => saved.push(name, text),
      start: (command: string) => started.push(command),
    };
    return new CurvesHost(source, send, actions, () => Promise.resolve(), null);
  };
  const ask = async (host: CurvesHost, query: Partial<Query> = {}) => {
    sent = [];
    host.handlers.query({ ...QUERY, runs: [directory], ...query });
    await host.refresh();
  };
  const curve = (metric: string, of: string) =>
    (sent.filter(({ type }) => type === 'curves').map(({ data }) => data) as Curves[])
      .filter((curves) => curves.metric === metric)
      .flatMap(({ curves }) => curves)
      .findLast((one) => one.of === of);
  const runs = () => (sent.findLast(({ type }) => type === 'runs')?.data as { runs: RunInfo[] }).runs;

  it('The curves host sends the mean, its interval and the HPA, and then says that everything is sent', async () => {
    iterate(10, (seed) => seed);
    await ask(make());
    const mean = curve('cluster/objective', 'mean');
    assert.deepEqual(mean?.x, [10]);
    assert.deepEqual(mean?.y, [2]);
    assert.ok(Math.abs((mean?.high?.[0] ?? 0) - (2 + 4.302653 / Math.sqrt(3))) < 1e-3);
    assert.deepEqual(curve('cluster/objective', 'hpa')?.y, [0.5]);
    assert.equal(curve('cluster/objective', '1'), undefined);
    assert.deepEqual((sent.at(-1)?.data as { query: number; at: number }).query, 1);
  });

  it('The curves host sends only new points after its first answer', async () => {
    iterate(10, () => 1);
    const host = make();
    await ask(host);
    sent = [];
    iterate(20, () => 3);
    await host.refresh();
    assert.deepEqual(curve('cluster/objective', 'mean')?.from, 1);
    assert.deepEqual(curve('cluster/objective', 'mean')?.y, [3]);
    sent = [];
    await host.refresh();
    assert.equal(curve('cluster/objective', 'mean'), undefined);
  });

  it('The curves host counts steps that are repeated after a resume only once', async () => {
    iterate(10, () => 1);
    iterate(20, () => 9);
    const host = make();
    await ask(host);
    for (const writer of writers) writer.journal.append('resumed', { step: 10, after: 2 });
    iterate(20, () => 2);
    iterate(30, () => 3);
    sent = [];
    await host.refresh();
    const { from = NaN, x = [], y = [] } = curve('cluster/objective', 'mean') ?? {};
    assert.deepEqual({ from, x: [...x], y: [...y] }, { from: 1, x: [20, 30], y: [2, 3] });
  });

  it('The curves host leaves out hidden seeds, and sends a curve for each seed when asked', async () => {
    iterate(10, (seed) => seed);
    const host = make();
    await ask(host, { hidden: [`${directory}#3`], eachSeed: true });
    assert.deepEqual(curve('cluster/objective', 'mean')?.y, [1.5]);
    assert.deepEqual(curve('cluster/objective', '2')?.y, [2]);
    assert.equal(curve('cluster/objective', '3'), undefined);
  });

  it('The curves host smooths the metrics of training but not the evaluations', async () => {
    for (const step of [10, 20]) {
      iterate(step, () => step / 10);
      for (const writer of writers)
        writer.journal.append('evaluation', { step, system: 'karma', metrics: { objective: step / 10 } });
    }
    await ask(make(), { smoothing: 0.5 });
    assert.deepEqual(curve('cluster/objective', 'mean')?.y, [1, 1.66667]);
    assert.deepEqual(curve('judged', 'mean')?.y, [1, 2]);
  });

  it('The curves host sends a value that was not finite as a gap', async () => {
    iterate(10, () => 1);
    iterate(20, () => null);
    await ask(make());
    assert.deepEqual(curve('cluster/objective', 'mean')?.y, [1, null]);
  });

  it('The curves host reports the level of the HPA, the convergence and the state of each seed', async () => {
    iterate(10, () => 1);
    writers[0].journal.append('evaluation', { step: 0, system: 'hpa', metrics: { objective: 0.7 } });
    writers[0].journal.append('finished', { summary: { convergedAt: 10 }, seconds: 1 });
    writers[1].journal.append('failed', { message: 'no' });
    const host = make();
    await ask(host);
    const [run] = runs();
    assert.equal(run.hpa, 0.7);
    assert.deepEqual(
      run.seeds.map(({ state }) => state),
      ['finished', 'failed', 'running'],
    );
    assert.equal(run.seeds[0].convergedAt?.step, 10);
    entries[0] = entry('stale');
    await host.refresh();
    assert.equal(runs()[0].seeds[2].state, 'stopped');
  });

  it('The curves host offers runs that train and runs that cannot be read, the latter with the reason', () => {
    entries.push(
      entry('unreadable', { directory: '/x', kind: '', message: 'damaged', seeds: [] }),
      entry('finished', { directory: '/y', kind: 'evaluate' }),
    );
    make().snapshot();
    assert.deepEqual(
      runs().map(({ state, message }) => [state, message]),
      [
        ['running', undefined],
        ['unreadable', 'damaged'],
      ],
    );
  });

  it('The curves host saves every value without smoothing or rounding', async () => {
    iterate(10, (seed) => seed / 7);
    const host = make();
    await ask(host, { smoothing: 0.9 });
    host.handlers.saveTable({ metrics: ['cluster/objective'] });
    const [name, text] = saved;
    assert.equal(name, 'cluster-objective.csv');
    const [head, first, ...rest] = text.split('\r\n');
    assert.equal(head, 'run,seed,step,seconds,cluster/objective');
    assert.match(first, /^run-1,1,10,[\d.]+,0\.14285714285714285$/);
    assert.equal(rest.length, 3);
  });

  it('The curves host starts the command that the empty view offers', () => {
    make().handlers.start({ command: 'karma-mas.train' });
    assert.deepEqual(started, ['karma-mas.train']);
  });
});
