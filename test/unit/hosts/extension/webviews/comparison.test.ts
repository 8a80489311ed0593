import assert from 'node:assert/strict';
import { join } from 'node:path';
import { thisProcess } from '../../../../../src/jobs/this-process.ts';
import { comparisonOf } from '../../../../../src/hosts/extension/analysis/comparison.ts';
import type { RunEntry } from '../../../../../src/hosts/extension/runs/run-entry.ts';
import { readAnalysis } from '../../../../../src/hosts/extension/webviews/analysis-data.ts';
import { relationsMessage, rolesMessage } from '../../../../../src/hosts/extension/webviews/analysis-message.ts';
import { openRun } from '../../../../../src/runs/run-directory.ts';
import { rmSync } from 'node:fs';
import { writeAnalysis } from '../../../../browser/analysis-fixture.ts';
import { useFolder } from '../../../runs/helpers.ts';

const entryOf = (directory: string, id: string, refines?: string): RunEntry => ({
  directory,
  project: '/specs',
  id,
  state: 'finished',
  kind: 'run',
  name: 'default',
  ...(refines === undefined ? {} : { refines }),
  createdAt: 0,
  updatedAt: 0,
  step: 0,
  stopping: false,
  problems: [],
  seeds: [1],
  results: ['analysis'],
});

describe('Comparison before and after', () => {
  const folder = useFolder();

  it('The comparison of a run that refines another one has what is known of both', async () => {
    const before = await writeAnalysis(join(folder(), 'before'), { noise: 0.3, episodes: 4 });
    const after = await writeAnalysis(join(folder(), 'after'), { noise: 0, episodes: 4 });
    const run = openRun(after.directory, thisProcess());
    const judge = (system: string, objective: number, resilience: number | null) =>
      run.journal.append('evaluation', { system, metrics: { objective, resilience } });
    judge('KARMA before', 0.8, 0.9);
    judge('KARMA', 0.7, 0.9);
    judge('KARMA', 0.85, null);
    judge('default hpa', 0.1, 0.1);
    run.close();
    const base = entryOf(before.directory, 'base');
    const entry = entryOf(after.directory, 'refined', 'base');
    const analysis = await readAnalysis(after.directory);
    const found = await comparisonOf(entry, analysis, [entry, base]);
    assert.deepEqual([found.before, found.isThere], ['base', true]);
    const figure = (what: string) => found.figures.find((each) => each.what === what)!;
    assert.deepEqual(figure('objective'), { what: 'objective', before: 0.8, after: 0.85 });
    assert.deepEqual(figure('resilience'), { what: 'resilience', before: 0.9, after: null });
    assert.equal(figure('purity').after, after.analysis.purity);
    assert.equal(figure('purity').before, before.analysis.purity);
    assert.ok(figure('purity').before! < figure('purity').after!);
    assert.equal(figure('stability').after, after.analysis.stability ?? null);

    rmSync(before.directory, { recursive: true });
    const alone = await comparisonOf(entry, analysis, [entry]);
    assert.equal(alone.isThere, false);
    assert.equal(alone.figures.find(({ what }) => what === 'objective')!.before, 0.8);
    assert.equal(alone.figures.find(({ what }) => what === 'purity')!.before, null);
    const other = { ...base, project: '/elsewhere' };
    assert.equal((await comparisonOf(entry, analysis, [entry, other])).isThere, false);
    assert.deepEqual((await comparisonOf(base, before.analysis, [])).figures, []);
  });
});

describe('Messages of an analysis', () => {
  const folder = useFolder();

  it('An analysis becomes the messages of the views, with fewer digits and without what could not be counted', async () => {
    const { directory } = await writeAnalysis(folder(), { episodes: 4, seeds: [1] });
    const analysis = await readAnalysis(directory);
    const roles = rolesMessage(directory, analysis);
    assert.equal(roles.stability, undefined);
    assert.deepEqual(
      roles.groups.map(({ group }) => group),
      analysis.groups.map(({ group }) => group),
    );
    assert.ok(JSON.stringify(roles).length < JSON.stringify(analysis).length);
    for (const { bounds } of roles.goals)
      for (const { visited, atLeast = -Infinity, atMost = Infinity } of bounds) {
        assert.ok(visited[0] <= visited[1]);
        assert.ok(atLeast <= visited[1] && atMost >= visited[0]);
      }
    const relations = relationsMessage(directory, analysis);
    assert.equal(relations.windows.length, 3);
    assert.deepEqual(relations.declared, [{ kind: 'authority', from: 'medic', to: 'shrinker' }]);
    assert.deepEqual(
      relations.agents.map(({ name }) => name),
      analysis.alignment.agents.map(({ agent }) => agent),
    );
  });

  it('A proposed relation names its agents by their roles', async () => {
    const { directory, analysis } = await writeAnalysis(folder(), { episodes: 4, seeds: [1] });
    const [first, second] = analysis.alignment.agents;
    const link = { type: 'authority', from: first.roles[0], to: second.roles[0], group: 'all' };
    const proposals = [{ id: 'r', kind: 'relation' as const, name: 'x', why: '', yaml: '', link }];
    assert.deepEqual(relationsMessage(directory, { ...analysis, proposals }).proposed, [
      { id: 'r', kind: 'authority', from: first.agent, to: second.agent },
    ]);
  });

  it('An analysis of another shape is refused in a sentence', () => {
    const broken = { organization: 'x', groups: 4, alignment: { agents: [] }, relations: [] } as unknown as Parameters<
      typeof rolesMessage
    >[1];
    assert.throws(() => rolesMessage('/run', broken), /does not have the format of this version .*run Analyze again/);
  });
});
