import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PRESETS } from '../../../../src/cluster/kubernetes/reading/presets/all.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import { METRIC_FIELDS } from '../../../../src/cluster/kubernetes/reading/presets/preset.ts';
import { prometheusUrl } from '../../../../src/cluster/kubernetes/reading/prometheus.ts';
import { planQueries } from '../../../../src/cluster/kubernetes/reading/query-plan.ts';
import { selectorsIn } from '../../../../src/cluster/kubernetes/reading/selectors.ts';
import { testQueries } from '../../../../src/cluster/kubernetes/importing/test-queries.ts';
import { SERVICE_FIELDS } from '../../../../src/spec/observation.ts';
import schema from '../../../../schemas/cluster.schema.json' with { type: 'json' };
import { SAMPLE_VALUES } from '../../../fake-kubernetes/namespace.ts';
import { answersBy, FakePrometheus } from '../../../fake-kubernetes/prometheus.ts';
import { refused, signal } from './refused.ts';
import { sampleSpec } from './sample-spec.ts';

const withQueries = (queries: string, preset = 'chained-services') =>
  sampleSpec(`{ service: "monitoring/prometheus:9090", preset: ${preset}, queries: ${queries} }`);

describe('Metric presets', () => {
  it('The metric presets are those that the schema knows', () => {
    const { preset, queries } = schema.properties.spec.properties.metrics.properties.prometheus.properties;
    assert.deepEqual([...preset.enum].sort(), PRESETS.map(({ name }) => name).sort());
    assert.ok(queries);
  });

  for (const { name, metrics, sources, detect, calls } of PRESETS)
    it(`The queries of preset ${name} are balanced, of the namespace alone, and give one value per deployment`, () => {
      const own = Object.values(metrics);
      for (const { query, source } of own) {
        assert.ok(source in sources);
        assert.match(query, /sum by \(deployment\)/);
      }
      const series = Object.values(sources).map((source) => source.series);
      for (const text of [...own.map(({ query }) => query), detect, ...series, ...(calls ? [calls] : [])]) {
        assert.ok(isBalanced(text), text);
        for (const selector of selectorsIn(text)) assert.match(selector, /namespace="\$namespace"/);
        for (const [, range] of text.replaceAll(/"[^"]*"/g, '').matchAll(/\[([^\]]*)\]/g))
          assert.match(range, /^(\$window|1h)$/);
      }
    });

  it('Every metric preset gives all fields, except that of a bare cluster', () => {
    for (const { name } of PRESETS) {
      const { missing } = planQueries(withQueries('{}', name));
      assert.deepEqual(
        missing,
        name === 'cadvisor' ? ['pending', 'received', 'served', 'succeeded', 'dropped', 'latency'] : [],
      );
    }
  });
});

function isBalanced(text: string): boolean {
  const open: string[] = [];
  for (const mark of text.replaceAll(/"[^"]*"/g, '').match(/[(){}[\]]/g) ?? []) {
    if ('([{'.includes(mark)) open.push(mark);
    else if (open.pop() !== { ')': '(', ']': '[', '}': '{' }[mark]) return false;
  }
  return open.length === 0;
}

describe('A plan of queries', () => {
  it('A query of the specification replaces that of the preset, and each source is asked for its age once', () => {
    const plan = planQueries(withQueries('{ pending: "sum by (deployment) (queue{ns=\\"$namespace\\"})" }'));
    const pending = plan.queries.find(({ field }) => field === 'pending')!;
    assert.equal(pending.query, 'sum by (deployment) (queue{ns="chained"})');
    assert.deepEqual(pending.sources, ['queue{ns="chained"}']);
    assert.deepEqual(plan.sources.map(({ name }) => name).sort(), [
      'chained-services: containers',
      'chained-services: requests',
      'queue{ns="chained"}',
    ]);
    assert.deepEqual(
      plan.queries.map(({ field }) => field),
      [...METRIC_FIELDS],
    );
  });

  it('Queries cannot be planned for an unknown preset or field', () => {
    const spec = sampleSpec();
    const unknown = {
      ...spec,
      metrics: { source: 'prometheus', service: 'm/p:1', preset: 'nope', queries: {} },
    } as const;
    assert.throws(
      () => planQueries(unknown),
      refused('invalid', /no preset nope: name one of chained-services, istio/),
    );
    assert.throws(
      () => planQueries(withQueries('{ pods: up }')),
      refused('invalid', /has pods, which is no field: pending/),
    );
    assert.throws(
      () => planQueries({ ...spec, metrics: { source: 'emulator' } }),
      refused('invalid', /set it to prometheus/),
    );
  });

  it('A latency query of the specification counts for the service alone', () => {
    assert.ok(planQueries(sampleSpec()).latencyIncludesCalls);
    assert.ok(!planQueries(withQueries('{ latency: x }')).latencyIncludesCalls);
  });
});

describe('The series of a query', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['up', ['up']],
    ['sum by (deployment) (rate(http_total{code=~"5..",a="x{y}"}[5m]))', ['http_total{code=~"5..",a="x{y}"}']],
    ['sum(a) by (x) / on (x) group_left (y) b', ['a', 'b']],
    ['a offset 5m and b unless c or vector(0)', ['a', 'b', 'c']],
    ['label_replace(app:rate5m{n="1"}, "d", "$1", "p", "(.+)-x")', ['app:rate5m{n="1"}']],
    ['{__name__="x"} * 1e3 + 2', ['{__name__="x"}']],
    ['histogram_quantile(0.99, sum by (le) (rate(b_bucket[1m]))) # up', ['b_bucket']],
    ['a > bool 1 == bool inf', ['a']],
    ['a + a', ['a']],
    ['max_over_time(sum(a)[1h:5m])', ['a']],
    ["count without (pod) (x{a='b'})", ["x{a='b'}"]],
    ['time()', []],
    ['((( "unfinished{', ['unfinished']],
  ];
  for (const [query, series] of cases) it(query, () => assert.deepEqual(selectorsIn(query), series));
});

describe('Test Queries', () => {
  let server: Server;
  let url: string;
  let fake: FakePrometheus;
  beforeEach(async () => {
    fake = new FakePrometheus();
    server = createServer((request, response) => fake.handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });
  const test = async (spec = sampleSpec(), token?: string) => {
    const prometheus = prometheusUrl({ url, token, timers: systemTimers, timeout: 60_000 });
    try {
      return await testQueries(spec, prometheus, signal);
    } finally {
      prometheus.close();
    }
  };

  it('Test Queries shows value, unit and age of each field of each service', async () => {
    fake.rules = [answersBy(SAMPLE_VALUES)];
    const { queries, complete, preset, missing } = await test();
    assert.deepEqual([complete, preset, missing], [true, 'chained-services', []]);
    const pending = queries.find(({ field }) => field === 'pending')!;
    assert.equal(pending.unit, SERVICE_FIELDS.pending.unit);
    assert.deepEqual(pending.services[1], { service: 'b', value: 3, age: 2, state: 'ok' });
    assert.equal(queries.length, METRIC_FIELDS.length);
  });

  it('Test Queries shows what is missing, stale, NaN or wrong', async () => {
    fake.rules = [
      (query) => (query.includes('chained_queue_length') ? [{ labels: { deployment: 'a' }, value: 'NaN' }] : undefined),
      (query) => (query.includes('memory_working_set') ? 'a mistake' : undefined),
      (query, now) =>
        query.includes('timestamp(container') ? [{ labels: { deployment: 'a' }, value: now - 300 }] : undefined,
      answersBy(SAMPLE_VALUES),
    ];
    const { queries, complete } = await test();
    const statesOf = (name: string) => queries.find(({ field }) => field === name)!.services.map(({ state }) => state);
    assert.equal(complete, false);
    assert.deepEqual(statesOf('pending'), ['NaN', 'missing', 'missing', 'missing']);
    assert.deepEqual(statesOf('cpu').slice(0, 1), ['stale']);
    assert.deepEqual(statesOf('received'), ['ok', 'ok', 'ok', 'ok']);
    assert.match(queries.find(({ field }) => field === 'memory')!.problem, /a mistake/);
  });

  it('Test Queries says which fields have no query at all', async () => {
    const { missing, complete } = await test(withQueries('{ pending: up }', 'cadvisor'));
    assert.deepEqual(
      missing.map(({ field }) => field),
      ['received', 'served', 'succeeded', 'dropped', 'latency'],
    );
    assert.equal(complete, false);
  });

  it('Test Queries sends its token, and says if it is refused', async () => {
    fake.token = 'prometheus-token-123';
    fake.rules = [answersBy(SAMPLE_VALUES)];
    assert.equal((await test(sampleSpec(), 'prometheus-token-123')).complete, true);
    const { queries } = await test(sampleSpec(), 'wrong-token-456');
    assert.match(queries[0].problem, /refuses the token/);
    assert.ok(!JSON.stringify(queries).includes('wrong-token-456'));
  });

  it('Test Queries says that a query gives several values for one deployment', async () => {
    fake.rules = [
      (query) =>
        query.includes('chained_queue_length')
          ? [
              { labels: { deployment: 'a', pod: 'x' }, value: 1 },
              { labels: { deployment: 'a', pod: 'y' }, value: 2 },
            ]
          : undefined,
      answersBy(SAMPLE_VALUES),
    ];
    const { queries } = await test();
    const pending = queries.find(({ field }) => field === 'pending')!;
    assert.match(pending.problem, /gives a more than one value: aggregate by \(deployment\)/);
    assert.deepEqual(pending.services[0].state, 'missing');
  });

  it('Test Queries says within its time that the server is not there', async () => {
    server.closeAllConnections();
    server.close();
    const { queries } = await test();
    assert.match(queries[0].problem, /Prometheus \(http:\/\/127.0.0.1:\d+\) cannot be reached: nothing listens there/);
  });
});
