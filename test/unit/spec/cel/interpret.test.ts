import assert from 'node:assert/strict';
import { interpret } from '../../../../src/spec/cel/interpret.ts';
import { checked, historyOf, observed, sample, valuesOf, type Seen } from './fixtures.ts';

const SETTINGS = { load: 0.7, utilization: 0.75, pending: 5, rise: 0.15, window: 30, idle: 0.85, allocated: 0.9 };
const names = Object.keys(SETTINGS);

/** The values of an expression for one environment of the sample, now and before (newest first). */
const values = (text: string, now: Seen, ...before: Seen[]): number[] =>
  valuesOf(
    checked(text, { settings: names, result: 'bool' }),
    historyOf(
      15,
      [now, ...before].map((seen) => observed(1, 4, seen)),
    ),
    SETTINGS,
  );
const numbers = (text: string, now: Seen, ...before: Seen[]): number[] =>
  valuesOf(
    checked(text, { settings: names, result: 'number', service: false }),
    historyOf(
      15,
      [now, ...before].map((seen) => observed(1, 4, seen)),
    ),
    SETTINGS,
  );
const number = (text: string, ...seen: Seen[]): number => numbers(text, seen[0] ?? {}, ...seen.slice(1))[0];

describe('the rules of the sample', () => {
  it('The role bottleneck-manager acts on demand, utilization or a queue', () => {
    const rule =
      'service.demand > settings.load * service.capacity || service.utilization > settings.utilization || service.pending > settings.pending';
    // a receives 100: b and c will get 100 each, d 200. Capacity: a 200, b 160, c 150, d 300.
    const quiet = { received: [100, 0, 0, 0], ready: [2, 2, 1, 1] };
    assert.deepEqual(values(rule, { service: quiet }), [0, 0, 0, 0]);
    // 110: b 110 of 112, c 110 of 105, d 220 of 210.
    assert.deepEqual(values(rule, { service: { ...quiet, received: [110, 0, 0, 0] } }), [0, 0, 1, 1]);
    assert.deepEqual(values(rule, { service: { ...quiet, utilization: [0.75, 0.76, 0, 0] } }), [0, 1, 0, 0]);
    assert.deepEqual(values(rule, { service: { ...quiet, pending: [6, 5, 0, 0] } }), [1, 0, 0, 0]);
  });

  it('The role ddos-manager acts on every service when the requests at the entry point rise', () => {
    const rule = 'services.exists(e, e.entryPoint && change(e.received, settings.window) > settings.rise)';
    const at = (a: number, b: number): Seen => ({ service: { received: [a, b, 0, 0] } });
    // The window of 30 s is two entries of 15 s.
    assert.deepEqual(values(rule, at(116, 0), at(300, 0), at(100, 0)), [1, 1, 1, 1]);
    assert.deepEqual(values(rule, at(115, 0), at(50, 0), at(100, 0)), [0, 0, 0, 0]);
    // b is not an entry point.
    assert.deepEqual(values(rule, at(100, 900), at(100, 1), at(100, 1)), [0, 0, 0, 0]);
  });

  it('The role failure-manager acts on crashes and on busy services that serve too little', () => {
    const rule = 'service.failed > 0 || (service.utilization > 0.95 && service.served < 0.8 * service.capacity)';
    const service = { failed: [0, 1, 0, 0], utilization: [1, 0, 1, 0.9], served: [79, 0, 120, 0], ready: [1, 1, 1, 1] };
    assert.deepEqual(values(rule, { service }), [1, 1, 0, 0]);
  });

  it('The role resource-manager acts if one pod less is enough', () => {
    const rule =
      'service.failed == 0 && service.pending <= settings.pending && service.demand < settings.idle * (service.desired - 1) * service.throughput';
    const service = { received: [80, 0, 0, 0], desired: [2, 2, 1, 2] };
    // a 80 < 85; b 80 > 68; c 80 > 0; d 160 < 255.
    assert.deepEqual(values(rule, { service }), [1, 0, 0, 1]);
    assert.deepEqual(values(rule, { service: { ...service, failed: [1, 0, 0, 0] } }), [0, 0, 0, 1]);
  });

  it('The goal clear-queues counts the requests that wait', () => {
    const seen = { service: { pending: [1, 2, 3, 40] } };
    assert.equal(number('-services.map(s, s.pending).sum()', seen), -46);
    const satisfied = checked('services.all(s, s.pending < 10)', { service: false });
    assert.deepEqual(valuesOf(satisfied, historyOf(15, [observed(1, 4, seen)])), [0]);
  });
});

describe('the meaning of expressions', () => {
  it('All numbers of expressions are doubles', () => {
    assert.equal(number('1 / 2 + 3u * 0x10 - 1.5e1'), 33.5);
    assert.equal(number('7 % 2.5'), 2);
    assert.equal(number('-7 % 3'), -1);
    assert.equal(number('2 + 3 * 4 - (2 + 3) * 4'), -6);
  });

  it('No expression fails: division by zero follows IEEE 754', () => {
    assert.equal(number('1 / 0'), Infinity);
    assert.equal(number('-1 / 0'), -Infinity);
    assert.ok(Number.isNaN(number('0 / 0')));
    assert.equal(number('0 / 0 == 0 / 0 || 0 / 0 < 1 || 0 / 0 >= 1 ? 1 : 0'), 0);
    assert.equal(number('0 / 0 != 0 / 0 ? 1 : 0'), 1);
  });

  it('The field demand adds up the entry points and is never below what the service receives', () => {
    const seen = { service: { received: [10, 0, 25, 5] } };
    assert.deepEqual(
      valuesOf(checked('service.demand', { result: 'number' }), historyOf(15, [observed(1, 4, seen)])),
      [10, 10, 25, 20],
    );
  });

  it('The function change is relative, and is 1 if the field was 0 before', () => {
    const cluster = (latency: number): Seen => ({ cluster: { latency: [latency] } });
    assert.equal(number('change(cluster.latency, 15)', cluster(0.3), cluster(0.2)), (0.3 - 0.2) / 0.2);
    assert.equal(number('change(cluster.latency, 15)', cluster(1), cluster(-2)), 1.5);
    assert.equal(number('change(cluster.latency, 15)', cluster(3), cluster(0)), 1);
    assert.equal(number('change(cluster.latency, 15)', cluster(0), cluster(0)), 0);
  });

  it('The function mean includes the present value and all values within the window', () => {
    const cluster = (latency: number): Seen => ({ cluster: { latency: [latency] } });
    const seen = [cluster(1), cluster(2), cluster(6), cluster(100)];
    assert.equal(number("mean(cluster.latency, '30s')", ...seen), 3);
    assert.equal(number('mean(cluster.latency, 15)', ...seen), 1.5);
    // Demand and capacity have a history too.
    const service = [{ service: { ready: [1, 0, 0, 0] } }, { service: { ready: [4, 0, 0, 0] } }];
    assert.equal(number("services.map(s, mean(s.capacity, '15s')).sum()", ...service), 250);
  });

  it('Windows are rounded to entries, reach back at least one, and end where the history ends', () => {
    const seen = [1, 2, 4, 8].map((latency) => ({ cluster: { latency: [latency] } }));
    const change = (window: string): number => number(`change(cluster.latency, ${window})`, ...seen);
    assert.equal(change('1'), -1 / 2);
    assert.equal(change("'22s'"), -1 / 2);
    assert.equal(change("'23s'"), -3 / 4);
    assert.equal(change('duration("45s")'), -7 / 8);
    assert.equal(change("'1000h'"), -7 / 8);
    assert.equal(change('settings.window'), -3 / 4);
    assert.equal(change('2 * settings.window - 15'), -7 / 8);
    assert.equal(change('settings.load - 100'), -1 / 2);
  });

  it('Lists are filtered, mapped, summed and searched', () => {
    const seen = { service: { pending: [4, 1, 3, 2], failed: [0, 1, 0, 1] } };
    assert.equal(number('services.map(s, s.pending).min()', seen), 1);
    assert.equal(number('services.map(s, s.pending).max()', seen), 4);
    assert.equal(number('services.map(s, s.failed > 0, s.pending).sum()', seen), 3);
    assert.equal(number('services.filter(s, s.failed > 0).size() + size(services)', seen), 6);
    assert.equal(number('services.map(s, s.pending).filter(p, p > 1).map(p, p * 10).sum()', seen), 90);
    assert.equal(number('[cluster.latency, 3, 2].max()', seen), 3);
    assert.equal(number('[1, 2, 3].map(x, services.map(s, s.pending * x).max()).sum()', seen), 24);
    assert.equal(number("services.filter(s, s.name == 'c').map(s, s.pending).sum()", seen), 3);
    assert.equal(number("services.filter(s, s.priority in ['critical']).size()", seen), 2);
    // The services in pairs: which ones are less loaded than another one with crashes?
    assert.equal(
      number('services.filter(s, services.exists(t, t.failed > 0 && t.pending > s.pending)).size()', seen),
      1,
    );
  });

  it('An empty list has sum, min and max 0; all holds for it, and exists does not', () => {
    const none = 'services.filter(s, s.failed > 0)';
    assert.equal(number(`${none}.map(s, s.pending + 1).sum()`), 0);
    assert.equal(number(`${none}.map(s, s.pending + 1).min()`), 0);
    assert.equal(number(`${none}.map(s, s.pending + 1).max()`), 0);
    assert.equal(
      number(`${none}.all(s, false) && !${none}.exists(s, true) && !${none}.exists_one(s, true) ? 1 : 0`),
      1,
    );
  });

  it('A macro may use the service of the rule, and may hide it by a variable of that name', () => {
    const service = { received: [1, 2, 3, 4] };
    assert.deepEqual(
      values('services.exists(s, s.name != service.name && s.received > service.received)', { service }),
      [1, 1, 1, 0],
    );
    assert.deepEqual(values('services.all(service, service.received > 0)', { service }), [1, 1, 1, 1]);
    assert.equal(number('services.map(service, service.received).sum()', { service }), 10);
  });

  it('The interpreter reads the environment that is asked for', () => {
    const history = historyOf(15, [observed(2, 4, { service: { failed: [0, 0, 0, 0, 0, 2, 0, 0] } })]);
    const rule = checked('service.failed > 0');
    assert.deepEqual(valuesOf(rule, history), [0, 0, 0, 0, 0, 1, 0, 0]);
    const context = { cluster: sample, history, settings: {} };
    assert.equal(interpret(rule, { ...context, environment: 1, service: 1 }), true);
    assert.equal(interpret(rule, { ...context, environment: 0, service: 1 }), false);
    assert.throws(() => interpret(rule, { ...context, environment: 0 }), /say for which service/);
  });
});
