/** Tests the GPU backend with the real package, from the extension's commands to the reports of the runs. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { RunEntry } from '../../../src/hosts/extension/runs/run-entry.ts';
import { readJournal } from '../../../src/runs/journal.ts';
import { readManifest } from '../../../src/runs/manifest.ts';
import { journalPath } from '../../../src/runs/run-directory.ts';
import { readRun } from '../../../src/runs/run-list.ts';
import { startMirror } from '../../tfjs-node/mirror.ts';

describe('GPU backend', function () {
  this.timeout(600_000);
  const project = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const trainingFile = join(project, 'training.karma.yaml');
  const original = readFileSync(trainingFile, 'utf8');
  const scratch = mkdtempSync(join(tmpdir(), 'karma-gpu-host-'));
  let installed: string;

  before(async () => {
    const script = join(import.meta.dirname, '../../tfjs-node/install.sh');
    const { stdout } = await promisify(execFile)('bash', [script], { maxBuffer: 1 << 24 });
    installed = stdout.trim().split('\n').at(-1)!;
    // These changes make it finish in seconds: no twin, one scenario, few environments.
    const small = original
      .replace(/kind: calibrated/, 'kind: emulator')
      .replace(/scenarios: .*/, 'scenarios: [bottleneck]')
      .replace(/environments: 32, horizon: 32/, 'environments: 8, horizon: 16');
    assert.notEqual(small, original);
    writeFileSync(trainingFile, small);
    await vscode.extensions.getExtension('karma-mas.karma-mas')!.activate();
    await vscode.commands.executeCommand('karma-mas.refresh');
  });
  afterEach(() => setPackagePath(undefined));
  after(() => {
    writeFileSync(trainingFile, original);
    rmSync(scratch, { recursive: true, force: true });
  });

  it('A training runs on the real GPU package, and its manifest names it', async () => {
    await setPackagePath(installed);
    const { directory } = await train();
    const manifest = readManifest(directory);
    assert.equal(manifest.backend, 'tfjs-gpu');
    assert.match(manifest.device!, /TensorFlow 2\.15\.1/);
    assert.equal(manifest.backendReason, 'as asked for');
    assert.deepEqual(warnings(directory), []);
    assert.equal(JSON.stringify(manifest.options).includes(installed), false, 'the run holds no path of this machine');
  });

  it('A damaged GPU package gives way to WASM: journal and manifest say why, and the training ends well', async () => {
    const place = join(scratch, 'node_modules', '@tensorflow', 'tfjs-node-gpu');
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'package.json'), '{"main": "index.js"}');
    writeFileSync(join(place, 'index.js'), "require('./tfjs_binding.node')");
    writeFileSync(join(place, 'tfjs_binding.node'), 'garbage');
    await setPackagePath(scratch);
    const { directory } = await train();
    const manifest = readManifest(directory);
    assert.equal(manifest.backend, 'wasm');
    assert.match(manifest.backendReason!, /^in place of tfjs-gpu: .*is installed, but does not load/);
    const [warning, ...more] = warnings(directory);
    assert.match(warning, /The backend tfjs-gpu cannot be used: .*The WASM kernels compute instead/);
    assert.deepEqual(more, []);
  });

  it('Set Up GPU Backend shows the size first, then installs, tests and uses the package, which Remove GPU Backend removes', async () => {
    await using mirror = await startMirror(installed);
    Object.assign(process.env, mirror.env);
    const told: string[] = [];
    // Plays the user's part in the dialogs.
    const restore = answerMessages((message, detail) => {
      // Meanwhile, a run of an earlier test may report its end.
      if (!/^Training: .* has finished/.test(message)) told.push(`${message}\n${detail}`);
      if (message.startsWith('Install the GPU backend')) return 'Install';
      return message.startsWith('Remove the GPU backend') ? 'Remove' : undefined;
    });
    try {
      await vscode.commands.executeCommand('karma-mas.setUpGpu');
      assert.match(told[0], /TensorFlow 2\.9\.1: \d+ MB to download, about 1\.\d GB on disk/);
      assert.match(
        told.at(-1)!,
        /^@tensorflow\/tfjs-node-gpu with TensorFlow 2\.15\.1 (?:computes on|loads, but uses no GPU)/,
      );
      const { directory } = await train();
      assert.equal(readManifest(directory).backend, 'tfjs-gpu');
      await vscode.commands.executeCommand('karma-mas.removeGpu');
      assert.match(told.at(-1)!, /It uses \d+ MB\. Runs then compute with the WASM kernels/);
      const without = await train();
      assert.equal(readManifest(without.directory).backend, 'wasm');
    } finally {
      restore();
      for (const name of Object.keys(mirror.env)) delete process.env[name];
    }
  });

  async function train(): Promise<{ directory: string }> {
    const entry = await vscode.commands.executeCommand<RunEntry | undefined>('karma-mas.train', {
      folder: project,
      training: 'default',
      seeds: [1],
      options: { steps: 256, backend: 'tfjs-gpu' },
    });
    assert.ok(entry, 'the run began');
    for (;;) {
      const { state, message } = readRun(entry.directory, Date.now);
      if (state === 'finished') return { directory: entry.directory };
      if (state === 'failed' || state === 'stale') assert.fail(`The run is ${state}: ${message}`);
      await sleep(200);
    }
  }
});

function warnings(directory: string): string[] {
  return readJournal(journalPath(directory)).events.flatMap((event) =>
    event.type === 'note' && event.level === 'warning' ? [event.message] : [],
  );
}

async function setPackagePath(folder: string | undefined): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  await configuration.update('karma-mas.gpu.packagePath', folder, vscode.ConfigurationTarget.Global);
}

/** Answers messages that would wait for a click. Returns a function that undoes this. */
function answerMessages(answer: (message: string, detail: string) => string | undefined): () => void {
  const window = vscode.window as unknown as Record<string, unknown>;
  const names = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'];
  const before = names.map((name) => window[name]);
  for (const name of names)
    window[name] = (message: string, options?: { detail?: string } | string) =>
      Promise.resolve(answer(message, typeof options === 'object' ? (options.detail ?? '') : ''));
  return () => names.forEach((name, index) => (window[name] = before[index]));
}
