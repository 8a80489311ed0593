import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisProcess } from '../../../src/jobs/this-process.ts';
import { checkDisk } from '../../../src/setup/checks/folder.ts';
import { checkNode } from '../../../src/setup/checks/programs.ts';
import type { Finding } from '../../../src/setup/checks/finding.ts';
import { createRun, openRun, runsFolder } from '../../../src/runs/run-directory.ts';
import { installGpuPackage } from '../nn/gpu-package.ts';
import { cli, objects, root } from '../hosts/cli-helpers.ts';

describe('karma-mas doctor', () => {
  let folder: string;
  let env: Record<string, string>;
  beforeEach(() => {
    const place = mkdtempSync(join(tmpdir(), 'karma-doctor-'));
    folder = join(place, 'specs');
    cpSync(join(root, 'examples', 'chained-services'), folder, { recursive: true });
    // As on a machine that has neither a kubeconfig nor a GPU package.
    env = { HOME: place, KUBECONFIG: '', KARMA_DATA: join(place, 'data'), KARMA_TFJS_PATH: '' };
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

  async function doctor(more: Record<string, string> = {}): Promise<{ code: number | null; findings: Finding[] }> {
    const { code, stdout } = await cli(['doctor', folder, '--json'], folder, { ...env, ...more });
    const lines = objects(stdout);
    const last = lines.pop()!;
    assert.equal(last.type, 'checked');
    const findings = lines as unknown as (Finding & { type: string })[];
    assert.ok(findings.every(({ type }) => type === 'finding'));
    assert.equal(last.problems, findings.filter(({ state }) => state === 'problem').length);
    return { code, findings };
  }

  const of = (findings: readonly Finding[], check: Finding['check']) =>
    findings.filter((finding) => finding.check === check);

  it('karma-mas doctor finds no problem with the sample and changes nothing', async () => {
    const before = readdirSync(folder, { recursive: true });
    const { code, findings } = await doctor();
    assert.equal(code, 0);
    const checks = ['node', 'wasm', 'sqlite', 'tfjs', 'gpu', 'specifications', 'runs', 'disk', 'kubeconfig'];
    assert.deepEqual([...new Set(findings.map(({ check }) => check))], checks);
    for (const check of ['node', 'wasm', 'sqlite', 'tfjs', 'specifications', 'runs'] as const)
      assert.deepEqual(
        of(findings, check).map(({ state }) => state),
        ['ok'],
        check,
      );
    assert.ok(of(findings, 'node')[0].message.includes(process.execPath), 'the Node that runs runs');
    assert.match(of(findings, 'wasm')[0].message, /WASM SIMD, 2 threads/);
    assert.match(of(findings, 'sqlite')[0].message, /SQLite 3\.\d+/);
    assert.deepEqual(readdirSync(folder, { recursive: true }), before);
  });

  it('karma-mas doctor prints its findings as aligned text', async () => {
    const { stdout } = await cli(['doctor', folder], folder, env);
    const lines = stdout.trimEnd().split('\n');
    assert.match(lines.at(-1)!, /^0 problems, \d+ warnings?, \d+ ok$/);
    for (const line of lines.slice(0, -1))
      assert.match(line, /^(?:ok|warning|problem| ) {2,}\S.{0,13} {2,}\S|^ {25}\S/);
  });

  it('karma-mas doctor exits with code 1 when the specifications have errors', async () => {
    appendFileSync(join(folder, 'training.karma.yaml'), '\n---\nkind: Trainning\n');
    const { code, findings } = await doctor();
    assert.equal(code, 1);
    const [finding] = of(findings, 'specifications');
    assert.equal(finding.state, 'problem');
    assert.match(finding.message, /[1-9]\d* errors?/);
    assert.equal(finding.action?.type, 'showProblems');
  });

  it('karma-mas doctor distinguishes running runs from stale and damaged ones', async () => {
    const manifest = {
      kind: 'train',
      name: 'default',
      createdAt: 1_750_000_000_000,
      folder,
      specs: [],
      options: {},
      seeds: [1],
      versions: { 'karma-mas': '0.1.0' },
      machine: { cpu: 'x', cores: 1, memory: 1 },
    };
    const runs = runsFolder(folder);
    const begun = () => {
      const directory = createRun(runs, manifest);
      const run = openRun(directory, thisProcess());
      run.begin('train', [1]);
      return { directory, run };
    };
    const running = begun();
    const stale = begun();
    stale.run.close();
    // The lease names a process that has ended, as after a crash.
    const ended = spawn(process.execPath, ['-e', '']);
    await once(ended, 'exit');
    const lease = { pid: ended.pid, host: hostname(), processStart: '', token: 'x' };
    writeFileSync(join(stale.directory, 'lease.json'), JSON.stringify(lease));
    mkdirSync(join(runs, 'damaged'));
    writeFileSync(join(runs, 'damaged', 'manifest.json'), '{"version": 1, "id"');
    try {
      const { code, findings } = await doctor();
      assert.equal(code, 0);
      const [all, dead, damaged, ...more] = of(findings, 'runs');
      assert.deepEqual(more, []);
      assert.match(all.message, new RegExp(`2 runs, 1 running: .* \\(process ${process.pid} on ${hostname()}\\)`));
      assert.equal(dead.state, 'warning');
      assert.match(dead.advice!, /karma-mas runs resume/);
      assert.deepEqual(dead.action, { type: 'resumeRun', directory: stale.directory });
      assert.match(damaged.message, /is damaged/);
    } finally {
      running.run.close();
    }
  });

  it('karma-mas doctor reports a damaged GPU package, with advice, and one that crashes', async () => {
    const place = join(folder, '..', 'broken', 'node_modules', '@tensorflow', 'tfjs-node-gpu');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"main": "index.js"}');
    const more = { KARMA_TFJS_PATH: join(folder, '..', 'broken') };
    writeFileSync(join(place, 'binding.node'), 'garbage');
    writeFileSync(join(place, 'index.js'), "require('./binding.node')");
    const [garbage] = of((await doctor(more)).findings, 'gpu');
    assert.equal(garbage.state, 'warning');
    assert.match(garbage.message, /is installed, but does not load/);
    assert.match(garbage.advice!, /damaged or of another platform/);
    assert.deepEqual(garbage.action, { type: 'setUpGpu' });
    writeFileSync(join(place, 'index.js'), 'process.abort()');
    const [crash] = of((await doctor(more)).findings, 'gpu');
    assert.match(crash.message, /crashes: its process was ended by SIGABRT/);
  });

  it('karma-mas doctor says whether the real GPU package computes on a GPU', async () => {
    const [finding] = of((await doctor({ KARMA_TFJS_PATH: await installGpuPackage() })).findings, 'gpu');
    assert.match(
      finding.message,
      /@tensorflow\/tfjs-node-gpu with TensorFlow 2\.15\.1 (?:computes on|loads, but uses no GPU)/,
    );
  });

  it('The checks of karma-mas doctor report an old Node.js and a disk that is almost full', async () => {
    assert.equal(checkNode('20.20.2', '/usr/bin/node').state, 'problem');
    assert.equal(checkNode('24.0.0', '/usr/bin/node').state, 'ok');
    assert.equal(checkNode('101.0.0', '/usr/bin/node').state, 'ok');
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, '.karma'));
    writeFileSync(join(folder, '.karma', 'traces'), 'x'.repeat(3_000_000));
    assert.match((await checkDisk(folder)).message, /are free where the runs of .*; \.karma takes 3 MB\./);
    const stateAt = async (free: number | undefined) => (await checkDisk(folder, () => Promise.resolve(free))).state;
    assert.deepEqual(
      [await stateAt(5e9), await stateAt(1e9), await stateAt(1e8), await stateAt(undefined)],
      ['ok', 'warning', 'problem', 'ok'],
    );
  });
});
