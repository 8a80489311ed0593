import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installedVersion } from '../../../src/jobs/backend/gpu-package.ts';
import { installGpu, removeGpu, type InstallOptions } from '../../../src/setup/gpu/install-gpu.ts';
import { findNpm } from '../../../src/setup/gpu/npm.ts';
import { processLives } from '../../../src/runs/process-identity.ts';
import { SetupError } from '../../../src/setup/setup-error.ts';
import { until } from '../until.ts';

describe('setup: installation of the GPU package', () => {
  let place: string;
  let folder: string;
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), 'karma-setup-'));
    folder = join(place, 'data', 'tfjs-node-gpu');
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  /** A program that stands in for npm. Its `install(version)` writes a complete package into its current folder. */
  function fakeNpm(program: string): { command: string; args: string[] } {
    const command = join(place, 'npm');
    const install = `
      const fs = require('node:fs');
      const install = (version) => {
        fs.mkdirSync('node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8', { recursive: true });
        fs.writeFileSync('node_modules/@tensorflow/tfjs-node-gpu/package.json', JSON.stringify({ version }));
        fs.writeFileSync('node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node', 'x'.repeat(5000));
      };`;
    writeFileSync(command, `#!${process.execPath}\n${install}\n${program}`);
    chmodSync(command, 0o755);
    return { command, args: [] };
  }

  function options(program: string, more: Partial<InstallOptions> = {}): InstallOptions {
    return {
      folder,
      npm: fakeNpm(program),
      env: process.env,
      bytes: 1000,
      signal: new AbortController().signal,
      onProgress: () => undefined,
      onOutput: () => undefined,
      ...more,
    };
  }

  const leftInData = () => (existsSync(dirname(folder)) ? readdirSync(dirname(folder)) : []);

  it('The GPU installation installs the pinned version, in a folder beside its place until the package is complete', async () => {
    const told: string[] = [];
    const sizes: number[] = [];
    const seen = join(place, 'seen');
    const onProgress = (bytes: number): void => {
      sizes.push(bytes);
      if (bytes >= 5000) writeFileSync(seen, '');
    };
    const program = `
      console.log(process.argv.slice(2).join(' '));
      console.log(fs.readFileSync('package.json', 'utf8'));
      console.log('there yet: ' + fs.existsSync(${JSON.stringify(folder)}));
      install('4.22.0');
      const waiting = setInterval(() => fs.existsSync(${JSON.stringify(seen)}) && clearInterval(waiting), 20);`;
    const onOutput = (text: string) => told.push(text);
    await installGpu(options(program, { onOutput, onProgress }));
    assert.equal(installedVersion(folder), '4.22.0');
    assert.deepEqual(leftInData(), ['tfjs-node-gpu']);
    const output = told.join('');
    assert.match(output, /^install @tensorflow\/tfjs-node-gpu@4\.22\.0 .*--ignore-scripts=false/);
    assert.match(output, /"allowScripts": \{\s*"@tensorflow\/tfjs-node-gpu": true/);
    assert.match(output, /there yet: false/);
    assert.ok(Math.max(...sizes) >= 5000, `the growth of the folder was told: ${sizes.join(', ')}`);
  });

  it('The GPU installation replaces an earlier one, and keeps it when the new one fails', async () => {
    await installGpu(options("install('1.0.0')"));
    await installGpu(options("install('4.22.0')"));
    assert.equal(installedVersion(folder), '4.22.0');
    await assert.rejects(installGpu(options('process.exit(7)')), SetupError);
    assert.equal(installedVersion(folder), '4.22.0');
    assert.deepEqual(leftInData(), ['tfjs-node-gpu']);
  });

  it('The GPU installation says why npm failed and leaves nothing behind', async () => {
    const program = `
      install('4.22.0');
      console.error('npm error code ENOSPC');
      process.exit(1);`;
    await assert.rejects(installGpu(options(program)), (error: SetupError) => {
      assert.match(error.message, /The disk is full/);
      assert.match(error.output, /code ENOSPC/);
      return true;
    });
    assert.deepEqual(leftInData(), []);
  });

  it('The GPU installation rejects a package without a binding, even if npm reports no error', async () => {
    const program = `install('4.22.0'); fs.rmSync('node_modules/@tensorflow/tfjs-node-gpu/lib', { recursive: true });`;
    await assert.rejects(installGpu(options(program)), /the package is not whole: its download was cut off or refused/);
    assert.deepEqual(leftInData(), []);
  });

  it('The GPU installation ends npm and its child processes when it is canceled, and leaves nothing behind', async () => {
    const cancel = new AbortController();
    const pids = join(place, 'pids');
    const written = join(place, 'written');
    // The child of npm ignores SIGTERM and keeps writing into the folder.
    const program = `
      install('4.22.0');
      const child = require('node:child_process').spawn(process.execPath, ['-e', \`
        process.on('SIGTERM', () => {});
        let n = 0;
        setInterval(() => ['file-' + n++, process.argv[1]].forEach((file) => require('node:fs').writeFileSync(file, 'x')), 20);
      \`, ${JSON.stringify(written)}], { stdio: 'inherit' });
      fs.writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + child.pid);
      setInterval(() => {}, 1000);`;
    const installation = installGpu(options(program, { signal: cancel.signal }));
    installation.catch(() => undefined);
    await until('the start of npm', () => existsSync(pids));
    await until('files of its child', () => existsSync(written));
    cancel.abort();
    await assert.rejects(installation, (error) => error === cancel.signal.reason);
    assert.deepEqual(leftInData(), []);
    for (const pid of readFileSync(pids, 'utf8').split(' '))
      assert.equal(processLives(Number(pid), ''), 'no', `process ${pid} has ended`);
  });

  it('The GPU installation does not start npm when the disk is too full or when it is canceled before it begins', async () => {
    const program = `fs.writeFileSync(${JSON.stringify(join(place, 'ran'))}, '')`;
    await assert.rejects(
      installGpu(options(program, { bytes: 1e18 })),
      /takes about .* GB are free on the disk of .*: free some space/,
    );
    await assert.rejects(installGpu(options(program, { signal: AbortSignal.abort() })));
    assert.ok(!existsSync(join(place, 'ran')));
    assert.deepEqual(leftInData(), []);
  });

  it('The GPU installation reports that npm does not start', async () => {
    const npm = { command: join(place, 'no-npm'), args: [] };
    await assert.rejects(installGpu(options('', { npm })), /npm \(.*no-npm\) does not start/);
    assert.deepEqual(leftInData(), []);
  });

  it('removeGpu removes the installation and what dead processes left behind, but not the folder of a living process', async () => {
    assert.equal(await removeGpu(folder), false);
    await installGpu(options("install('4.22.0')"));
    const dead = `${folder}.installing-999999999`;
    const alive = `${folder}.installing-${process.ppid}`;
    mkdirSync(dead);
    mkdirSync(alive);
    assert.equal(await removeGpu(folder), true);
    assert.deepEqual(leftInData(), [`tfjs-node-gpu.installing-${process.ppid}`]);
  });

  it('findNpm looks for npm on PATH and where the settings say, and returns undefined when it is not there', () => {
    const { command } = fakeNpm('');
    assert.deepEqual(findNpm({ PATH: place }), { command, args: [] });
    assert.deepEqual(findNpm({ PATH: '/nowhere' }, command), { command, args: [] });
    assert.equal(findNpm({ PATH: place }, join(place, 'other')), undefined);
    // On Windows, npm.cmd needs a shell, so Node runs the script behind it.
    writeFileSync(join(place, 'npm.cmd'), '');
    const script = join(place, 'node_modules', 'npm', 'bin', 'npm-cli.js');
    mkdirSync(dirname(script), { recursive: true });
    writeFileSync(script, '');
    assert.deepEqual(findNpm({ PATH: place }, '', 'win32'), { command: 'node.exe', args: [script] });
  });
});
