import assert from 'node:assert/strict';
import { fitRule, ruleQuality, type RuleSamples } from '../../../../src/analyzing/roles/decision-rule.ts';
import { ruleTerms, type RuleTerm } from '../../../../src/analyzing/roles/rule-terms.ts';
import type { Trajectories } from '../../../../src/analyzing/trajectories/trajectories.ts';
import { Random } from '../../../../src/cluster/random.ts';
import { checkExpression } from '../../../../src/spec/cel/check.ts';
import { compileColumns } from '../../../../src/spec/cel/compile.ts';
import { emptyObservation, SERVICE_FIELDS, type ObservationHistory } from '../../../../src/spec/observation.ts';
import { CLUSTER, fourAgents, makeTrajectories, SERVICES, STATE_FIELDS } from '../synthetic.ts';

const trajectories = makeTrajectories({ agents: fourAgents(), episodes: 1, steps: 80, noise: 0, seed: 1 });

/** Every step of the first episode as an environment, with the step before as its past. */
function historyOf({ episodes, stateFields, interval }: Trajectories): ObservationHistory {
  const { steps, states } = episodes[0];
  const at = (ago: number) => {
    const observation = emptyObservation(steps, SERVICES.length);
    for (let t = 0; t < steps; t++) {
      const row = Math.max(0, t - ago) * stateFields.length;
      const read = (field: string) => states[row + stateFields.indexOf(field)] ?? 0;
      for (const field of Object.keys(SERVICE_FIELDS) as (keyof typeof SERVICE_FIELDS)[])
        for (const [s, name] of SERVICES.entries())
          observation.service[field][t * SERVICES.length + s] = stateFields.includes(`${name}.${field}`)
            ? read(`${name}.${field}`)
            : 0;
      observation.cluster.cpuAllocated[t] = read('cluster.cpuAllocated');
      observation.cluster.latency[t] = read('cluster.latency');
    }
    return observation;
  };
  const entries = [at(0), at(1)];
  return { interval, at: (ago) => entries[Math.min(1, ago)] };
}

const named = (name: string): RuleTerm => ({
  whole: false,
  value: () => 0,
  condition: (above, threshold) => `${name} ${above ? '>' : '<='} ${threshold}`,
});

describe('terms of rules', () => {
  it('The terms of rules mean in CEL what they compute', () => {
    const terms = ruleTerms(trajectories, CLUSTER);
    assert.ok(terms.length > 10);
    const history = historyOf(trajectories);
    for (const term of terms)
      for (const threshold of [0, 0.35, 0.87, 1.21, 20])
        for (const above of [true, false]) {
          const text = term.condition(above, String(threshold));
          const { expression, problems } = checkExpression(text, { result: 'bool', settings: [], service: true });
          assert.ok(expression, `${text}: ${problems[0]?.message}`);
          const values = new Float64Array(80 * SERVICES.length);
          compileColumns(expression, CLUSTER, {}).evaluate(history, values);
          for (const [i, holds] of values.entries()) {
            const own = term.value(0, Math.floor(i / SERVICES.length), i % SERVICES.length) > threshold;
            assert.equal(holds === 1, above ? own : !own, `${text} at ${i}`);
          }
        }
  });

  it('The terms of rules are those that the recorded columns can give', () => {
    const less = { ...trajectories, stateFields: STATE_FIELDS.map((field) => field.replace('received', 'other')) };
    const texts = ruleTerms(less, CLUSTER).map((term) => term.condition(true, '1'));
    assert.ok(!texts.some((text) => text.includes('demand') || text.includes('change')));
    assert.ok(texts.includes('service.pending > 1'));
    assert.ok(!texts.some((text) => text.includes('dropped')));
  });
});

describe('decision rules', () => {
  const random = new Random(5);
  const columns = [0, 1, 2].map(() => Float64Array.from({ length: 4000 }, () => random.uniform()));
  const terms = ['x', 'y', 'z'].map(named);
  const samplesFor = (test: (x: number, y: number, z: number) => boolean, noise = 0): RuleSamples => ({
    values: columns,
    done: Uint8Array.from(columns[0], (x, i) =>
      Number(random.uniform() < noise ? random.uniform() < 0.5 : test(x, columns[1][i], columns[2][i])),
    ),
  });

  it('A decision rule finds one threshold', () => {
    const samples = samplesFor((x) => x > 0.7);
    const rule = fitRule(terms, samples)!;
    const threshold = Number(/^x > (0\.\d\d?)$/.exec(rule.when)?.[1]);
    assert.ok(Math.abs(threshold - 0.7) < 0.04, rule.when);
    const quality = ruleQuality(rule, samples);
    assert.ok(quality.recall! > 0.9 && quality.precision! > 0.9);
    assert.ok(Math.abs(quality.baseRate - 0.3) < 0.03);
  });

  it('A decision rule finds a conjunction and its negation under noise', () => {
    const rule = fitRule(
      terms,
      samplesFor((x, y) => x > 0.6 && y <= 0.3, 0.05),
    )!;
    assert.match(rule.when, /^(x > 0\.\d\d? && y <= 0\.\d\d?|y <= 0\.\d\d? && x > 0\.\d\d?)$/);
    const other = fitRule(
      terms,
      samplesFor((x, y) => x > 0.6 || y > 0.8),
    )!;
    const quality = ruleQuality(
      other,
      samplesFor((x, y) => x > 0.6 || y > 0.8),
    );
    assert.ok(quality.recall! > 0.9 && quality.precision! > 0.9, other.when);
    assert.ok(other.when.includes('||'), other.when);
  });

  it('No decision rule is found where nothing can be told', () => {
    assert.equal(fitRule(terms, { values: columns, done: new Uint8Array(4000) }), undefined);
    assert.equal(fitRule(terms, { values: columns, done: new Uint8Array(4000).fill(1) }), undefined);
    const constant = { values: [new Float64Array(10).fill(3)], done: Uint8Array.of(1, 0, 1, 0, 1, 0, 1, 0, 1, 0) };
    assert.equal(fitRule([named('x')], constant), undefined);
  });

  it('Decision rules use whole thresholds for whole numbers, and short ones for the rest', () => {
    const values = [Float64Array.from({ length: 100 }, (_, i) => i % 5)];
    const done = Uint8Array.from(values[0], (value) => Number(value >= 3));
    assert.equal(fitRule([{ ...named('failed'), whole: true }], { values, done })!.when, 'failed > 2');
    const fine = [Float64Array.from({ length: 100 }, (_, i) => (i < 50 ? 0.123456 : 0.234567))];
    const upper = Uint8Array.from(fine[0], (value) => Number(value > 0.2));
    assert.equal(fitRule([named('x')], { values: fine, done: upper })!.when, 'x > 0.2');
    const endless = [Float64Array.from({ length: 100 }, (_, i) => (i < 50 ? 2 : Infinity))];
    const last = Uint8Array.from(endless[0], (value) => Number(value > 5));
    assert.match(fitRule([named('x')], { values: endless, done: last })!.when, /^x > \d+(\.\d+)?$/);
  });

  it('The quality of a decision rule is that by hand', () => {
    const holds = (samples: RuleSamples, i: number) => samples.values[0][i] > 1;
    const samples = { values: [Float64Array.of(0, 2, 2, 2, 0)], done: Uint8Array.of(0, 1, 0, 1, 1) };
    assert.deepEqual(ruleQuality({ holds }, samples), {
      samples: 5,
      baseRate: 3 / 5,
      allows: 3 / 5,
      precision: 2 / 3,
      recall: 2 / 3,
    });
    const empty = { values: [new Float64Array()], done: new Uint8Array() };
    assert.deepEqual(ruleQuality({ holds }, empty), {
      samples: 0,
      baseRate: 0,
      allows: 0,
      precision: undefined,
      recall: undefined,
    });
  });
});
