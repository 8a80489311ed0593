import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { readJournal } from '../../../src/runs/journal.ts';
import { readLease } from '../../../src/runs/lease.ts';
import { createRun, journalPath, runsFolder } from '../../../src/runs/run-directory.ts';
import { answerMessages, eventually, karma, LONG_TRAINING, runOnce, writeAndReload } from './helpers.ts';

const { executeCommand } = vscode.commands;

describe('Runs', () => {
  const project = vscode.workspace.workspaceFolders![0].uri.fsPath;
  const types = (directory: string) => readJournal(journalPath(directory)).events.map(({ type }) => type);
  const start = async (): Promise<string> => {
    const told: string[] = [];
    const answers = answerMessages((message) => void told.push(message));
    try {
      const entry = await executeCommand<{ directory: string } | undefined>('karma-mas.train', LONG_TRAINING);
      assert.ok(entry, `No run was started: ${told.join(' ')}`);
      return entry.directory;
    } finally {
      answers.dispose();
    }
  };
  const trains = (directory: string) => runOnce(directory, 'it trains', ({ progress }) => (progress?.done ?? 0) > 0);
  const stopped = (directory: string) => runOnce(directory, 'it has stopped', ({ state }) => state === 'stopped');

  before(karma);
  afterEach(async () => {
    const api = await karma();
    for (const { directory, state } of await api.runs())
      if (state === 'running') {
        await executeCommand('karma-mas.stopRun', directory);
        await stopped(directory);
      }
  });

  it('A run works in a process of its own, stops at a checkpoint and is resumed', async () => {
    const directory = await start();
    const run = await trains(directory);
    assert.equal(run.kind, 'train');
    assert.equal(run.name, 'in-emulator');
    assert.equal(run.project, project);
    assert.equal(run.progress?.unit, 'steps');
    const holder = readLease(directory, Date.now);
    assert.notEqual(holder?.pid, process.pid);
    assert.ok(getPriority(holder!.pid) > getPriority(), 'it gives way to the editor');

    await executeCommand('karma-mas.stopRun', directory);
    await stopped(directory);
    await executeCommand('karma-mas.resumeRun', { entry: { directory } });
    await trains(directory);
    assert.ok(types(directory).includes('resumed'));
  });

  it('A run whose process was killed is reported once as interrupted and can be resumed', async () => {
    const told: string[] = [];
    const answers = answerMessages((message) => void told.push(message));
    try {
      const directory = await start();
      await trains(directory);
      process.kill(readLease(directory, Date.now)!.pid, 'SIGKILL');
      await runOnce(directory, 'it is found interrupted', ({ state }) => state === 'stale');
      await eventually('it is told', () => told.some((message) => /was interrupted/.test(message)) || undefined);
      await executeCommand('karma-mas.refresh');
      await executeCommand('karma-mas.refresh');
      assert.equal(told.filter((message) => /was interrupted/.test(message)).length, 1);
      await executeCommand('karma-mas.resumeRun', directory);
      await trains(directory);
      const { events, problems } = readJournal(journalPath(directory));
      assert.deepEqual(problems, []);
      assert.deepEqual(
        events.map(({ seq }) => seq),
        events.map((_, i) => i + 1),
        'the journal is whole',
      );
    } finally {
      answers.dispose();
    }
  });

  it('A run that does not start shows the error in the specifications and its place', async () => {
    const path = join(project, 'training.karma.yaml');
    const text = readFileSync(path, 'utf8');
    const broken = text.replace('preset: recipe', 'preset: receipt');
    const document = await vscode.workspace.openTextDocument(path);
    writeFileSync(path, broken);
    const answers = answerMessages((message, buttons) => {
      assert.match(message, /^Not started: /);
      return buttons.find((button) => button === 'Go to Problem');
    });
    try {
      assert.equal(await executeCommand('karma-mas.train', LONG_TRAINING), undefined);
      const editor = await eventually('the place is shown', () =>
        vscode.window.activeTextEditor?.document.uri.fsPath === path ? vscode.window.activeTextEditor : undefined,
      );
      const { line, character } = editor.selection.active;
      assert.match(broken.split('\n')[line].slice(character), /^receipt/);
    } finally {
      answers.dispose();
      await writeAndReload(document, text);
    }
  });

  it('What is typed is saved before a run starts', async () => {
    const uri = vscode.Uri.file(join(project, 'training.karma.yaml'));
    const document = await vscode.workspace.openTextDocument(uri);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), '# typed\n');
    await vscode.workspace.applyEdit(edit);
    assert.ok(document.isDirty);
    const directory = await start();
    assert.ok(!document.isDirty);
    const manifest = readFileSync(join(directory, 'manifest.json'), 'utf8');
    assert.ok(manifest.includes('# typed'));
  });

  it('No run starts while what is typed cannot be saved, because the file was changed on the disk', async () => {
    const uri = vscode.Uri.file(join(project, 'training.karma.yaml'));
    const document = await vscode.workspace.openTextDocument(uri);
    const text = document.getText();
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, new vscode.Position(0, 0), '# typed\n');
    await vscode.workspace.applyEdit(edit);
    writeFileSync(uri.fsPath, `# changed by another program\n${text}`);
    const told: string[] = [];
    const answers = answerMessages((message) => void told.push(message));
    try {
      assert.equal(await executeCommand('karma-mas.train', LONG_TRAINING), undefined);
      await eventually('it is told', () => told.length > 0);
      assert.match(told[0], /^training\.karma\.yaml could not be saved\. Save it, or revert what you typed/);
      assert.ok(document.isDirty, 'what was typed is still there');
    } finally {
      answers.dispose();
      await writeAndReload(document, text);
    }
  });

  it('The Runs view shows damaged runs, runs of another version and runs that are being made as such', async () => {
    const runs = runsFolder(project);
    const made = {
      ...{ kind: 'train', name: 'other', createdAt: Date.now(), folder: project, specs: [], options: {}, seeds: [1] },
      ...{ versions: { 'karma-mas': '9.0.0' }, machine: { cpu: 'any', cores: 1, memory: 1 } },
    };
    const [damaged, other, unmade] = [createRun(runs, made), createRun(runs, made), join(runs, 'unmade')];
    writeFileSync(join(damaged, 'manifest.json'), '{"version": 1, "id');
    const manifest = JSON.parse(readFileSync(join(other, 'manifest.json'), 'utf8')) as object;
    writeFileSync(join(other, 'manifest.json'), JSON.stringify({ ...manifest, version: 2 }));
    mkdirSync(unmade);
    try {
      const states = Object.fromEntries((await (await karma()).runs()).map((run) => [run.directory, run.state]));
      assert.equal(states[damaged], 'unreadable');
      assert.equal(states[other], 'other-version');
      assert.equal(states[unmade], 'incomplete');
    } finally {
      for (const directory of [damaged, other, unmade]) rmSync(directory, { recursive: true });
    }
  });

  it('A run is moved to the trash after a question, and can be brought back', async () => {
    const directory = await start();
    await trains(directory);
    await executeCommand('karma-mas.stopRun', directory);
    await stopped(directory);
    const asked: string[] = [];
    let answer: string | undefined;
    const answers = answerMessages((message, buttons) => {
      asked.push(message);
      return buttons.find((button) => button === answer || (answer === 'Undo' && button === 'Move to Trash'));
    });
    try {
      await executeCommand('karma-mas.deleteRun', directory);
      assert.match(asked[0], /^Delete Training: in-emulator\?/);
      assert.ok(existsSync(directory), 'nobody said yes');

      answer = 'Undo';
      await executeCommand('karma-mas.deleteRun', directory);
      assert.ok(existsSync(directory), 'it is back');

      answer = 'Move to Trash';
      await executeCommand('karma-mas.deleteRun', directory);
      assert.ok(!existsSync(directory));
      assert.deepEqual(readdirSync(join(project, '.karma', 'trash')), [directory.split(/[\\/]/).at(-1)]);
      assert.ok((await (await karma()).runs()).every((run) => run.directory !== directory));
    } finally {
      answers.dispose();
    }
  });

  it('A run that works cannot be deleted', async () => {
    const directory = await start();
    const told: string[] = [];
    const answers = answerMessages((message) => void told.push(message));
    try {
      await trains(directory);
      await executeCommand('karma-mas.deleteRun', directory);
      assert.ok(existsSync(directory));
      assert.match(told.join('\n'), /stop it first/);
    } finally {
      answers.dispose();
    }
  });
});
