import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sortByDependency } from '../../../src/spec/graph.ts';

const sort = (edges: Record<string, string[]>) => sortByDependency(Object.keys(edges), (name) => edges[name] ?? []);

describe('order by dependency', () => {
  it('Sorting by dependency puts each item after what it depends on', () => {
    assert.deepEqual(sort({ a: ['c'], b: ['a'], c: [] }), { order: ['c', 'a', 'b'], cycles: [] });
  });

  it('Sorting by dependency keeps the order of independent items and ignores unknown ones', () => {
    assert.deepEqual(sort({ b: ['nothing'], a: [] }), { order: ['b', 'a'], cycles: [] });
  });

  it('Sorting by dependency gives each cycle once and leaves out what depends on it', () => {
    const { order, cycles } = sort({ a: ['b'], b: ['c'], c: ['b'], d: ['d'], e: ['f'], f: [] });
    assert.deepEqual(cycles, [['b', 'c'], ['d']]);
    assert.deepEqual(order, ['f', 'e']);
  });

  it('Sorting by dependency takes chains of any length', () => {
    const names = Array.from({ length: 50_000 }, (_, i) => `n${i}`);
    const { order } = sortByDependency(names, (name) => [`n${Number(name.slice(1)) + 1}`]);
    assert.deepEqual(order, names.toReversed());
  });

  it('Sorting by dependency orders every acyclic graph and finds a cycle in every other', () => {
    const size = 7;
    const graphs = fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 12 });
    const property = fc.property(graphs, (pairs) => {
      const edges: Record<string, string[]> = {};
      for (let i = 0; i < size; i++) edges[i] = pairs.filter(([from]) => from === i).map(([, to]) => String(to));
      const { order, cycles } = sort(edges);
      for (const name of order) {
        for (const needed of edges[name]) assert.ok(order.indexOf(needed) < order.indexOf(name));
      }
      for (const cycle of cycles) {
        cycle.forEach((name, i) => assert.ok(edges[name].includes(cycle[(i + 1) % cycle.length])));
      }
      assert.equal(order.length === size, cycles.length === 0);
    });
    fc.assert(property, { seed: 3, numRuns: 2000 });
  });
});
