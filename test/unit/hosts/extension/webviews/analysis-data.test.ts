import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { unpackTrajectories } from '../../../../../src/analyzing/trajectories/trajectories.ts';
import {
  readAnalysis,
  readClustering,
  readTrajectories,
} from '../../../../../src/hosts/extension/webviews/analysis-data.ts';
import { readClusteringMessages } from '../../../../../src/hosts/extension/webviews/clustering-data.ts';
import { artifactPath } from '../../../../../src/runs/run-directory.ts';
import { pack, unpack } from '../../../../../src/runs/typed-arrays.ts';
import { clustering as protocol } from '../../../../../webview/protocol/clustering.ts';
import { useFolder } from '../../../runs/helpers.ts';
import { writeAnalysis, type WrittenAnalysis } from '../../../../browser/analysis-fixture.ts';

describe('Files of an analysis', () => {
  const folder = useFolder();
  let written: WrittenAnalysis;
  beforeEach(async () => {
    written = await writeAnalysis(folder(), { episodes: 2, seeds: [3] });
  });
  const path = (name: string) => artifactPath(written.directory, name);
  /** Rewrites a JSON file. */
  const change = (name: string, edit: (value: Record<string, unknown>) => void) => {
    const value = JSON.parse(readFileSync(path(name), 'utf8')) as Record<string, unknown>;
    edit(value);
    writeFileSync(path(name), JSON.stringify(value));
  };

  it('The files of an analysis are read as they were written', async () => {
    const { directory, analysis, clustering, seeds } = written;
    assert.deepEqual(await readAnalysis(directory), JSON.parse(JSON.stringify(analysis)));
    assert.deepEqual(await readClustering(directory), JSON.parse(JSON.stringify(clustering)));
    const file = await readTrajectories(directory, 3);
    assert.equal(file.episodes.length, 2);
    assert.deepEqual(file.agents, seeds[0].trajectories.agents);
    const all = unpackTrajectories(readFileSync(path('trajectories/3.bin')));
    assert.deepEqual([file.episode(0), file.episode(1)], all.episodes);
    assert.throws(() => file.episode(2), /has no episode 2: it has 2, counted from 0/);
  });

  it('Missing files of an analysis are reported in a sentence', async () => {
    for (const [name, read] of readers()) {
      rmSync(path(name));
      await assert.rejects(read(), new RegExp(`${name} does not exist: check the path`));
    }
  });

  it('Damaged files of an analysis are reported in a sentence that says what to do', async () => {
    for (const [name, read] of readers())
      for (const content of ['', '{ "sequences": [', 'KARMA1\r\nxx']) {
        writeFileSync(path(name), content);
        await assert.rejects(read(), new RegExp(`${name} is damaged \\(.*\\): run Analyze again\\.$`));
      }
  });

  it('Files of an analysis from another version are reported as such', async () => {
    change('analysis.json', ({ sequences }) => delete (sequences as { source?: number }[])[0].source);
    await assert.rejects(
      readAnalysis(written.directory),
      /does not have the format of this version \(.*source.*\): run Analyze again/,
    );
    change('clustering.json', (value) => delete value.ownSilhouettes);
    await assert.rejects(readClustering(written.directory), /ownSilhouettes.*run Analyze again/);
    const { json, arrays } = unpack(readFileSync(path('trajectories/3.bin')));
    const { trajectories } = written.seeds[0];
    const rewrite = (format: number) =>
      writeFileSync(path('trajectories/3.bin'), pack({ json: { ...(json as object), format }, arrays }));
    rewrite(1);
    const { agents, episodes } = await readTrajectories(written.directory, 3);
    assert.deepEqual([agents.length, episodes.length], [trajectories.agents.length, trajectories.episodes.length]);
    rewrite(0);
    await assert.rejects(readTrajectories(written.directory, 3), /is damaged .*run Analyze again/);
    rewrite(99);
    await assert.rejects(readTrajectories(written.directory, 3), /a newer version of KARMA MAS.*run Analyze again/);
    writeFileSync(path('trajectories/3.bin'), pack({ json: null, arrays: {} }));
    await assert.rejects(readTrajectories(written.directory, 3), /it holds no trajectories/);
  });

  it('The files of an analysis make messages that the view accepts', async () => {
    const { analysis, rows } = await readClusteringMessages(written.directory);
    assert.equal(protocol.toView.analysis.problem(analysis, 'analysis'), undefined);
    for (const message of rows) assert.equal(protocol.toView.rows.problem(message, 'rows'), undefined);
  });

  it('An analysis may lack the J of an episode', async () => {
    change('analysis.json', ({ sequences }) => ((sequences as { objective: unknown }[])[0].objective = null));
    const { analysis } = await readClusteringMessages(written.directory);
    assert.equal(analysis.items.objective[0], null);
    assert.equal(protocol.toView.analysis.problem(analysis, 'analysis'), undefined);
  });

  it('An analysis whose files do not fit together is not shown', async () => {
    const edits: readonly (readonly [string, (value: Record<string, unknown>) => void, RegExp])[] = [
      ['clustering.json', (value) => (value.sequences as unknown[]).pop(), /not everything is of 8 sequences/],
      ['clustering.json', (value) => (value.itemSilhouettes as unknown[][])[0].pop(), /not everything is of 8/],
      ['clustering.json', (value) => ((value.sequences as number[][])[0][0] = 999), /an unknown move/],
      ['clustering.json', (value) => (value.medoid = 8), /no medoid/],
      ['clustering.json', (value) => (value.cuts as unknown[]).pop(), /cuts are missing/],
      ['analysis.json', (value) => (value.linkage as unknown[]).pop(), /6 merges of 8 sequences/],
      [
        'analysis.json',
        (value) => ((value.linkage as number[][])[0][1] = 12),
        /a merge of groups that are not there yet/,
      ],
      ['analysis.json', (value) => ((value.sequences as { group: number }[])[0].group = 77), /an unknown group/],
    ];
    for (const [name, edit, why] of edits) {
      const before = readFileSync(path(name));
      change(name, edit);
      await assert.rejects(readClusteringMessages(written.directory), why);
      await assert.rejects(readClusteringMessages(written.directory), /run Analyze again\.$/);
      writeFileSync(path(name), before);
    }
  });

  function readers(): readonly (readonly [string, () => Promise<unknown>])[] {
    const { directory } = written;
    return [
      ['analysis.json', () => readAnalysis(directory)],
      ['clustering.json', () => readClustering(directory)],
      ['trajectories/3.bin', () => readTrajectories(directory, 3)],
    ];
  }
});
