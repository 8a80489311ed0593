import assert from 'node:assert/strict';
import { defaultHpa } from '../../../src/cluster/hpa/controller.ts';
import type { System } from '../../../src/cluster/simulation/simulation.ts';
import { constant } from '../../../src/evaluating/baselines/constant.ts';
import { evaluate, PLANNER_NAME, type EvaluationRequest } from '../../../src/evaluating/evaluate.ts';
import { compare, overSeeds, systemOf } from '../../../src/evaluating/evaluation.ts';
import { METRIC_NAMES } from '../../../src/evaluating/metrics.ts';
import { sharedEpisodes, scenarios, world } from './sample-world.ts';

const fixed = constant('fixed', [3, 3, 2, 2]);
const lean = constant('lean', [1, 1, 1, 1]);
const request = (
  systems: readonly (readonly System[])[],
  more: Partial<EvaluationRequest> = {},
): EvaluationRequest => ({
  world,
  scenarios,
  loads: new Map(),
  contenders: systems.map((seeds, i) => ({ name: `${seeds[0].name} ${i}`, seeds })),
  perScenario: 3,
  seed: 1,
  ...more,
});

describe('evaluate', () => {
  it('An evaluation gives a system against itself no difference at all', async () => {
    const evaluation = await evaluate(request([[defaultHpa], [fixed], [defaultHpa]]));
    const [first, , again] = evaluation.systems;
    for (const metric of METRIC_NAMES) {
      const { mean, interval } = compare(evaluation, first, again, metric);
      assert.deepEqual([mean, interval], [0, 0], metric);
    }
    assert.deepEqual(again.values, first.values);
  });

  it('The values of a system do not depend on who else takes part', async () => {
    const together = await evaluate(request([[lean], [defaultHpa]]));
    const alone = await evaluate(request([[defaultHpa]]));
    assert.deepEqual(together.systems[1].values, alone.systems[0].values);
    assert.deepEqual(await evaluate(request([[lean], [defaultHpa]])), together);
  });

  it('An evaluation counts cost: holding 3,3,2,2 occupies 5.3 cores and 10 pods', async () => {
    const { systems } = await evaluate(request([[fixed]], { scenarios: scenarios.slice(0, 1) }));
    const { cores, podSeconds, coreSeconds, objective, resilience } = systems[0].values;
    for (const [i, value] of cores[0].entries()) {
      assert.ok(Math.abs(value! - 5.3) < 1e-9);
      assert.ok(Math.abs(podSeconds[0][i]! - 36_000) < 1e-6);
      assert.ok(Math.abs(coreSeconds[0][i]! - 5.3 * 3600) < 1e-6);
      assert.ok(Math.abs(resilience[0][i]! - 0.1 * (5.3 / 6.5) - objective[0][i]!) < 1e-9);
    }
  });

  it('An evaluation keeps training seeds apart', async () => {
    const evaluation = await evaluate(request([[fixed, lean], [fixed]]));
    const [two] = evaluation.systems;
    assert.equal(two.values.objective.length, 2);
    assert.equal(overSeeds(evaluation, two, 'objective').count, 2);
    assert.deepEqual(two.values.objective[0], evaluation.systems[1].values.objective[0]);
  });

  it('An evaluation runs the planner in a part of the episodes', async () => {
    const settings = { interval: 15, steps: 8, plans: 6, generations: 2 };
    const progress: number[] = [];
    const evaluation = await evaluate(request([[defaultHpa]], { planner: { settings, perScenario: 1 } }), {
      onProgress: (done, total) => progress.push(done / total),
    });
    const planner = systemOf(evaluation, PLANNER_NAME);
    assert.deepEqual(planner.episodes, [0, 3]);
    assert.equal(compare(evaluation, planner, evaluation.systems[0], 'objective').count, 2);
    assert.deepEqual(progress, progress.toSorted());
    assert.ok(Math.abs(progress.at(-1)! - 1) < 1e-9);
  });

  it('An evaluation judges on test days only, over intervals of 15 s, and says so', async () => {
    const evaluation = await evaluate(request([[defaultHpa]]));
    assert.equal(evaluation.split, 'test');
    assert.equal(evaluation.accountingInterval, 15);
    assert.deepEqual(
      evaluation.episodes.map(({ seed }) => seed),
      sharedEpisodes('test', 3).map(({ seed }) => seed),
    );
    assert.deepEqual(JSON.parse(JSON.stringify(evaluation)), evaluation);
  });

  it('An evaluation counts systems that decide seldom like the others', async () => {
    const slow: System = { name: 'slow', make: (cluster, n) => ({ ...fixed.make(cluster, n), interval: 60 }) };
    const evaluation = await evaluate(request([[slow], [fixed]]));
    assert.equal(evaluation.systems[0].interval, 60);
    assert.deepEqual(evaluation.systems[0].values, evaluation.systems[1].values);
  });

  it('An evaluation refuses two systems of one name, and no episodes', async () => {
    const twice = { contenders: [1, 2].map(() => ({ name: 'hpa', seeds: [defaultHpa] })) };
    await assert.rejects(evaluate(request([], twice)), /one name/);
    await assert.rejects(evaluate(request([[defaultHpa]], { perScenario: 0 })), /no episode/);
  });

  it('An evaluation stops when told to', async () => {
    const stop = new AbortController();
    const onProgress = (): void => stop.abort(new Error('enough'));
    await assert.rejects(evaluate(request([[defaultHpa]]), { signal: stop.signal, onProgress }), /enough/);
  });
});
