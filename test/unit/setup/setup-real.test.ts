import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readJournal } from '../../../src/runs/journal.ts';
import type { Manifest } from '../../../src/runs/manifest.ts';
import { journalPath } from '../../../src/runs/run-directory.ts';
import { startMirror } from '../../tfjs-node/mirror.ts';
import { installGpuPackage } from '../nn/gpu-package.ts';
import { cli, copySmallSample, objects, startCli } from '../hosts/cli-helpers.ts';
import { until } from '../until.ts';

/** Uses the real npm and the real package; only the host of the downloads is a local mirror. */
describe('setup: the real GPU package', () => {
  let installed: string;
  let place: string;
  before(async () => {
    installed = await installGpuPackage();
  });
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'karma-gpu-'));
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  const leftInData = () => (existsSync(join(place, 'data')) ? readdirSync(join(place, 'data')) : []);

  it('The real GPU package is installed by karma-mas gpu install, trains, and is removed by karma-mas gpu remove', async () => {
    await using mirror = await startMirror(installed);
    const env = { ...mirror.env, KARMA_DATA: join(place, 'data') };
    const install = await cli(['gpu', 'install', '--yes'], place, env);
    assert.equal(install.code, 0, install.stderr);
    assert.match(install.stderr, /with TensorFlow 2\.9\.1: \d+ MB to download, about 1\.\d GB on disk/);
    assert.match(install.stdout, /@tensorflow\/tfjs-node-gpu with TensorFlow 2\.15\.1/);
    assert.deepEqual(leftInData(), ['tfjs-node-gpu']);
    const methods = mirror.asked.map((request) => request.split(' ')[0]);
    assert.deepEqual(methods, ['HEAD', 'GET', 'GET']);

    const { manifest, warnings } = await train(env);
    assert.equal(manifest.backend, 'tfjs-gpu');
    assert.match(manifest.device!, /TensorFlow 2\.15\.1/);
    assert.equal(manifest.backendReason, 'as asked for');
    assert.deepEqual(warnings, []);

    const remove = await cli(['gpu', 'remove'], place, env);
    assert.match(remove.stdout, /^Removed 4\.22\.0 from/);
    assert.deepEqual(leftInData(), []);
  });

  it('karma-mas gpu install installs nothing from a host that refuses, and names a workaround', async () => {
    await using mirror = await startMirror(installed);
    mirror.refuse();
    const install = await cli(['gpu', 'install', '--yes'], place, { ...mirror.env, KARMA_DATA: join(place, 'data') });
    assert.equal(install.code, 1);
    assert.match(install.stderr, /warning: 127\.0\.0\.1:\d+ answers 403 for TensorFlow's library/);
    assert.match(install.stderr, /error: The host of TensorFlow's library refuses the download.*KARMA_TFJS_PATH/);
    assert.deepEqual(leftInData(), []);
  });

  it('karma-mas gpu install leaves nothing behind when Ctrl-C interrupts the download of the library', async () => {
    await using mirror = await startMirror(installed);
    const data = join(place, 'data');
    const { child, end } = startCli(['gpu', 'install', '--yes'], place, { ...mirror.env, KARMA_DATA: data });
    await until('the download', () => mirror.asked.some((request) => request.startsWith('GET')));
    child.kill('SIGINT');
    const { code, stderr } = await end;
    assert.equal(code, 130);
    assert.match(stderr, /Canceled: nothing was installed\./);
    assert.deepEqual(leftInData(), []);
  });

  it('A training uses WASM when the binding of the GPU package is damaged, and its journal and manifest say why', async () => {
    const broken = join(place, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, 'package.json'), '{"main": "index.js"}');
    writeFileSync(join(broken, 'index.js'), "require('./tfjs_binding.node')");
    writeFileSync(join(broken, 'tfjs_binding.node'), 'garbage');
    const { manifest, warnings, objective } = await train({ KARMA_TFJS_PATH: place }, '1,2');
    assert.equal(manifest.backend, 'wasm');
    assert.match(manifest.device!, /WASM SIMD/);
    assert.match(manifest.backendReason!, /^in place of tfjs-gpu: .*is installed, but does not load/);
    assert.ok(warnings.length >= 1 && warnings.length <= 2, 'said once, or twice where both seeds began at once');
    assert.match(warnings[0], /^Seed \d: The backend tfjs-gpu cannot be used: .*The WASM kernels compute instead/);
    const onWasm = await train({}, '1,2', 'wasm');
    assert.equal(objective, onWasm.objective, 'it is the WASM backend that trained');
  });

  /** Runs a short training the way a user starts it. */
  async function train(
    env: Record<string, string>,
    seeds = '1',
    backend = 'tfjs-gpu',
  ): Promise<{ manifest: Manifest; warnings: string[]; objective: unknown }> {
    const specs = join(place, `specs-${backend}`);
    copySmallSample(specs);
    const args = ['train', specs, '--backend', backend, '--seeds', seeds, '--steps', '256', '--json'];
    const { code, stdout, stderr } = await cli(args, place, env);
    assert.equal(code, 0, stderr);
    const end = objects(stdout).at(-1) as { type: string; directory: string; summary: { objective: number } };
    assert.equal(end.type, 'finished');
    const manifest = JSON.parse(readFileSync(join(end.directory, 'manifest.json'), 'utf8')) as Manifest;
    const notes = readJournal(journalPath(end.directory)).events.flatMap((event) =>
      event.type === 'note' && event.level === 'warning' ? [event.message] : [],
    );
    return { manifest, warnings: notes, objective: end.summary.objective };
  }
});
