import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { thisProcess } from '../../../src/jobs/this-process.ts';
import type { Finding } from '../../../src/setup/checks/finding.ts';
import { createRun, openRun, runsFolder } from '../../../src/runs/run-directory.ts';

describe('Check Setup', () => {
  const project = vscode.workspace.workspaceFolders![0].uri.fsPath;

  afterEach(() => vscode.commands.executeCommand('workbench.action.closeQuickOpen'));

  async function check(): Promise<Finding[]> {
    const findings = await vscode.commands.executeCommand<Finding[] | undefined>('karma-mas.checkSetup');
    assert.ok(findings, 'the checks ran to their end');
    return findings;
  }

  const of = (findings: readonly Finding[], check: Finding['check']) =>
    findings.filter((finding) => finding.check === check);

  it('Check Setup checks everything with the Node that runs jobs', async () => {
    const findings = await check();
    const checks = ['node', 'wasm', 'sqlite', 'tfjs', 'gpu', 'specifications', 'runs', 'disk', 'kubeconfig'];
    assert.deepEqual([...new Set(findings.map(({ check }) => check))], checks);
    for (const name of ['node', 'wasm', 'sqlite', 'specifications'] as const)
      assert.deepEqual(
        of(findings, name).map(({ state, message }) => [state, state === 'ok' ? '' : message]),
        [['ok', '']],
      );
    assert.ok(of(findings, 'node')[0].message.includes(process.execPath));
    assert.ok(of(findings, 'specifications')[0].message.includes(project));
  });

  it('Check Setup finds a run whose process died and offers to resume it', async () => {
    const directory = createRun(runsFolder(project), {
      kind: 'train',
      name: 'default',
      createdAt: Date.now(),
      folder: project,
      specs: [],
      options: {},
      seeds: [1],
      versions: { 'karma-mas': '0.1.0' },
      machine: { cpu: 'x', cores: 1, memory: 1 },
    });
    try {
      const run = openRun(directory, thisProcess());
      run.begin('train', [1]);
      run.close();
      const { pid } = spawnSync(process.execPath, ['--version'], { env: { ELECTRON_RUN_AS_NODE: '1' } });
      writeFileSync(
        join(directory, 'lease.json'),
        JSON.stringify({ pid, host: hostname(), processStart: '', token: 'x' }),
      );
      const stale = of(await check(), 'runs').find(({ action }) => action?.type === 'resumeRun');
      assert.equal(stale?.state, 'warning');
      assert.deepEqual(stale?.action, { type: 'resumeRun', directory });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it('Check Setup says what to do where the Node of the settings does not run', async () => {
    const configuration = vscode.workspace.getConfiguration();
    const window = vscode.window as unknown as { showErrorMessage: unknown };
    const before = window.showErrorMessage;
    const told: string[] = [];
    window.showErrorMessage = (message: string) => Promise.resolve(void told.push(message));
    await configuration.update('karma-mas.nodePath', '/nowhere/node', vscode.ConfigurationTarget.Global);
    try {
      assert.equal(await vscode.commands.executeCommand('karma-mas.checkSetup'), undefined);
      assert.equal(told.length, 1);
      assert.match(told[0], /\/nowhere\/node.*karma-mas\.nodePath/);
    } finally {
      window.showErrorMessage = before;
      await configuration.update('karma-mas.nodePath', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});
