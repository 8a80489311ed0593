import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { TraceError } from '../../../../src/modeling/traces/errors.ts';
import { clusterHash, observationOf, stateNames, stateOf } from '../../../../src/modeling/traces/layout.ts';
import { TraceStore } from '../../../../src/modeling/traces/trace-store.ts';
import { loadTraces, segmentsOf, splitTraces, transitionsOf } from '../../../../src/modeling/traces/trace.ts';
import { SHOP } from '../clusters.ts';
import { INFO, transition } from '../transitions.ts';

describe('layout', () => {
  it('A state vector and an observation hold the same numbers', () => {
    const state = transition(1).state;
    const observation = observationOf(state, 2);
    assert.deepEqual(stateOf(observation), state);
    const names = stateNames(['front', 'back']);
    assert.equal(state[names.indexOf('back.served')], observation.service.served[1]);
    assert.equal(state[names.indexOf('cluster.latency')], observation.cluster.latency[0]);
    assert.equal(names.length, state.length);
  });

  it('The hash of a cluster tells clusters apart by what matters', () => {
    assert.equal(clusterHash({ ...SHOP, name: 'other', origin: { file: 'x', line: 9 } }), clusterHash(SHOP));
    assert.equal(clusterHash(structuredClone(SHOP)), clusterHash(SHOP));
    assert.notEqual(clusterHash({ ...SHOP, nodes: { cpu: 4000, memory: 12288 } }), clusterHash(SHOP));
  });
});

describe('traces in memory', () => {
  const steps = (list: number[]) => list.map((step) => transition(step));

  it('Traces are cut where steps are missing', () => {
    const parts = segmentsOf(1, 15, steps([0, 1, 2, 5, 6, 9]));
    assert.deepEqual(
      parts.map(({ transitions }) => transitions.map(({ step }) => step)),
      [[0, 1, 2], [5, 6], [9]],
    );
  });

  it('What is held out is strictly later in its recording, and nothing is lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(fc.nat(60), { minLength: 2 }), { minLength: 1, maxLength: 3 }),
        fc.double({ min: 0.1, max: 0.5, noNaN: true }),
        (recordings, share) => {
          const segments = recordings.flatMap((list, id) => segmentsOf(id, 15, steps([...list].sort((a, b) => a - b))));
          const { fit, heldOut } = splitTraces(segments, share);
          for (const id of recordings.keys()) {
            const of = (parts: typeof fit): number[] =>
              transitionsOf(parts.filter(({ recording }) => recording === id)).map(({ step }) => step);
            assert.ok(Math.max(-1, ...of(fit)) < Math.min(Infinity, ...of(heldOut)));
            assert.deepEqual(
              [...of(fit), ...of(heldOut)],
              [...recordings[id]].sort((a, b) => a - b),
            );
            assert.ok(Math.abs(of(heldOut).length - share * recordings[id].length) <= 0.5 + 1e-9);
          }
        },
      ),
      { seed: 1 },
    );
  });

  it('Traces come from recordings of this cluster as it is now, at one interval', () => {
    const folder = mkdtempSync(join(tmpdir(), 'karma-load-'));
    try {
      using store = new TraceStore(join(folder, 't.sqlite'));
      const record = (info: Partial<typeof INFO>): number => {
        const id = store.create({ ...INFO, clusterHash: clusterHash(SHOP), ...info });
        store.append(id, steps([0, 1]));
        return id;
      };
      const other = record({ clusterHash: 'of another' });
      assert.throws(
        () => loadTraces(store, SHOP),
        (error) =>
          error instanceof TraceError &&
          /no traces of cluster shop as it is now \(1 of other clusters\)/.test(error.message),
      );
      const first = record({});
      const second = record({});
      const slow = record({ interval: 30 });
      const { segments, skipped } = loadTraces(store, SHOP);
      assert.deepEqual(
        segments.map(({ recording }) => recording),
        [first, second],
      );
      assert.deepEqual(
        skipped.map(({ recording }) => recording),
        [other, slow],
      );
      assert.match(skipped[1].reason, /every 30 s, the others every 15 s/);
      assert.deepEqual(
        loadTraces(store, SHOP, [slow]).segments.map(({ interval }) => interval),
        [30],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
