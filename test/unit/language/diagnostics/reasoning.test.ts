import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkExpression } from '../../../../src/spec/cel/check.ts';
import { interpret } from '../../../../src/spec/cel/interpret.ts';
import { isServiceField } from '../../../../src/spec/cel/vocabulary.ts';
import type { Cluster, Priority } from '../../../../src/spec/model.ts';
import {
  CLUSTER_FIELDS,
  emptyObservation,
  SERVICE_FIELDS,
  type ClusterField,
  type Observation,
  type ServiceField,
} from '../../../../src/spec/observation.ts';
import {
  clusterFieldRange,
  isWhole,
  serviceFieldRange,
} from '../../../../src/language/diagnostics/ranges/field-ranges.ts';
import { Reasoning } from '../../../../src/language/diagnostics/ranges/reasoning.ts';
import { checked, clusterOf, historyOf, sample } from '../../spec/cel/fixtures.ts';
import { expressionFrom, SETTINGS } from '../../spec/cel/grammar.ts';

const settingsOf = (settings: Readonly<Record<string, number>>) =>
  new Map(Object.entries(settings).map(([name, value]) => [name, { low: value, high: value }] as const));

function truth(text: string, service = 0, settings: Readonly<Record<string, number>> = {}, cluster = sample) {
  const { root } = checked(text, { settings: Object.keys(settings) });
  const { yes, no } = new Reasoning({ cluster, settings: settingsOf(settings), service }).truthOf(root);
  return yes && no ? 'sometimes' : yes ? 'always' : 'never';
}

describe('interval reasoning', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['service.pending > 5', 'sometimes'],
    ['service.utilization > 70', 'never'],
    ['service.utilization >= 0', 'always'],
    ['service.utilization * 100 > 70', 'sometimes'],
    ['service.utilization > 1', 'never'],
    ['service.desired < 1', 'never'],
    ['service.desired <= service.max', 'always'],
    ['service.pending > 500', 'never'],
    ['service.pending >= 500', 'sometimes'],
    ['service.pending > 10 && service.pending < 5', 'never'],
    ['service.pending < 5 && service.received > 1 && service.pending > 10', 'never'],
    ['service.pending > 5 && service.pending <= 5', 'never'],
    ['service.pending > 5 || service.pending <= 5', 'always'],
    ['!(service.pending > 5) && service.pending > 6', 'never'],
    ['service.failed > 0 && service.failed < 1', 'never'],
    ['service.latency > 0 && service.latency < 1', 'sometimes'],
    ['service.failed == 2 && service.failed == 3', 'never'],
    ["service.priority == 'critical'", 'always'],
    ["service.priority == 'low'", 'never'],
    ["services.exists(s, s.priority == 'low')", 'never'],
    ['services.exists(s, s.entryPoint && s.pending > 900)', 'never'],
    ['services.all(s, s.pending >= 0)', 'always'],
    ['services.all(s, s.pending > 3) && service.pending < 2', 'never'],
    ['services.map(s, s.desired).sum() > 18', 'never'],
    ['services.map(s, s.desired).sum() >= 18', 'sometimes'],
    ['services.filter(s, s.failed > 0).size() > 4', 'never'],
    ['services.filter(s, s.entryPoint).size() == 1', 'always'],
    ['services.map(s, s.pending).max() > 500', 'never'],
    ['services.filter(s, s.failed > 99).map(s, s.pending).min() == 0', 'always'],
    ["change(service.received, '1m') < -1", 'never'],
    ["change(service.received, '1m') > 5", 'sometimes'],
    ["mean(cluster.successRate, '5m') > 1", 'never'],
    ["mean(service.latency, '5m') > 3 && mean(service.latency, '300s') < 2", 'never'],
    ["mean(service.latency, '5m') > 3 && mean(service.latency, '10m') < 2", 'sometimes'],
    ['service.demand / service.capacity < 0', 'never'],
    ['service.demand / service.capacity >= 0', 'sometimes'],
    ['service.pending / 0 > 1', 'sometimes'],
    ['(service.pending > 5 ? 1 : 2) > 2', 'never'],
    ['service.pending > 5 ? service.pending < 3 : false', 'never'],
    ['service.desired in [1, 2, 3, 4, 5]', 'sometimes'],
    ['service.desired in [7, 9]', 'never'],
    ["service.name in ['a', 'b']", 'always'],
    ['settings.load > 0.5', 'always'],
    ['service.utilization > settings.load && service.utilization < 0.6', 'never'],
    ['service.desired % 3 > 3', 'never'],
    ['-service.pending > 0', 'never'],
    ['services.exists_one(s, s.entryPoint)', 'always'],
    ['service.utilization != service.utilization', 'sometimes'],
  ];
  for (const [text, expected] of cases)
    it(`Interval reasoning finds that ${text} is ${expected} true`, () =>
      assert.equal(truth(text, 0, { load: 0.7 }), expected));

  it('Interval reasoning knows less of a real cluster than of the emulator', () => {
    const real: Cluster = { ...sample, metrics: { source: 'prometheus', service: 'm/p:1', queries: {} } };
    assert.equal(truth('service.utilization > 1.5', 0, {}, real), 'sometimes');
    assert.equal(truth('cluster.successRate > 1.5', 0, {}, real), 'never');
  });

  it('Interval reasoning counts every value of a setting that is searched', () => {
    const { root } = checked('service.utilization > settings.load', { settings: ['load'] });
    const reason = (high: number) =>
      new Reasoning({ cluster: sample, settings: new Map([['load', { low: 0.5, high }]]), service: 0 }).truthOf(root);
    assert.deepEqual(reason(3), { yes: true, no: true });
    assert.deepEqual(
      new Reasoning({ cluster: sample, settings: new Map([['load', { low: 2, high: 3 }]]), service: 0 }).truthOf(root),
      { yes: false, no: true },
    );
  });
});

/** An acyclic cluster of 1-4 services from a list of choices. */
function clusterFrom(count: number, choices: readonly number[]): Cluster {
  const choice = (index: number): number => choices[index % choices.length];
  const priorities: Priority[] = ['critical', 'normal', 'low'];
  return clusterOf(
    ['a', 'b', 'c', 'd'].slice(0, count).map((name, i) => ({
      ...sample.services[0],
      name,
      entryPoint: i === 0 || choice(i) % 2 === 0,
      priority: priorities[choice(i + 5) % 3],
      replicas: { min: 1 + (choice(i + 7) % 3), max: 3 + (choice(i + 10) % 6) },
      emulator: { ...sample.services[0].emulator, throughput: 10 + (choice(i + 15) % 100) },
      calls: Array.from({ length: count - i - 1 }, (_, j) => i + 1 + j).filter((j) => choice(i * 5 + j) % 3 === 0),
    })),
  );
}

const TYPICAL = [0, 1, 2, 3, 5, 7, 30, 100, 0.5, 0.7, 0.95, 42.5, 1e-9, 1e6];

/** Values of a field within its range: the ends, typical numbers, and between. */
function valueIn({ low, high }: { low: number; high: number }, whole: boolean, choice: number): number {
  const candidates = [low, high, (low + high) / 2, low + (high - low) * 0.9, ...TYPICAL].filter(
    (value) => value >= low && value <= high,
  );
  const value = candidates[choice % candidates.length];
  return whole ? Math.max(low, Math.floor(value)) : value;
}

function stateFrom(cluster: Cluster, choices: readonly number[], salt: number): Observation {
  const observation = emptyObservation(1, cluster.services.length);
  let at = salt;
  const choice = (): number => choices[at++ % choices.length];
  for (const field of Object.keys(SERVICE_FIELDS) as ServiceField[])
    cluster.services.forEach((_, s) => {
      observation.service[field][s] = valueIn(serviceFieldRange(cluster, s, field), isWhole(field), choice());
    });
  for (const field of Object.keys(CLUSTER_FIELDS) as ClusterField[])
    observation.cluster[field][0] = valueIn(clusterFieldRange(field), false, choice());
  return observation;
}

describe('interval reasoning is sound', () => {
  const choices = (length: number) => fc.array(fc.nat(10_000), { minLength: length, maxLength: length });
  const setting = fc.record({
    text: choices(60),
    values: choices(173),
    services: fc.integer({ min: 1, max: 4 }),
    entries: fc.integer({ min: 1, max: 4 }),
    interval: fc.constantFrom(15, 30),
  });

  it('A condition that is found never or always true is so in random states', () => {
    let decided = 0;
    fc.assert(
      fc.property(setting, ({ text, values, services, entries, interval }) => {
        const cluster = { ...clusterFrom(services, values), decisionInterval: interval };
        const written = expressionFrom(text, 'bool', true);
        const { expression } = checkExpression(written, {
          result: 'bool',
          settings: Object.keys(SETTINGS),
          service: true,
        });
        if (!expression) return;
        for (let service = 0; service < services; service++) {
          const reasoning = new Reasoning({ cluster, settings: settingsOf(SETTINGS), service });
          const { yes, no } = reasoning.truthOf(expression.root);
          const value = reasoning.valueOf(expression.root);
          assert.ok(value?.type === 'bool');
          if (yes && no) continue;
          decided++;
          for (let state = 0; state < 8; state++) {
            const seen = Array.from({ length: entries }, (_, i) => stateFrom(cluster, values, state * 61 + i * 17));
            const context = {
              cluster,
              history: historyOf(interval, seen),
              environment: 0,
              service,
              settings: SETTINGS,
            };
            const matches = interpret(expression, context) as boolean;
            assert.ok(matches ? yes : no, `${written} is ${matches} for service ${service}`);
            assert.ok(matches ? value.truth.yes : value.truth.no, `${written} by value`);
          }
        }
      }),
      { numRuns: 4000 },
    );
    assert.ok(decided > 500, `only ${decided} decided: the test says little`);
  });

  it('Numbers lie in the ranges that are reasoned with', () => {
    fc.assert(
      fc.property(setting, ({ text, values, services, entries, interval }) => {
        const cluster = { ...clusterFrom(services, values), decisionInterval: interval };
        const written = expressionFrom(text, 'number', true);
        const { expression } = checkExpression(written, {
          result: 'number',
          settings: Object.keys(SETTINGS),
          service: true,
        });
        if (!expression) return;
        const value = new Reasoning({ cluster, settings: settingsOf(SETTINGS), service: 0 }).valueOf(expression.root);
        assert.ok(value?.type === 'number');
        for (let state = 0; state < 8; state++) {
          const seen = Array.from({ length: entries }, (_, i) => stateFrom(cluster, values, state * 61 + i * 17));
          const context = {
            cluster,
            history: historyOf(interval, seen),
            environment: 0,
            service: 0,
            settings: SETTINGS,
          };
          const found = interpret(expression, context) as number;
          const { low, high, nan } = value.range;
          assert.ok(
            Number.isNaN(found) ? nan : found >= low && found <= high,
            `${written}: ${found} not in ${low}..${high}`,
          );
        }
      }),
      { numRuns: 4000 },
    );
  });

  it('Every number field has a range', () => {
    for (const field of Object.keys(SERVICE_FIELDS)) {
      assert.ok(isServiceField(field));
      const { low, high } = serviceFieldRange(sample, 0, field);
      assert.ok(low <= high);
    }
  });
});
