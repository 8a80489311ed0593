import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { eventually, karma, LONG_TRAINING, runOnce, SHORT_TRAINING } from './helpers.ts';

describe('Tasks', () => {
  before(karma);

  /** Runs a task of tasks.json and resolves with its exit code. */
  const run = async (
    definition: Record<string, unknown>,
    meanwhile: (execution: vscode.TaskExecution) => Promise<void> = () => Promise.resolve(),
  ): Promise<number | undefined> => {
    const label = `test ${count++}`;
    const settings = vscode.workspace.getConfiguration('tasks');
    const entry = { label, type: 'karma-mas', ...definition };
    await settings.update('tasks', [entry], vscode.ConfigurationTarget.Workspace);
    const task = await eventually('the task is there', async () =>
      (await vscode.tasks.fetchTasks({ type: 'karma-mas' })).find(({ name }) => name === label),
    );
    const ended = new Promise<number | undefined>((resolve) => {
      const subscription = vscode.tasks.onDidEndTaskProcess(({ execution, exitCode }) => {
        if (execution.task.name !== label) return;
        subscription.dispose();
        resolve(exitCode);
      });
    });
    await meanwhile(await vscode.tasks.executeTask(task));
    return ended;
  };
  let count = 1;

  after(() =>
    vscode.workspace.getConfiguration('tasks').update('tasks', undefined, vscode.ConfigurationTarget.Workspace),
  );

  it('A task is offered for each job', async () => {
    const tasks = await eventually('tasks are offered', async () => {
      const found = await vscode.tasks.fetchTasks({ type: 'karma-mas' });
      return found.length > 0 ? found : undefined;
    });
    assert.deepEqual(tasks.map(({ definition }) => definition.kind as string).sort(), [
      'analyze',
      'collect',
      'evaluate',
      'fit',
      'run',
      'train',
      'transfer',
    ]);
  });

  it('A task does its job and ends with the exit code of the job', async () => {
    const before = await (await karma()).runs();
    assert.equal(await run({ kind: 'train', ...SHORT_TRAINING }), 0);
    const after = await (await karma()).runs();
    assert.equal(after.length, before.length + 1);
    assert.equal(after[0].state, 'finished');
    assert.equal(after[0].name, 'in-emulator');
  });

  it('A task fails where its job cannot start', async () => {
    assert.equal(await run({ kind: 'train', training: 'nothing' }), 1);
  });

  const impossible = [
    ['transfer', { upTo: 'moon' }],
    ['train', { backend: 'foo' }],
    ['train', { steps: -1 }],
    ['fit', { twin: 'perfect' }],
    ['evaluate', { on: 'mars' }],
  ] as const;
  for (const [kind, options] of impossible)
    it(`A task fails at once, without a run, where tasks.json asks ${kind} for ${JSON.stringify(options)}`, async () => {
      const before = await (await karma()).runs();
      assert.equal(await run({ kind, options }), 1);
      assert.equal((await (await karma()).runs()).length, before.length);
    });

  /** Resolves with the run in progress once it makes progress. */
  const working = () =>
    eventually('it trains', async () =>
      (await (await karma()).runs()).find(({ state, progress }) => state === 'running' && (progress?.done ?? 0) > 0),
    );

  it('A task stops at a checkpoint on Ctrl-C', async () => {
    let directory = '';
    const code = await run({ kind: 'train', ...LONG_TRAINING }, async () => {
      ({ directory } = await working());
      vscode.window.activeTerminal?.sendText('\u0003', false);
    });
    assert.equal(code, 130);
    await runOnce(directory, 'it has stopped', ({ state }) => state === 'stopped');
  });

  it('A task stops its run when it is terminated', async () => {
    let directory = '';
    await run({ kind: 'train', ...LONG_TRAINING }, async (execution) => {
      ({ directory } = await working());
      execution.terminate();
    });
    await runOnce(directory, 'it has stopped', ({ state }) => state === 'stopped');
  });
});
