import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkExpression } from '../../../../src/spec/cel/check.ts';
import { compileColumns, compileTogether } from '../../../../src/spec/cel/compile.ts';
import type { Node } from '../../../../src/spec/cel/expression.ts';
import { childrenOf } from '../../../../src/spec/cel/interpret.ts';
import type { Cluster, Priority } from '../../../../src/spec/model.ts';
import { emptyObservation, type Observation } from '../../../../src/spec/observation.ts';
import { expressionFrom, SETTINGS } from './grammar.ts';
import { checked, clusterOf, historyOf, observed, sample, valuesOf } from './fixtures.ts';

const NAMES = ['a', 'b', 'c', 'd', 'e'];
/** Values at which the two executions could differ: signs of zero, division by zero, overflow. */
const VALUES = [0, -0, 1, 2, 3, 5, 0.1, 0.7, 0.95, -1, 42.5, 100, 212, 1e308, -1e308, 5e-324, Infinity, -Infinity, NaN];

/** An acyclic cluster of 1-5 services from a list of choices. */
function clusterFrom(count: number, choices: readonly number[]): Cluster {
  const choice = (index: number): number => choices[index % choices.length];
  const priorities: Priority[] = ['critical', 'normal', 'low'];
  return clusterOf(
    NAMES.slice(0, count).map((name, i) => ({
      ...sample.services[0],
      name,
      entryPoint: choice(i) % 2 === 0,
      priority: priorities[choice(i + 5) % 3],
      replicas: { min: 1, max: 1 + (choice(i + 10) % 6) },
      emulator: { ...sample.services[0].emulator, throughput: 10 + choice(i + 15) },
      calls: Array.from({ length: count - i - 1 }, (_, j) => i + 1 + j).filter((j) => choice(i * 5 + j) % 3 === 0),
    })),
  );
}

function observationFrom(
  environments: number,
  services: number,
  choices: readonly number[],
  salt: number,
): Observation {
  const observation = emptyObservation(environments, services);
  let index = salt;
  for (const column of [...Object.values(observation.service), ...Object.values(observation.cluster)])
    for (let i = 0; i < column.length; i++)
      column[i] = VALUES[(choices[index++ % choices.length] + index * 7) % VALUES.length];
  return observation;
}

const choices = (length: number) => fc.array(fc.nat(10_000), { minLength: length, maxLength: length });
const setting = fc.record({
  text: choices(120),
  values: choices(211),
  result: fc.constantFrom('bool' as const, 'number' as const),
  perService: fc.boolean(),
  services: fc.integer({ min: 1, max: 5 }),
  environments: fc.integer({ min: 1, max: 3 }),
  entries: fc.integer({ min: 1, max: 5 }),
  interval: fc.constantFrom(15, 30),
});

describe('interpreting and compiling an expression', () => {
  const operations = new Map<string, number>();
  const count = (node: Node): void => {
    const name =
      node.op === 'binary' ? node.operator : node.op === 'quantifier' || node.op === 'aggregate' ? node.kind : node.op;
    operations.set(name, (operations.get(name) ?? 0) + 1);
    childrenOf(node).forEach(count);
  };

  it('Interpreter and compiler give the same value, to the bit, for random expressions, clusters and histories', () => {
    fc.assert(
      fc.property(setting, ({ text, values, result, perService, services, environments, entries, interval }) => {
        const cluster = clusterFrom(services, values);
        const seen = Array.from({ length: entries }, (_, i) => observationFrom(environments, services, values, i * 31));
        const written = expressionFrom(text, result, perService);
        const options = { result, perService, settings: Object.keys(SETTINGS), service: perService };
        const { problems, expression } = checkExpression(written, options);
        // Random text may be too long for the product; every other problem is an error of the checker.
        if (problems.length > 0 && problems.every(({ code }) => code === 'cel-too-long' || code === 'cel-too-deep'))
          return;
        assert.ok(expression, `${written}: ${problems[0]?.message}`);
        valuesOf(expression, historyOf(interval, seen), SETTINGS, cluster);
        count(expression.root);
      }),
      { seed: 20250521, numRuns: 3000 },
    );
  });

  it('The random expressions use every operation', () => {
    const all =
      '+ - * / % < <= > >= == != && || literal setting variable service field clusterField history negate not conditional in all exists exists_one sum min max size services list map filter';
    for (const name of all.split(' '))
      assert.ok((operations.get(name) ?? 0) >= 50, `${name}: ${operations.get(name) ?? 0}`);
  });

  it('The interpreter and the compiler agree if expressions are compiled together', () => {
    fc.assert(
      fc.property(choices(60), choices(60), choices(211), fc.boolean(), (first, second, values, perService) => {
        const settings = { ...SETTINGS };
        const options = { result: 'number', settings: Object.keys(settings), service: perService } as const;
        const texts = [expressionFrom(first, 'number', perService), expressionFrom(second, 'number', perService)];
        const found = texts.map((text) => checkExpression(text, options).expression);
        fc.pre(found.every((expression) => expression !== undefined));
        const cluster = clusterFrom(3, values);
        const history = historyOf(15, [observationFrom(2, 3, values, 0), observationFrom(2, 3, values, 77)]);
        const into = () => new Float64Array(perService ? 6 : 2);
        const together = found.map(into);
        compileTogether(
          found.map((expression) => ({ expression: expression!, settings })),
          cluster,
        ).evaluate(history, together);
        for (const [index, expression] of found.entries()) {
          const alone = into();
          compileColumns(expression!, cluster, settings).evaluate(history, alone);
          assert.deepEqual(together[index], alone);
        }
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

describe('compiled expressions', () => {
  const history = (environments: number, interval: number) =>
    historyOf(interval, [
      observed(environments, 4, { service: { received: Array.from({ length: environments * 4 }, (_, i) => i + 10) } }),
      observed(environments, 4, { service: { received: Array.from({ length: environments * 4 }, () => 10) } }),
      observed(environments, 4, { service: { received: Array.from({ length: environments * 4 }, () => 5) } }),
    ]);

  it('Compiled expressions follow another number of environments and another interval', () => {
    const expression = compileColumns(checked("change(service.received, '30s')", { result: 'number' }), sample, {});
    const one = new Float64Array(4);
    expression.evaluate(history(1, 15), one);
    assert.deepEqual([...one], [1, 1.2, 1.4, 1.6]);
    expression.evaluate(history(1, 30), one);
    assert.deepEqual([...one], [0, 0.1, 0.2, 0.3]);
    const two = new Float64Array(8);
    expression.evaluate(history(2, 30), two);
    assert.deepEqual([...two], [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]);
  });

  it('Compiled expressions see new values in the same and in other arrays', () => {
    const entry = observed(1, 4, { service: { pending: [1, 2, 3, 4] } });
    const expression = compileColumns(
      checked('services.map(s, s.pending).sum() + service.pending', { result: 'number' }),
      sample,
      {},
    );
    const into = new Float64Array(4);
    expression.evaluate(historyOf(15, [entry]), into);
    assert.deepEqual([...into], [11, 12, 13, 14]);
    entry.service.pending[0] = 11;
    expression.evaluate(historyOf(15, [entry]), into);
    assert.deepEqual([...into], [31, 22, 23, 24]);
    expression.evaluate(historyOf(15, [observed(1, 4, {})]), into);
    assert.deepEqual([...into], [0, 0, 0, 0]);
  });

  it('Compiled expressions refuse a column of another length and a setting without a value', () => {
    const expression = compileColumns(checked('service.pending > 5'), sample, {});
    assert.throws(() => expression.evaluate(history(2, 15), new Float64Array(4)), /has 8 values, not 4/);
    const rule = checked('service.pending > settings.pending', { settings: ['pending'] });
    assert.throws(() => compileColumns(rule, sample, {}), {
      name: 'RangeError',
      message: 'The setting pending has no value.',
    });
  });
});
