/** Tests of `karma-mas analyze RUN --out D`, which writes the findings as files for other tools. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisProcess } from '../../../src/jobs/this-process.ts';
import type { Analysis } from '../../../src/analyzing/analysis.ts';
import { analyze } from '../../../src/analyzing/analyze.ts';
import { npy } from '../../../src/analyzing/export/npy.ts';
import { rolesAsYaml } from '../../../src/analyzing/proposals/inferred-yaml.ts';
import { packTrajectories } from '../../../src/analyzing/trajectories/trajectories.ts';
import type { ClusteringData } from '../../../src/analyzing/groups/clustering-data.ts';
import { runCommandLine } from '../../../src/hosts/cli/program.ts';
import { analysisFigures } from '../../../src/reporting/figures/analysis-figures.ts';
import { describeMachine, describeVersions } from '../../../src/jobs/machine.ts';
import { createRun, openRun, runsFolder } from '../../../src/runs/run-directory.ts';
import { CLUSTER, fourAgents, ORGANIZATION, seedsOf } from '../analyzing/synthetic.ts';

const PLAN = { agents: fourAgents(), episodes: 8, steps: 40, noise: 0.1, seed: 1 };
const FILES = [
  'analysis.json',
  'clustering.json',
  'distances.npy',
  'figures/dendrogram.svg',
  'figures/heat-map.svg',
  'figures/map.svg',
  'figures/relations-1.svg',
  'figures/relations-2.svg',
  'inferred-roles.karma.yaml',
  'linkage.npy',
  'trajectories/1.jsonl',
  'trajectories/1.parquet',
  'trajectories/2.jsonl',
  'trajectories/2.parquet',
];

describe('files of an analysis in a folder of the user', () => {
  let folder: string;
  let run: string;
  let out: string;
  let analysis: Analysis;
  let clustering: ClusteringData;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'karma-files-'));
    const seeds = seedsOf(PLAN, [1, 2]);
    const files: [string, string | Uint8Array][] = seeds.map(({ seed, trajectories }) => [
      `trajectories/${seed}.bin`,
      packTrajectories(trajectories),
    ]);
    analysis = await analyze(seeds, ORGANIZATION, {
      cluster: CLUSTER,
      permutations: 99,
      windows: 2,
      onDistances: ({ values }) => files.push(['distances.npy', npy(values, [values.length])]),
      onClustering: (data) => (clustering = data),
    });
    files.push(
      ['analysis.json', JSON.stringify(analysis)],
      ['clustering.json', JSON.stringify(clustering)],
      ['linkage.npy', npy(Float64Array.from(analysis.linkage.flat()), [analysis.linkage.length, 4])],
      ['inferred-roles.karma.yaml', rolesAsYaml(analysis.roles)],
    );
    run = createRun(runsFolder(folder), {
      kind: 'analyze',
      name: 'default',
      createdAt: 1_700_000_000_000,
      folder,
      specs: [],
      options: {},
      seeds: [1, 2],
      versions: describeVersions(),
      machine: describeMachine(),
    });
    const writer = openRun(
      run,
      thisProcess(() => 1_700_000_000_000),
    );
    writer.begin('analyze', [1, 2]);
    for (const [name, content] of files) writer.writeArtifact(name, content);
    writer.close();
  });
  beforeEach(() => (out = join(mkdtempSync(join(folder, 'out-')), 'results')));
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The exit code and the objects that were printed on stdout. */
  async function cli(...args: string[]): Promise<{ code: number; results: Record<string, unknown>[] }> {
    let text = '';
    const streams = [process.stdout, process.stderr] as const;
    const writes = streams.map((stream) => stream.write.bind(stream));
    process.stdout.write = (chunk: string | Uint8Array) => ((text += String(chunk)), true);
    process.stderr.write = () => true;
    try {
      const code = await runCommandLine([...args, '--json']);
      const results = text.split('\n').filter(Boolean);
      return { code, results: results.map((line) => JSON.parse(line) as Record<string, unknown>) };
    } finally {
      for (const [i, stream] of streams.entries()) stream.write = writes[i];
    }
  }
  const filesIn = (path: string) =>
    readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + 1))
      .sort();
  const contentOf = (name: string) => readFileSync(join(out, name), 'utf8');

  it('The files of an analysis are all written, and nothing else', async () => {
    const { code, results } = await cli('analyze', run, '--out', out);
    assert.equal(code, 0, JSON.stringify(results));
    assert.deepEqual(results, [{ type: 'files', run, out, files: FILES }]);
    assert.deepEqual(filesIn(out), FILES);
    assert.deepEqual(readdirSync(join(out, '..')), ['results'], 'nothing half-made is left');
    assert.deepEqual(JSON.parse(contentOf('analysis.json')), JSON.parse(JSON.stringify(analysis)));
    const lines = contentOf('trajectories/2.jsonl').trimEnd().split('\n');
    assert.equal(lines.length, PLAN.episodes * PLAN.steps);
    const [first] = lines.map((line) => JSON.parse(line) as { agents: Record<string, { probability: number }> });
    assert.deepEqual(Object.keys(first.agents), ['relief', 'shrinker', 'medic', 'shield']);
    assert.equal(readFileSync(join(out, 'trajectories/1.parquet')).subarray(0, 4).toString(), 'PAR1');
  });

  it('The files of an analysis replace nothing without --force', async () => {
    mkdirSync(out);
    writeFileSync(join(out, 'mine.txt'), 'mine');
    writeFileSync(join(out, 'analysis.json'), 'old');
    const refused = await cli('analyze', run, '--out', out);
    assert.equal(refused.code, 2);
    assert.match(String(refused.results[0].message), /is not empty: name another folder, or say --force/);
    assert.deepEqual(filesIn(out), ['analysis.json', 'mine.txt']);
    assert.equal(contentOf('analysis.json'), 'old');
    assert.equal((await cli('analyze', run, '--out', out, '--force')).code, 0);
    assert.deepEqual(filesIn(out), [...FILES, 'mine.txt'].sort());
    assert.equal(contentOf('mine.txt'), 'mine');
    assert.notEqual(contentOf('analysis.json'), 'old');
    // An empty folder is fine.
    rmSync(out, { recursive: true });
    mkdirSync(out);
    assert.equal((await cli('analyze', run, '--out', out)).code, 0);
    // A file is not a folder.
    rmSync(out, { recursive: true });
    writeFileSync(out, '');
    assert.match(String((await cli('analyze', run, '--out', out, '--force')).results[0].message), /is a file/);
  });

  it('A failure while the files of an analysis are written leaves the folder as it was', async () => {
    const path = join(run, 'artifacts', 'trajectories', '2.bin');
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, 1000));
    try {
      const { code, results } = await cli('analyze', run, '--out', out);
      assert.notEqual(code, 0);
      assert.match(String(results[0].message), /checksum|cut short/);
      assert.deepEqual(readdirSync(join(out, '..')), []);
    } finally {
      writeFileSync(path, whole);
    }
  });

  it('Writing the files of an analysis says what it cannot do', async () => {
    const message = async (...args: string[]) => {
      const { code, results } = await cli('analyze', ...args);
      assert.equal(code, 2);
      return String(results[0].message);
    };
    assert.match(await message(run), /is analyzed already: say where to write what was found \(--out\)/);
    assert.match(await message(run, '--out', out, '--episodes', '3'), /leave --episodes out/);
    assert.match(await message(run, '--force'), /--force goes with --out/);
    assert.equal(existsSync(out), false);
    const old = join(run, 'artifacts', 'clustering.json');
    const kept = readFileSync(old);
    rmSync(old);
    const { results } = await cli('analyze', run, '--out', out);
    assert.match(String(results[0].message), /has no clustering\.json: .* Analyze it again\./);
    writeFileSync(old, kept);
  });

  it('The pictures of an analysis need no other file: they have titles, legends, no CSS variables and escaped text', () => {
    const evil = { ...analysis, sequences: analysis.sequences.map((label) => ({ ...label, agent: '<a & "b">' })) };
    const figures = analysisFigures(evil, clustering);
    assert.deepEqual([...figures.keys()], ['dendrogram', 'heat-map', 'map', 'relations-1', 'relations-2']);
    for (const [name, svg] of figures) {
      assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+/, name);
      assert.match(svg, /<title>[A-Z]/, name);
      assert.match(svg, /<desc>./, name);
      assert.doesNotMatch(svg, /var\(--|NaN|undefined|Infinity|<a &/, name);
      assertWellFormed(svg, name);
    }
    assert.equal(
      [...figures.get('map')!.matchAll(/transform="translate\([^"]*"\s+d=/g)].length,
      analysis.sequences.length + analysis.groups.length,
    );
    for (const service of clustering.services)
      assert.match(figures.get('heat-map')!, new RegExp(`moves of ${service}<`));
    assert.deepEqual(analysisFigures(evil, clustering), figures);
  });
});

/** Every element is closed, in order; every attribute is quoted. */
function assertWellFormed(svg: string, name: string): void {
  const open: string[] = [];
  const withoutStyle = svg.replace(/<style>[^]*?<\/style>/, '');
  for (const [all, closing, tag, , self] of withoutStyle.matchAll(
    /<(\/?)([a-z]+)((?:\s+[a-zA-Z0-9:-]+="[^"<]*")*)\s*(\/?)>/g,
  )) {
    if (closing) assert.equal(open.pop(), tag, `${name}: ${all}`);
    else if (!self) open.push(tag);
  }
  assert.deepEqual(open, [], name);
  const rest = withoutStyle.replace(/<(\/?)([a-z]+)((?:\s+[a-zA-Z0-9:-]+="[^"<]*")*)\s*(\/?)>/g, '');
  assert.doesNotMatch(rest, /[<>]/, name);
}
