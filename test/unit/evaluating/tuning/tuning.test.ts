import assert from 'node:assert/strict';
import { defaultHpa, hpaSystem } from '../../../../src/cluster/hpa/controller.ts';
import { baselineContenders, tuneBaselines } from '../../../../src/evaluating/baselines/all.ts';
import { bestConstant } from '../../../../src/evaluating/baselines/best-constant.ts';
import { constant } from '../../../../src/evaluating/baselines/constant.ts';
import { SAFETY_STOCK_HEADS, safetyStock } from '../../../../src/evaluating/baselines/safety-stock.ts';
import { tuneHpa } from '../../../../src/evaluating/baselines/tuned-hpa.ts';
import { tuneSafetyStock } from '../../../../src/evaluating/baselines/tuned-safety-stock.ts';
import { meanObjective, runSystem } from '../../../../src/evaluating/run-systems.ts';
import { clusterOf, sampleCluster, service } from '../../cluster/sample.ts';
import { sharedEpisodes, world, worldOf } from '../sample-world.ts';

const effort = { random: 12, rounds: 3, perRound: 4 };

describe('tuning', () => {
  const task = { train: sharedEpisodes('train', 4), choose: sharedEpisodes('choose', 4), seed: 1, effort };

  it('Tuning finds an HPA that beats the default one where it was trained', async () => {
    const tuned = await tuneHpa(world, task);
    const tunedObjective = await meanObjective(world, hpaSystem('tuned', tuned.settings), task.train);
    assert.equal(tunedObjective, tuned.trained);
    assert.ok(tunedObjective > (await meanObjective(world, defaultHpa, task.train)));
    assert.equal(tuned.candidates, 25);
    for (const { cpuTarget, tolerance, minReplicas } of tuned.settings) {
      assert.ok(cpuTarget >= 0.4 && cpuTarget <= 0.95 && tolerance >= 0 && tolerance <= 0.3);
      assert.ok(minReplicas! >= 1);
    }
    assert.deepEqual(await tuneHpa(world, task), tuned);
  });

  it('Tuning finds a safety stock about as good as the known one, or better, in few tries', async () => {
    const tuned = await tuneSafetyStock(world, task);
    const known = safetyStock({ heads: SAFETY_STOCK_HEADS, queue: 0.03, holdOff: 60 });
    // The best on training days need not be the one chosen on other days.
    assert.ok(tuned.trained >= (await meanObjective(world, known, task.train)) - 0.01);
    assert.equal(tuned.settings.heads.length, 4);
  });

  it('A tuned HPA uses more cores where they cost less', async () => {
    const coresAt = async (cost: number): Promise<number> => {
      const cluster = { ...sampleCluster, objectives: { ...sampleCluster.objectives, cost } };
      const { settings } = await tuneHpa(worldOf(cluster), task);
      const results = await runSystem(world, hpaSystem('tuned', settings), task.train);
      return results.reduce((sum, { cores }) => sum + cores, 0) / results.length;
    };
    assert.ok((await coresAt(0.01)) > (await coresAt(0.3)) + 0.3);
  });

  it('Tuning refuses days that are for judging', async () => {
    const test = sharedEpisodes('test', 1);
    await assert.rejects(tuneHpa(world, { ...task, train: test }), /'test' split/);
    await assert.rejects(tuneHpa(world, { ...task, choose: test }), /'test' split/);
    await assert.rejects(bestConstant(world, test), /'test' split/);
  });

  it('Tuning stops when told to, and says how far it is', async () => {
    const stop = new AbortController();
    const onProgress = (done: number, total: number): void => {
      assert.equal(total, 30);
      if (done === 3) stop.abort(new Error('enough'));
    };
    await assert.rejects(tuneHpa(world, task, { signal: stop.signal, onProgress }), /enough/);
  });
});

describe('all baselines', () => {
  it('All baselines are tuned and listed by name, from plain data', async () => {
    const task = {
      train: sharedEpisodes('train', 1),
      choose: sharedEpisodes('choose', 1),
      seed: 1,
      effort: { random: 2, rounds: 1, perRound: 2 },
    };
    const progress: number[] = [];
    const found = await tuneBaselines(world, task, { onProgress: (done) => progress.push(done) });
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
    assert.equal(progress.at(-1), 1000);
    const contenders = baselineContenders(sampleCluster, JSON.parse(JSON.stringify(found)) as typeof found);
    assert.deepEqual(
      contenders.map(({ name }) => name),
      [
        'default hpa',
        'tuned hpa',
        `best constant (${(found.constant as number[]).join(', ')})`,
        'everything at maximum',
        'demand rule',
        'safety stock',
      ],
    );
    for (const { seeds } of contenders) {
      const [{ objective }] = await runSystem(world, seeds[0], sharedEpisodes('test', 1));
      assert.ok(objective > 0.5 && objective < 1);
    }
  });

  it('A baseline whose settings were not found is refused by name', () => {
    assert.throws(() => baselineContenders(sampleCluster, { cost: 0.1 }), /baseline 'hpa' has not been tuned/);
  });
});

describe('the best constant', () => {
  it('The best constant is the best of all allocations that fit', async () => {
    const small = clusterOf(
      [
        service('a', { entryPoint: true, replicas: { min: 1, max: 4 }, calls: [1] }),
        service('b', { replicas: { min: 1, max: 3 } }),
      ],
      { nodes: { cpu: 3000, memory: 12288 } },
    );
    const train = sharedEpisodes('train', 2).map((match) => ({
      episode: {
        ...match.episode,
        rate: match.episode.rate.filter((_, i) => i % 4 < 2),
        crash: match.episode.crash.filter((_, i) => i % 4 < 2),
        factor: match.episode.factor.filter((_, i) => i % 4 < 2),
      },
      seed: match.seed,
    }));
    const best = await bestConstant(worldOf(small), train);
    for (let a = 1; a <= 4; a++)
      for (let b = 1; b <= 3; b++)
        if (a + b <= 6)
          assert.ok((await meanObjective(worldOf(small), constant('c', [a, b]), train)) <= best.score, `${a},${b}`);
    assert.equal(await meanObjective(worldOf(small), constant('c', best.candidate), train), best.score);
    assert.ok(best.candidate[0] + best.candidate[1] <= 6);
  });

  it('The best constant of many allocations is found by moving one service after the other', async () => {
    // The sample with minimums so far below that over 2 000 allocations are possible.
    const large = clusterOf(
      sampleCluster.services.map((s) => ({ ...s, replicas: { min: 1, max: 7 } })),
      { nodes: { cpu: 6500, memory: 12288 } },
    );
    const train = sharedEpisodes('train', 2);
    let tried = 0;
    const best = await bestConstant(worldOf(large), train, { onProgress: (done) => (tried = done) });
    assert.ok(tried < 400, `${tried}`);
    for (const replicas of [
      [3, 3, 2, 2],
      [5, 3, 2, 3],
      [2, 2, 1, 1],
      [1, 1, 1, 1],
    ])
      assert.ok((await meanObjective(worldOf(large), constant('c', replicas), train)) <= best.score);
  });

  it('There is no best constant where the nodes are too small', async () => {
    const tiny = clusterOf(sampleCluster.services, { nodes: { cpu: 1000, memory: 12288 } });
    await assert.rejects(bestConstant(worldOf(tiny), sharedEpisodes('train', 1)), /no room/);
  });
});
