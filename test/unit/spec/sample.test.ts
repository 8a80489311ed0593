import assert from 'node:assert/strict';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import type { FileProfile, Model } from '../../../src/spec/model.ts';
import { inFull, SAMPLE_FOLDER } from './samples.ts';

describe('the sample', () => {
  let model: Model;
  before(async () => {
    const result = await readSpecFolder(SAMPLE_FOLDER);
    assert.equal(inFull(result), '');
    model = result.model;
  });

  it('The sample has the cluster of the paper', () => {
    const [cluster] = model.clusters;
    assert.equal(cluster.decisionInterval, 15);
    assert.deepEqual(cluster.nodes, { cpu: 6500, memory: 12288 });
    assert.deepEqual(
      cluster.services.map(({ name, replicas, cpu, memory, emulator, calls }) => [
        name,
        replicas.max,
        cpu,
        memory,
        emulator.throughput,
        calls,
      ]),
      [
        ['a', 5, 500, 256, 100, [1, 2]],
        ['b', 3, 400, 512, 80, [3]],
        ['c', 4, 600, 512, 150, [3]],
        ['d', 6, 700, 1024, 300, []],
      ],
    );
    assert.deepEqual(cluster.services[0].emulator, { throughput: 100, startup: 30, queue: 500, requestSize: 4096 });
    assert.equal(cluster.objectives.maxLatency, 0.5);
    assert.equal(cluster.objectives.cost, 0.1);
    assert.equal(cluster.maxMove, 3);
  });

  it('The sample has two organizations of four roles', () => {
    assert.deepEqual(model.organizations.map(({ name }) => name).sort(), ['published-team', 'resilience-team']);
    const settings = Object.fromEntries(model.roles.map(({ name, settings }) => [name, settings]));
    assert.deepEqual(settings['ddos-manager'], { rise: 0.15, window: 30 });
    assert.deepEqual(settings['resource-manager'], { idle: 0.85, pending: 5, allocated: 0.9 });
    assert.equal(settings['published-resource-manager'].cpu, 0.9);
    const shrink = model.roles.find(({ name }) => name === 'published-resource-manager')!;
    assert.deepEqual(shrink.rules[0].scale, [-3, -2, -1]);
  });

  it('The sample plays five scenarios on separate days of load', () => {
    for (const name of ['bottleneck', 'ddos', 'failures', 'contention', 'mixed']) {
      const scenario = model.scenarios.find((each) => each.name === name)!;
      assert.equal(scenario.duration, 3600);
      const [twitter, nasa] = scenario.load[0].profiles as FileProfile[];
      assert.equal(twitter.path, 'loads/twitter-2021.csv');
      assert.deepEqual(twitter.split!.test, [5 * 86400, 7 * 86400]);
      assert.deepEqual([nasa.speed, nasa.smooth], [2, 300]);
      assert.deepEqual(nasa.map, { low: 0.4, high: 1.05, clip: 1.15 });
    }
    const ddos = model.scenarios.find(({ name }) => name === 'ddos')!;
    assert.deepEqual(ddos.random, [
      { type: 'attack', at: [], perHour: [2, 3], lasts: [180, 360], size: [2, 4], data: [0, 2] },
    ]);
    const byHand = model.scenarios.find(({ name }) => name === 'bad-hour')!;
    assert.deepEqual(byHand.events[1], { type: 'crash', at: 1800, lasts: 0, service: 'c', pods: 2 });
    assert.deepEqual(byHand.load[0].profiles[0], {
      type: 'sine',
      relative: true,
      mean: 0.6,
      amplitude: 0.15,
      period: 1800,
    });
  });

  it('The sample trains by the recipe and as published', () => {
    const byName = new Map(model.trainings.map((training) => [training.name, training]));
    const recipe = byName.get('default')!;
    assert.equal(recipe.algorithm.gamma, 0.95, 'at decisions every 15 s');
    assert.deepEqual(recipe.algorithm.learningRate, [5e-4, 5e-5]);
    assert.deepEqual(recipe.budget, { steps: 2_000_000, episode: 900, environments: 32, horizon: 32 });
    assert.deepEqual(recipe.seeds, [1, 2, 3, 4, 5]);
    const published = byName.get('published')!;
    assert.equal(published.organization, 'published-team');
    assert.equal(published.twin.kind, 'recorded-then-mlp');
    assert.deepEqual(
      [
        published.algorithm.gamma,
        published.algorithm.lambda,
        published.algorithm.observation,
        published.budget.episode,
      ],
      [0.99, 0.95, 'paper', 3600],
    );
    assert.equal(byName.get('single-agent')!.algorithm.agentMode, 'single');
    assert.equal(byName.get('no-organization')!.algorithm.organization, false);
  });

  it('The sample transfers by all stages of the ladder', () => {
    const [transfer] = model.transfers;
    assert.deepEqual(
      transfer.stages.map(({ stage }) => stage),
      ['shadow', 'floor', 'canary', 'full'],
    );
    assert.deepEqual(transfer.refresh, { traces: 300, twin: 3600, policies: 86400 });
    assert.equal(transfer.fallback.staleAfter, 60);
  });

  it('The model of the sample is plain data', () => {
    assert.deepEqual(JSON.parse(JSON.stringify(model)), model);
  });
});
