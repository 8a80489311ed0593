import assert from 'node:assert/strict';
import { Emulator } from '../../../../src/cluster/emulator/emulator.ts';
import { defaultHpa } from '../../../../src/cluster/hpa/controller.ts';
import { runEpisodes } from '../../../../src/cluster/simulation/run-controller.ts';
import type { System } from '../../../../src/cluster/simulation/simulation.ts';
import { sampleCluster, steady } from '../sample.ts';

const simulate = (environments: number): Emulator => new Emulator(sampleCluster, environments);
const still = new AbortController().signal;

/** Sets the same replicas at every decision, and notes how it was asked. */
function constant(replicas: readonly number[], interval = 30, asked: number[] = []): System {
  return {
    name: 'constant',
    make: (_, environments) => ({
      name: 'constant',
      interval,
      reset: () => undefined,
      decide(history, desired) {
        asked.push(history.at(1).service.desired[0]);
        for (let i = 0; i < environments * 4; i++) desired[i] = replicas[i % 4];
      },
    }),
  };
}

describe('Playing a system through episodes', () => {
  const episodes = [200, 100].map((rate, k) => steady([rate, 0, 0, 0], k === 0 ? 300 : 150));

  it('A system is counted in each episode over its own length', async () => {
    const results = await runEpisodes(simulate, constant([3, 3, 2, 2]), sampleCluster, episodes, { signal: still });
    assert.equal(results.length, 2);
    assert.ok(Math.abs(results[0].received - 60_000) < 1000 && Math.abs(results[1].received - 15_000) < 500);
    assert.deepEqual([results[0].podSeconds, results[1].podSeconds], [10 * 300, 10 * 150]);
    assert.ok(Math.abs(results[0].coreSeconds - 5.3 * 300) < 1e-6);
    for (const { success, latencyCompliance, objective, resilience } of results) {
      assert.deepEqual([success, latencyCompliance], [1, 1]);
      assert.ok(Math.abs(objective - (resilience - (0.1 * 5.3) / 6.5)) < 1e-9);
    }
    // Started warm for 200 requests/s at (3, 3, 2, 2), for 100 at (2, 2, 1, 1).
    assert.deepEqual([results[0].movesPerHour, results[1].movesPerHour], [0, (4 * 3600) / 150]);
  });

  it('A system is asked at its own interval, with the past filled', async () => {
    const asked: number[] = [];
    await runEpisodes(simulate, constant([4, 3, 2, 2], 60, asked), sampleCluster, episodes, { signal: still });
    assert.deepEqual(asked, [3, 3, 4, 4, 4]);
  });

  it('A run gives the same for the same seed, in whatever batches, and meets other luck for another', async () => {
    const many = Array.from({ length: 130 }, (_, k) => steady([150 + k, 0, 0, 0], 45));
    const run = (seed: number) => runEpisodes(simulate, defaultHpa, sampleCluster, many, { signal: still, seed });
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    assert.deepEqual(first, again);
    assert.equal(first.length, 130);
    assert.notDeepEqual(first, other);
  });

  it('A run through episodes says how far it is, and stops when told', async () => {
    const seen: number[] = [];
    const stop = new AbortController();
    const onProgress = (done: number, total: number): void => {
      seen.push(done / total);
      if (done / total > 0.4) stop.abort(new Error('enough'));
    };
    const run = runEpisodes(simulate, defaultHpa, sampleCluster, episodes, { signal: stop.signal, onProgress });
    await assert.rejects(run, /enough/);
    assert.ok(seen.length > 2 && seen.length < 12 && seen.every((share, k) => k === 0 || share > seen[k - 1]));
  });
});
