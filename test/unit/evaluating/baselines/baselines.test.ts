import assert from 'node:assert/strict';
import type { System } from '../../../../src/cluster/simulation/simulation.ts';
import { constant, everythingAtMaximum } from '../../../../src/evaluating/baselines/constant.ts';
import { demandRule } from '../../../../src/evaluating/baselines/demand-rule.ts';
import { safetyStock } from '../../../../src/evaluating/baselines/safety-stock.ts';
import { emptyObservation, type Observation, type ServiceField } from '../../../../src/spec/observation.ts';
import { sampleCluster } from '../../cluster/sample.ts';

/** One environment of the sample cluster; fields not given are zero. */
function observed(fields: Partial<Record<ServiceField, number[]>>): Observation {
  const observation = emptyObservation(1, 4);
  for (const [field, values] of Object.entries(fields)) observation.service[field as ServiceField].set(values);
  return observation;
}

/** What a system does, one decision after another. */
function decider(system: System, present: number[]): (observation: Observation) => number[] {
  const controller = system.make(sampleCluster, 1);
  controller.reset(0);
  const desired = Int32Array.from(present);
  return (observation) => {
    controller.decide({ interval: controller.interval, at: () => observation }, desired);
    return [...desired];
  };
}

describe('baselines', () => {
  it('The constant baseline holds its replicas', () => {
    assert.deepEqual(decider(constant('c', [3, 3, 2, 2]), [1, 1, 1, 1])(observed({})), [3, 3, 2, 2]);
    assert.throws(() => constant('c', [1]).make(sampleCluster, 1), RangeError);
  });

  it('The baseline "everything at maximum" asks for all replicas', () => {
    assert.deepEqual(decider(everythingAtMaximum(sampleCluster), [1, 1, 1, 1])(observed({})), [5, 3, 4, 6]);
  });

  it('The demand rule follows what the entry points receive, within the bounds', () => {
    // 150 requests/s: a 225/100, b 225/80, c 225/150, d, called twice, 450/300
    const decide = decider(demandRule(), [1, 1, 1, 1]);
    assert.deepEqual(decide(observed({ received: [150, 0, 0, 0] })), [3, 3, 2, 2]);
    assert.deepEqual(decide(observed({ received: [1000, 0, 0, 0] })), [5, 3, 4, 6]);
    assert.deepEqual(decide(observed({})), [1, 1, 1, 1]);
  });
});

describe('safety stock', () => {
  const settings = { heads: [1.5, 1.5, 1.5, 1.5], queue: 0.1, holdOff: 30 };
  const busy = { ready: [3, 3, 2, 2], served: [150, 150, 150, 300], utilization: [0.525, 0.64375, 0.525, 0.525] };

  it('The safety stock holds capacity above the load', () => {
    assert.deepEqual(
      decider(safetyStock(settings), [3, 3, 2, 2])(observed({ received: [150, 0, 0, 0], ...busy })),
      [3, 3, 2, 2],
    );
  });

  it('The safety stock adds what a queue needs, and replaces failed pods', () => {
    // a: (150 + .1 x 300) x 1.5 / 100 = 2.7 -> 3, and one failed; d: (300 + .1 x 300) x 1.5 / 300 = 1.65 -> 2
    const state = observed({ received: [150, 0, 0, 0], pending: [300, 0, 0, 300], failed: [1, 0, 0, 0], ...busy });
    assert.deepEqual(decider(safetyStock(settings), [3, 3, 2, 2])(state), [4, 3, 2, 2]);
  });

  it('The safety stock sees slow pods in their CPU', () => {
    // c works at half speed: 150 requests/s fill two pods of 150 x .5: (1 - .05) x 150 / (.95 x 2 x 150) = .5
    const state = observed({ received: [150, 0, 0, 0], ...busy, utilization: [0.525, 0.64375, 1, 0.525] });
    assert.deepEqual(decider(safetyStock(settings), [3, 3, 2, 2])(state), [3, 3, 3, 2]);
  });

  it('The safety stock grows at once, and shrinks one pod a step after the hold-off', () => {
    const decide = decider(safetyStock(settings), [3, 3, 2, 2]);
    const idle = observed({});
    assert.deepEqual(decide(idle), [3, 3, 2, 2]);
    assert.deepEqual(decide(idle), [3, 3, 2, 2]);
    assert.deepEqual(decide(idle), [2, 2, 1, 1]);
    assert.deepEqual(decide(idle), [1, 1, 1, 1]);
    assert.deepEqual(decide(observed({ received: [300, 0, 0, 0] })), [5, 3, 3, 3]);
    assert.deepEqual(decide(idle), [5, 3, 3, 3]);
  });

  it('The safety stock forgets its hold-off on a reset', () => {
    const controller = safetyStock(settings).make(sampleCluster, 1);
    const desired = Int32Array.of(3, 3, 2, 2);
    const observations = { interval: 15, at: () => observed({}) };
    for (let i = 0; i < 2; i++) controller.decide(observations, desired);
    controller.reset(0);
    for (let i = 0; i < 2; i++) controller.decide(observations, desired);
    assert.deepEqual([...desired], [3, 3, 2, 2]);
  });

  it('The safety stock refuses another number of heads than there are services', () => {
    assert.throws(() => safetyStock({ ...settings, heads: [1] }).make(sampleCluster, 1), RangeError);
  });
});
