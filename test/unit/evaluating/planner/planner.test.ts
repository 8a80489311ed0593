import assert from 'node:assert/strict';
import { defaultHpa } from '../../../../src/cluster/hpa/controller.ts';
import { Random } from '../../../../src/cluster/random.ts';
import { PlanSearch, type Plan } from '../../../../src/evaluating/planner/plan-search.ts';
import { planEpisodes } from '../../../../src/evaluating/planner/planner.ts';
import { runSystem } from '../../../../src/evaluating/run-systems.ts';
import { sampleCluster } from '../../cluster/sample.ts';
import { sharedEpisodes, world } from '../sample-world.ts';

describe('plan search', () => {
  const { services } = sampleCluster;
  /** Distance to 4, 1, 3, 6 in every step. */
  const valueOf = (plan: Plan): number =>
    -plan.reduce((sum, value, i) => sum + Math.abs(value - [4, 1, 3, 6][i % 4]), 0);

  it('The plan search finds a plan within the bounds of the services', () => {
    const search = new PlanSearch(services, 6, new Random(1));
    let plans = search.begin([3, 3, 2, 2], 0, 24);
    for (let generation = 0; generation < 40; generation++) {
      for (const plan of plans)
        for (const [i, value] of plan.entries())
          assert.ok(value >= services[i % 4].replicas.min && value <= services[i % 4].replicas.max);
      search.tell(plans, plans.map(valueOf));
      plans = search.ask(24);
    }
    assert.deepEqual([...search.best.subarray(0, 4)], [4, 1, 3, 6]);
  });

  it('The plan search begins with its last plan, moved on, and with holding still', () => {
    const search = new PlanSearch(services, 3, new Random(1));
    const plan = Int16Array.of(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    search.begin([1, 1, 1, 1], 0, 4);
    search.tell([plan], [1]);
    const [planned, hold] = search.begin([5, 3, 4, 6], 1, 8);
    assert.deepEqual([...planned], [2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3]);
    assert.deepEqual([...hold], [5, 3, 4, 6, 5, 3, 4, 6, 5, 3, 4, 6]);
  });
});

describe('the clairvoyant planner', () => {
  const episodes = sharedEpisodes('test', 2);
  const settings = { interval: 15, steps: 12, plans: 12, generations: 3 };

  it('The clairvoyant planner is better than the HPA in every episode, and the same again for the same seed', async () => {
    const progress: number[] = [];
    const onProgress = (done: number, total: number): unknown => progress.push(done / total);
    const planned = await planEpisodes(world, episodes, settings, 1, { onProgress });
    const scaled = await runSystem(world, defaultHpa, episodes);
    for (const [i, { objective }] of planned.entries())
      assert.ok(objective > scaled[i].objective, `${objective} > ${scaled[i].objective}`);
    assert.equal(progress.at(-1), 1);
    assert.deepEqual(progress, progress.toSorted());
    assert.deepEqual(await planEpisodes(world, episodes.slice(0, 1), settings, 1), planned.slice(0, 1));
  });

  it('The clairvoyant planner stops when told to', async () => {
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(planEpisodes(world, episodes, settings, 1, { signal }), /enough/);
  });
});
