import assert from 'node:assert/strict';
import { sampleStates } from '../../../src/language-server/sampling/sample-states.ts';
import { evaluateGuides } from '../../../src/language/evaluate-guides.ts';
import { guidePlayground, guideStateOf } from '../../../src/language/guide-playground.ts';
import { readSpecFolder } from '../../../src/spec/folder.ts';

describe('what guides are tried with', () => {
  for (const [folder, name] of [
    ['examples/chained-services', 'resilience-team'],
    ['examples/chained-services', 'published-team'],
    ['test/data/five-services', 'pair'],
  ] as const)
    it(`The playground of ${name} offers what its rules read, in ranges that hold every preset except sampled ones`, async () => {
      const { model } = await readSpecFolder(folder);
      const organization = model.organizations.find((each) => each.name === name)!;
      const cluster = model.clusters.find((each) => each.name === organization.cluster)!;
      const { inputs, presets } = guidePlayground(model, name, sampleStates(cluster, 400, 1))!;
      assert.ok(inputs.length > 0);
      assert.deepEqual(presets.map((preset) => preset.name).slice(0, 3), ['rest', 'overload', 'failure']);
      assert.ok(presets.some((preset) => preset.name === 'sample-typical'));
      for (const { service, field, max, step } of inputs) {
        assert.ok(step > 0 && max >= step, `${service}.${field}: ${step} to ${max}`);
        assert.ok(Math.abs(max / step - Math.round(max / step)) < 1e-9, `${field} ends on a step`);
        for (const preset of presets.filter((each) => !each.name.startsWith('sample')))
          assert.ok((preset.state.now[service]?.[field] ?? 0) <= max, `${field} of ${preset.name} is on the slider`);
      }
    });

  it('Rules match under overload, and their number differs from that at rest', async () => {
    const { model } = await readSpecFolder('examples/chained-services');
    const cluster = model.clusters[0];
    const { presets } = guidePlayground(model, 'resilience-team')!;
    const matches = (name: string) => {
      const { state } = presets.find((preset) => preset.name === name)!;
      const { agents } = evaluateGuides(model, 'resilience-team', guideStateOf(cluster, state))!;
      return JSON.stringify(agents).split('"matches":true').length - 1;
    };
    assert.ok(matches('overload') > 0);
    assert.notEqual(matches('overload'), matches('rest'));
  });

  it('Values that are left out are those at rest, and the past is the present unless it is given', async () => {
    const { model } = await readSpecFolder('examples/chained-services');
    const cluster = model.clusters[0];
    const state = guideStateOf(cluster, { now: { a: { pending: 40 } }, before: null, elapsed: 7 });
    assert.equal(state.elapsed, 7);
    const [now, past] = [state.history.at(0), state.history.at(1)];
    assert.equal(now.service.pending[0], 40);
    assert.equal(past.service.pending[0], 40);
    assert.equal(now.service.ready[0], Math.max(1, cluster.services[0].replicas.min));
    const changed = guideStateOf(cluster, { now: { a: { pending: 40 } }, before: { a: { pending: 3 } }, elapsed: 0 });
    assert.deepEqual([changed.history.at(0).service.pending[0], changed.history.at(1).service.pending[0]], [40, 3]);
  });

  it('The playground of an unknown organization is undefined', async () => {
    const { model } = await readSpecFolder('examples/chained-services');
    assert.equal(guidePlayground(model, 'nobody'), undefined);
  });
});
