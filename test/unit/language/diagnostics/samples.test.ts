import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { BackgroundSamples } from '../../../../src/language-server/sampling/background-samples.ts';
import { sampleStates } from '../../../../src/language-server/sampling/sample-states.ts';
import { diagnose } from '../../../../src/language/diagnostics/diagnose.ts';
import { clusterFieldRange, serviceFieldRange } from '../../../../src/language/diagnostics/ranges/field-ranges.ts';
import { folderView, type FolderView } from '../../../../src/language/folder-view.ts';
import { readSpecFolder } from '../../../../src/spec/folder.ts';
import { loadSpecs } from '../../../../src/spec/load.ts';
import { formatProblem } from '../../../../src/spec/problem.ts';
import type { ClusterField, ServiceField } from '../../../../src/spec/observation.ts';

async function viewOf(folder: string): Promise<FolderView> {
  const result = await readSpecFolder(folder);
  assert.deepEqual(result.problems, []);
  return folderView(result.files, result);
}

/** The two samples, each with the hints about what truly has no effect in it. */
const SAMPLES = [
  ['examples/chained-services', ['hint unused-scenario: No training plays scenario bad-hour']],
  ['test/data/five-services', []],
] as const;

describe('the two samples', () => {
  for (const [folder, expected] of SAMPLES) {
    let view: FolderView;
    before(async () => {
      view = await viewOf(folder);
    });

    it(`The diagnostics of ${folder} raise no false alarm, even with sampled states`, () => {
      const sampled = sampleStates(view.model.clusters[0], 10_000, 1);
      assert.equal(sampled.states, 10_000);
      const found = diagnose(view, { samples: () => sampled }).map(formatProblem);
      assert.equal(found.length, expected.length, found.join('\n'));
      for (const [index, text] of expected.entries()) assert.ok(found[index].includes(text), found[index]);
    });

    it(`The sampled states of ${folder} lie in the ranges that interval reasoning assumes`, () => {
      const [cluster] = view.model.clusters;
      for (const moment of sampleStates(cluster, 5000, 7).moments) {
        const { service, cluster: whole } = moment.at(0);
        for (const [field, values] of Object.entries(service))
          values.forEach((value, i) => {
            const { low, high } = serviceFieldRange(cluster, i % cluster.services.length, field as ServiceField);
            assert.ok(value >= low && value <= high, `${field} ${value} not in ${low}..${high}`);
          });
        for (const [field, values] of Object.entries(whole)) {
          const { low, high } = clusterFieldRange(field as ClusterField);
          for (const value of values) assert.ok(value >= low && value <= high + 1e-9, `${field} ${value}`);
        }
      }
    });
  }
});

describe('sampled states', () => {
  it('Sampled states are the same under the same seed and differ under another', async () => {
    const [cluster] = (await viewOf('test/data/five-services')).model.clusters;
    const digest = (seed: number) =>
      sampleStates(cluster, 500, seed).moments.map((m) => m.at(0).service.pending.join());
    assert.deepEqual(digest(3), digest(3));
    assert.notDeepEqual(digest(3), digest(4));
  });

  it('Sampled states are drawn in the background, once per cluster, whatever its file', async () => {
    const [cluster] = (await viewOf('test/data/five-services')).model.clusters;
    let ready = 0;
    await new Promise<void>((resolve) => {
      const background = new BackgroundSamples(() => {
        ready++;
        const elsewhere = { ...cluster, origin: { file: 'other.karma.yaml', line: 9 } };
        assert.equal(background.of(elsewhere)?.states, 10_000);
        background.dispose();
        resolve();
      });
      // The timers of the samples do not keep a process alive, so this one must.
      const alive = setInterval(() => ready > 0 && clearInterval(alive), 20);
      assert.equal(background.of(cluster), undefined);
      assert.equal(background.of(cluster), undefined);
    });
    assert.equal(ready, 1);
  });
});

describe('the time that reasoning takes', () => {
  it('The time that reasoning takes is bounded for extreme rules', () => {
    const inner = Array.from({ length: 40 }, (_, i) => `s.pending + t.pending * ${i} > ${i}`).join(' || ');
    const when = `services.exists(s, services.all(t, !(${inner}) && (s.ready > 1 || t.ready > 1)))`;
    const cluster = readFileSync('test/data/problem-examples/unused-role.karma.yaml', 'utf8').split('---\n')[0];
    const more = Array.from({ length: 40 }, (_, i) => {
      const service = `name: s${i}, entryPoint: true, replicas: { max: 9 }, emulator: { throughput: 9 }`;
      return `    - { ${service}, resources: { requests: { cpu: 1m, memory: 1Mi } } }\n`;
    }).join('');
    const head = 'apiVersion: karma-mas.dev/v1alpha1\n';
    const role = `${head}kind: Role\nmetadata: { name: odd }\nspec:\n  rules:\n    - when: "${when}"\n      allow: { scale: [1] }\n`;
    const files = [{ path: 'a.karma.yaml', text: `${cluster}${more}---\n${role}` }];
    const loaded = loadSpecs(files);
    assert.deepEqual(loaded.problems.map(formatProblem), []);
    // This tests only that it ends; `npm run bench language` measures how fast it is with real rules.
    diagnose(loaded);
  });
});
