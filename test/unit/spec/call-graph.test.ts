import assert from 'node:assert/strict';
import { callsPerRequest, capacityOf, topologicalOrder } from '../../../src/spec/call-graph.ts';
import { clusterOf, sample } from './cel/fixtures.ts';

/** A cluster with other calls: for each service, the indices of the services that it calls. */
const withCalls = (calls: readonly (readonly number[])[]) =>
  clusterOf(calls.map((called, i) => ({ ...sample.services[0], name: `s${i}`, calls: called })));

describe('the call graph', () => {
  it('The call graph orders callers before what they call, and otherwise as written', () => {
    assert.deepEqual(topologicalOrder(sample), [0, 1, 2, 3]);
    assert.deepEqual(topologicalOrder(withCalls([[], [0], [1, 0]])), [2, 1, 0]);
    assert.deepEqual(topologicalOrder(withCalls([[], [], []])), [0, 1, 2]);
  });

  it('The call graph names the services of a cycle', () => {
    assert.throws(() => topologicalOrder(withCalls([[1], [2], [1], []])), {
      name: 'RangeError',
      message: 'The calls of cluster test form a cycle through s1, s2.',
    });
  });

  it('The call graph counts the requests that one request causes, once per path', () => {
    // a calls b and c, which both call d.
    const expected = [
      [1, 1, 1, 2],
      [0, 1, 0, 1],
      [0, 0, 1, 1],
      [0, 0, 0, 1],
    ];
    assert.deepEqual([...callsPerRequest(sample)], expected.flat());
    // Each diamond in the ladder doubles the number of paths.
    const ladder = withCalls([[1, 2], [3], [3], [4, 5], [6], [6], []]);
    assert.equal(callsPerRequest(ladder)[6], 4);
  });

  it('The call graph finds the narrowest service of the chain behind an entry point', () => {
    // b: 3 x 80; a takes 500, c 600, d 1800 for 2 requests each.
    assert.equal(capacityOf(sample, 0), 240);
    assert.equal(capacityOf(sample, 1), 240);
    assert.equal(capacityOf(sample, 2), 600);
    assert.equal(capacityOf(sample, 3), 1800);
    const wide = clusterOf(
      sample.services.map((service) =>
        service.name === 'b' ? { ...service, replicas: { min: 1, max: 30 } } : service,
      ),
    );
    assert.equal(capacityOf(wide, 0), 500);
  });
});
