import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { thisProcess } from '../../../src/jobs/this-process.ts';
import { amendManifest, changedSpecs, copySpec, readManifest } from '../../../src/runs/manifest.ts';
import { readJournal } from '../../../src/runs/journal.ts';
import {
  createRun,
  createRunAt,
  journalPath,
  openRun,
  runsFolder,
  type NewManifest,
} from '../../../src/runs/run-directory.ts';
import { findRun, listRuns, moveToTrash, readRun } from '../../../src/runs/run-list.ts';
import { clearStop, requestStop, watchStop } from '../../../src/runs/stop.ts';
import { until } from '../until.ts';
import { steppingClock, useFolder } from './helpers.ts';

const manifest = (change: Partial<NewManifest> = {}): NewManifest => ({
  kind: 'train',
  name: 'Default Training!',
  createdAt: Date.UTC(2026, 2, 14, 9, 15, 30),
  folder: '/specs',
  specs: [copySpec('a.karma.yaml', 'kind: Role\n')],
  options: { steps: 64 },
  seeds: [1, 2],
  versions: { node: '24' },
  machine: { cpu: 'x', cores: 2, memory: 100 },
  ...change,
});

describe('run directory', () => {
  const folder = useFolder();
  const runs = () => runsFolder(folder());

  it('A run directory is named after time, kind and name, and no name is used twice', () => {
    const first = createRun(runs(), manifest());
    const second = createRun(runs(), manifest());
    assert.equal(first, join(folder(), '.karma', 'runs', '20260314-091530-train-default-training'));
    assert.equal(basename(second), '20260314-091530-train-default-training-2');
    assert.deepEqual(readManifest(first), { version: 1, id: basename(first), ...manifest() });
    assert.equal(basename(createRun(runs(), manifest({ name: '¿?' }))), '20260314-091530-train');
  });

  it('A run is created in a given folder only where that is new or empty', () => {
    const chosen = join(folder(), 'out');
    createRunAt(chosen, manifest());
    assert.equal(readManifest(chosen).id, 'out');
    assert.throws(() => createRunAt(chosen, manifest()), /is not empty: choose a new folder, or resume/);
  });

  it('A run directory keeps checkpoints with their place in the journal, and artifacts with their hash', () => {
    const directory = createRun(runs(), manifest());
    const run = openRun(directory, thisProcess(steppingClock()));
    assert.deepEqual(run.begin('train', [1, 2]), { problems: [] });
    run.journal.append('iteration', { step: 64, metrics: {} });
    run.saveCheckpoint(64, { json: 'state', arrays: {} });
    run.writeArtifact('policies/1.bin', Uint8Array.of(1, 2));
    run.writeArtifact('report.html', 'ü');
    assert.equal(run.step, 64);
    run.close();
    assert.deepEqual(readFileSync(join(directory, 'artifacts', 'policies', '1.bin')), Buffer.from([1, 2]));
    const written = readJournal(journalPath(directory)).events.filter((event) => event.type === 'artifact');
    assert.deepEqual(
      written.map(({ path, bytes }) => [path, bytes]),
      [
        ['artifacts/policies/1.bin', 2],
        ['artifacts/report.html', 2],
      ],
    );
    assert.equal(written[0].sha256, createHash('sha256').update(Uint8Array.of(1, 2)).digest('hex'));

    const again = openRun(directory, thisProcess(steppingClock()));
    const { checkpoint } = again.begin('train', [1, 2]);
    assert.deepEqual(checkpoint, { step: 64, after: 2, json: 'state', arrays: {} });
    assert.equal(again.step, 64);
    again.close();
    const resumed = readJournal(journalPath(directory)).events.at(-1);
    assert.ok(resumed?.type === 'resumed' && resumed.step === 64 && resumed.after === 2);
  });

  it('A run without a checkpoint begins again', () => {
    const directory = createRun(runs(), manifest());
    for (let i = 0; i < 2; i++) {
      const run = openRun(directory, thisProcess(steppingClock()));
      assert.equal(run.begin('train', []).checkpoint, undefined);
      run.close();
    }
    const resumed = readJournal(journalPath(directory)).events.at(-1);
    assert.ok(resumed?.type === 'resumed' && resumed.step === 0 && resumed.after === 1);
  });

  it('A run releases its lease where its journal cannot be opened', () => {
    const directory = createRun(runs(), manifest());
    mkdirSync(journalPath(directory));
    assert.throws(() => openRun(directory, thisProcess(steppingClock())), /is a folder where a file is needed/);
    assert.ok(!existsSync(join(directory, 'lease.json')));
  });

  it('A manifest can be amended, and a damaged one is reported', () => {
    const directory = createRun(runs(), manifest());
    const computed = { backend: 'wasm', device: 'cpu', backendReason: 'as asked for' };
    assert.equal(amendManifest(directory, computed), true);
    assert.equal(amendManifest(directory, computed), false, 'it says so already');
    assert.equal(readManifest(directory).backend, 'wasm');
    writeFileSync(join(directory, 'manifest.json'), '{"version":');
    assert.throws(() => readManifest(directory), /is damaged/);
  });

  it('changedSpecs names the specs that changed since the run started', () => {
    const before = manifest({ specs: [copySpec('a', '1'), copySpec('b', '2'), copySpec('c', '3')] });
    const now = [copySpec('a', '1'), copySpec('b', 'two'), copySpec('d', '4')];
    const sentences = changedSpecs({ version: 1, id: 'x', ...before }, now);
    assert.deepEqual(
      sentences.map((sentence) => sentence.split(' since')[0]),
      ['b was changed', 'c was removed', 'd was added'],
    );
    assert.deepEqual(changedSpecs({ version: 1, id: 'x', ...before }, before.specs), []);
  });
});

describe('list of runs', () => {
  const folder = useFolder();
  const runs = () => runsFolder(folder());
  const now = () => Date.now();

  it('The list of runs derives each state from journal and lease', () => {
    const state = (act: (run: ReturnType<typeof openRun>) => void, close = true) => {
      const directory = createRun(runs(), manifest());
      const run = openRun(directory, thisProcess(now));
      act(run);
      if (close) run.close();
      const info = readRun(directory, now);
      if (!close) run.close();
      return info;
    };
    assert.equal(state(() => undefined).state, 'created');
    const running = state((run) => {
      run.begin('train', []);
      run.journal.append('iteration', { step: 128, metrics: {} });
    }, false);
    assert.equal(running.state, 'running');
    assert.equal(running.step, 128);
    assert.equal(running.holder?.pid, process.pid);
    assert.equal(state((run) => run.begin('train', [])).state, 'stale');
    assert.equal(
      state((run) => {
        run.begin('train', []);
        run.journal.append('stopped', { step: 5 });
      }).state,
      'stopped',
    );
    const failed = state((run) => run.journal.append('failed', { message: 'why' }));
    assert.equal(failed.state, 'failed');
    assert.equal(failed.message, 'why');
    const finished = state((run) => run.journal.append('finished', { summary: { j: 1 }, seconds: 2 }));
    assert.equal(finished.state, 'finished');
    assert.deepEqual(finished.summary, { j: 1 });
    assert.equal(
      state((run) => {
        run.begin('train', []);
        run.journal.append('failed', { message: 'why' });
        run.begin('train', []);
      }).state,
      'stale',
    );
  });

  it('The list of runs begins with the newest one and names what cannot be read', () => {
    assert.deepEqual(listRuns(runs(), now), { runs: [], problems: [] });
    createRun(runs(), manifest({ createdAt: 1000 }));
    createRun(runs(), manifest({ createdAt: 9_000_000 }));
    createRun(runs(), manifest({ createdAt: 9_000_000 }));
    mkdirSync(join(runs(), 'no-run'));
    mkdirSync(join(runs(), '.hidden'));
    writeFileSync(join(runs(), 'file'), '');
    const { runs: infos, problems } = listRuns(runs(), now);
    assert.deepEqual(
      infos.map((info) => info.manifest.id),
      [
        '19700101-023000-train-default-training-2',
        '19700101-023000-train-default-training',
        '19700101-000001-train-default-training',
      ],
    );
    assert.equal(problems.length, 1);
    assert.match(problems[0], /no-run/);
    writeFileSync(join(folder(), 'x'), '');
    assert.throws(() => listRuns(join(folder(), 'x'), now), /folder is needed/);
  });

  it('findRun finds a run by its id, by a unique beginning, as the latest, and by path', () => {
    assert.throws(() => findRun(runs(), 'x', now), /There are no runs in/);
    const first = createRun(runs(), manifest({ createdAt: 1000, name: 'a' }));
    const second = createRun(runs(), manifest({ createdAt: 1000, name: 'ab' }));
    const find = (name: string) => findRun(runs(), name, now).directory;
    assert.equal(find('19700101-000001-train-a'), first);
    assert.equal(find('19700101-000001-train-ab'), second);
    assert.equal(find('latest'), second);
    assert.equal(find(`${first}/`), first);
    assert.throws(() => find('1970'), /"1970" is the beginning of 2 runs: .*-a, .*-ab/);
    assert.throws(() => find('2'), /No run in .* begins with "2"/);
  });

  it('moveToTrash moves a whole run', () => {
    const directory = createRun(runs(), manifest());
    const target = moveToTrash(readRun(directory, now).directory);
    assert.equal(target, join(folder(), '.karma', 'trash', basename(directory)));
    assert.deepEqual(readdirSync(runs()), []);
    assert.equal(readManifest(target).kind, 'train');
  });
});

describe('stop file', () => {
  const folder = useFolder();

  it('A stop file is seen once, until it is cleared', async () => {
    let seen = 0;
    const end = watchStop(folder(), thisProcess().every, () => seen++);
    await sleep(400);
    assert.equal(seen, 0);
    requestStop(folder());
    await until('the stop', () => seen > 0);
    await sleep(400);
    assert.equal(seen, 1);
    end();
    clearStop(folder());
    assert.deepEqual(readdirSync(folder()), []);
    clearStop(folder());
  });
});
