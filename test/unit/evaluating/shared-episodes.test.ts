import assert from 'node:assert/strict';
import { assertSplit, drawSharedEpisodes, loadsWithoutSplit } from '../../../src/evaluating/shared-episodes.ts';
import type { FileProfile } from '../../../src/spec/model.ts';
import { sampleCluster, sampleScenarios } from '../cluster/sample.ts';
import { sharedEpisodes, scenarios } from './sample-world.ts';

describe('episodes', () => {
  it('Shared episodes are the same again for the same seed, and others for another', () => {
    assert.deepEqual(sharedEpisodes('test', 3), sharedEpisodes('test', 3));
    assert.notDeepEqual(sharedEpisodes('test', 3), sharedEpisodes('test', 3, 2));
  });

  it('Shared episodes take the load profiles in turn', () => {
    assert.deepEqual(
      sharedEpisodes('test', 4).map(({ episode }) => `${episode.scenario} ${episode.load}`),
      ['ddos', 'failures'].flatMap((name) => [`${name} sine`, `${name} bursts`, `${name} sine`, `${name} bursts`]),
    );
  });

  it('The episodes of a scenario do not depend on their number, nor on other scenarios', () => {
    const alone = drawSharedEpisodes(sampleCluster, scenarios.slice(1), new Map(), {
      split: 'test',
      perScenario: 2,
      seed: 1,
    });
    assert.deepEqual(alone, sharedEpisodes('test', 5).slice(5, 7));
  });

  it('Episodes of two splits share no luck and no events', () => {
    const seeds = (['train', 'choose', 'test'] as const).flatMap((split) =>
      sharedEpisodes(split, 10).map(({ seed }) => seed),
    );
    assert.equal(new Set(seeds).size, seeds.length);
    const [train, test] = (['train', 'test'] as const).map((split) => sharedEpisodes(split, 1)[0].episode.attack);
    assert.notDeepEqual(train, test);
  });

  it('Shared episodes can be shorter than the scenario', () => {
    const [match] = drawSharedEpisodes(sampleCluster, scenarios, new Map(), {
      split: 'test',
      perScenario: 1,
      seed: 1,
      seconds: 60,
    });
    assert.equal(match.episode.seconds, 60);
  });

  it('Episodes of another split are refused', () => {
    const episodes = sharedEpisodes('choose', 1);
    assertSplit(episodes, 'choose');
    assert.throws(() => assertSplit(episodes, 'train'), /'choose' split was given where 'train' is needed/);
  });

  it('Load files without a split are listed as not held out', () => {
    assert.deepEqual(loadsWithoutSplit([...sampleScenarios, ...scenarios]), []);
    const whole = { type: 'file', path: 'x.csv', scale: 1, speed: 1, smooth: 0 } satisfies FileProfile;
    const mixed = { ...scenarios[0], load: [{ entryPoint: 'a', profiles: [whole, whole] }] };
    assert.deepEqual(loadsWithoutSplit([mixed]), ['x.csv']);
  });
});
