import assert from 'node:assert/strict';
import { loadRecords } from '../../../src/cluster/episodes/load-records.ts';
import type { Model } from '../../../src/spec/model.ts';
import { episodePool, resolveTraining } from '../../../src/training/setup.ts';
import { sampleModel } from './sample.ts';

describe('training setup', () => {
  let model: Model;
  before(async () => {
    model = await sampleModel();
  });
  const withAttacker = (attacker: 'scripted' | 'none'): Model => ({
    ...model,
    trainings: [{ ...model.trainings[0], attacker }],
  });

  it('A name that is not known is refused with the names that are', () =>
    assert.throws(() => resolveTraining(model, 'defualt'), /no Training named defualt; the folder has default/));

  it('Each agent of an organization can hold, or make every move of every service', () => {
    const { layouts } = resolveTraining(model, 'default');
    assert.deepEqual(
      layouts.map(({ name, heads, options }) => [name, heads, options.length]),
      ['relief', 'shield', 'medic', 'steward'].map((name) => [name, 1, 25]),
    );
  });

  it('The single agent has one head per service and the roles of all agents', () => {
    const [single, ...others] = resolveTraining(model, 'single-agent').layouts;
    assert.deepEqual([others.length, single.heads, single.options.length, single.roles.length], [0, 4, 28, 4]);
  });

  it('Agents without an organization have no roles', () =>
    assert.ok(resolveTraining(model, 'no-organization').layouts.every(({ roles }) => roles.length === 0)));

  it('Training episodes have no attacks if the training has no attacker', async () => {
    const attacked = async (attacker: 'scripted' | 'none'): Promise<boolean> => {
      const setup = resolveTraining(withAttacker(attacker), 'default');
      const loads = await loadRecords('examples/chained-services', setup.scenarios);
      const episodeAt = episodePool({ ...setup, loads }, 'train', 1);
      return Array.from({ length: 10 }, (_, i) => episodeAt(i)).some(({ attack }) => attack.some((rate) => rate > 0));
    };
    assert.equal(await attacked('scripted'), true);
    assert.equal(await attacked('none'), false);
  });

  it('The same index always gives the same episode, and another index another one', async () => {
    const setup = resolveTraining(model, 'default');
    const loads = await loadRecords('examples/chained-services', setup.scenarios);
    const first = episodePool({ ...setup, loads }, 'train', 1);
    const second = episodePool({ ...setup, loads }, 'train', 1);
    assert.deepEqual(first(5), second(5));
    assert.equal(first(5), first(5));
    assert.notDeepEqual(first(5).rate, first(0).rate);
    assert.equal(first(5).split, 'train');
  });
});
