import assert from 'node:assert/strict';
import { searchCandidates, type SearchSpace } from '../../../../src/evaluating/tuning/candidate-search.ts';

const space: SearchSpace<number> = {
  draw: (random) => random.between(-10, 10),
  neighbor: (of, random) => of + random.normal(),
};
const peak = (x: number): Promise<number> => Promise.resolve(-((x - 3) ** 2));
const effort = { random: 20, rounds: 5, perRound: 8 };

describe('search', () => {
  it('The candidate search gets near the peak and ranks from best to worst', async () => {
    const ranked = await searchCandidates({ space, known: [], score: peak, effort, seed: 1 });
    assert.equal(ranked.length, 60);
    assert.ok(Math.abs(ranked[0].candidate - 3) < 0.1, `${ranked[0].candidate}`);
    for (let i = 1; i < ranked.length; i++) assert.ok(ranked[i - 1].score >= ranked[i].score);
  });

  it('Rounds near the best candidates are better than as many draws, in four dimensions', async () => {
    const wide: SearchSpace<number[]> = {
      draw: (random) => [0, 0, 0, 0].map(() => space.draw(random)),
      neighbor: (of, random) => of.map((x) => space.neighbor(x, random)),
    };
    const score = (x: number[]): Promise<number> => Promise.resolve(-x.reduce((sum, xi) => sum + (xi - 3) ** 2, 0));
    const best = async (seed: number, how: typeof effort): Promise<number> =>
      (await searchCandidates({ space: wide, known: [], score, effort: how, seed }))[0].score;
    for (const seed of [1, 2, 3])
      assert.ok(
        (await best(seed, { ...effort, rounds: 20 })) > (await best(seed, { random: 180, rounds: 0, perRound: 0 })),
      );
  });

  it('The candidate search keeps what is known where nothing is better', async () => {
    const ranked = await searchCandidates({ space, known: [3], score: peak, effort, seed: 1 });
    assert.equal(ranked[0].candidate, 3);
  });

  it('The candidate search gives the same again for the same seed, and reports progress', async () => {
    const progress: number[] = [];
    const first = await searchCandidates(
      { space, known: [0], score: peak, effort, seed: 7 },
      { onProgress: (done) => progress.push(done) },
    );
    assert.deepEqual(await searchCandidates({ space, known: [0], score: peak, effort, seed: 7 }), first);
    assert.notDeepEqual(await searchCandidates({ space, known: [0], score: peak, effort, seed: 8 }), first);
    assert.deepEqual(
      progress,
      Array.from({ length: 61 }, (_, i) => i + 1),
    );
  });

  it('The candidate search stops when told to', async () => {
    const stop = new AbortController();
    let tried = 0;
    const score = (x: number): Promise<number> => {
      if (++tried === 5) stop.abort(new Error('enough'));
      return peak(x);
    };
    await assert.rejects(
      searchCandidates({ space, known: [], score, effort, seed: 1 }, { signal: stop.signal }),
      /enough/,
    );
    assert.equal(tried, 5);
  });
});
