import assert from 'node:assert/strict';
import {
  closeSync,
  openSync,
  writeSync,
  appendFileSync,
  mkdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { thisProcess } from '../../../../src/jobs/this-process.ts';
import { RunReader } from '../../../../src/hosts/extension/runs/run-reader.ts';
import type { EventMap, EventType } from '../../../../src/runs/events.ts';
import { acquireLease } from '../../../../src/runs/lease.ts';
import type { Manifest } from '../../../../src/runs/manifest.ts';
import { progressWriter } from '../../../../src/runs/progress-file.ts';
import { createRun, journalPath, seedDirectory, type NewManifest } from '../../../../src/runs/run-directory.ts';
import { readRun } from '../../../../src/runs/run-list.ts';
import { requestStop } from '../../../../src/runs/stop.ts';
import { useFolder } from '../../runs/helpers.ts';

const MANIFEST: NewManifest = {
  kind: 'train',
  name: 'default',
  createdAt: Date.UTC(2026, 2, 14, 9, 15),
  folder: '/specs',
  specs: [],
  options: {},
  seeds: [1, 2],
  versions: { 'karma-mas': '0.1.0' },
  machine: { cpu: 'any', cores: 2, memory: 1024 },
};
const noPause = () => Promise.resolve();

describe('reader of a run', () => {
  const folder = useFolder();
  let directory: string;
  let reader: RunReader;
  let seqs: Map<string, number>;

  const make = (changes: Partial<NewManifest> = {}) => {
    directory = createRun(join(folder(), 'runs'), { ...MANIFEST, ...changes });
    reader = new RunReader(directory, '/specs', Date.now);
  };
  const look = async () => {
    await reader.poll(noPause);
    return reader.entry;
  };
  /** Adds an event to the journal of the run, or of a seed. */
  const tell = <T extends EventType>(type: T, data: EventMap[T], seed?: number) => {
    const where = seed === undefined ? directory : seedDirectory(directory, seed);
    mkdirSync(where, { recursive: true });
    const seq = (seqs.get(where) ?? 0) + 1;
    seqs.set(where, seq);
    appendFileSync(
      journalPath(where),
      `${JSON.stringify({ seq, t: MANIFEST.createdAt + seq * 1000, type, ...data })}\n`,
    );
    return seq;
  };
  const judge = (step: number, objective: number, seed: number, system = 'karma') =>
    tell('evaluation', { step, system, metrics: { objective } }, seed);

  beforeEach(() => {
    seqs = new Map();
    make();
  });

  it('The run reader reports which run a run refines, if any', async () => {
    assert.equal((await look()).refines, undefined);
    make({ kind: 'run', options: { refines: '' } });
    assert.equal((await look()).refines, undefined);
    make({ kind: 'run', options: { refines: '20260101-000000-run-default' } });
    assert.equal((await look()).refines, '20260101-000000-run-default');
  });

  it('The run reader reports each state of a run as the command line does', async () => {
    const states: string[] = [];
    const note = async () => {
      const { state } = await look();
      assert.equal(state, readRun(directory, Date.now).state);
      states.push(state);
    };
    await note();
    const lease = acquireLease(directory, thisProcess());
    tell('started', { kind: 'train', seeds: [1, 2] });
    await note();
    tell('stopped', { step: 0 });
    lease.release();
    await note();
    tell('resumed', { step: 0, after: 1 });
    await note();
    tell('failed', { message: 'The disk is full.' });
    await note();
    assert.equal(reader.entry.message, 'The disk is full.');
    tell('resumed', { step: 0, after: 1 });
    tell('finished', { summary: {}, seconds: 1 });
    await note();
    assert.deepEqual(states, ['created', 'running', 'stopped', 'stale', 'failed', 'finished']);
  });

  it('The run reader finds a run whose process died, even if another process has its id now', async () => {
    tell('started', { kind: 'train', seeds: [1] });
    const lease = (pid: number, processStart: string) =>
      writeFileSync(join(directory, 'lease.json'), JSON.stringify({ pid, host: hostname(), processStart, token: 'x' }));
    lease(process.pid, 'another boot/1');
    assert.equal((await look()).state, process.platform === 'linux' ? 'stale' : 'running');
    lease(2 ** 22 + 1, '');
    assert.equal((await look()).state, 'stale');
  });

  it('The run reader says whether anything has changed since the last poll', async () => {
    assert.equal(await reader.poll(noPause), true);
    assert.equal(await reader.poll(noPause), false);
    tell('started', { kind: 'train', seeds: [1, 2] });
    assert.equal(await reader.poll(noPause), true);
    assert.equal(await reader.poll(noPause), false);
  });

  it('The run reader reports the farthest step of the seeds, the best objective of any seed and that of the HPA', async () => {
    tell('started', { kind: 'train', seeds: [1, 2] });
    judge(0, 0.8, 1, 'hpa');
    tell('iteration', { step: 512, metrics: { return: 1 } }, 1);
    judge(512, 0.84, 1);
    tell('iteration', { step: 1024, metrics: { return: 1 } }, 2);
    judge(1024, 0.82, 2);
    const entry = await look();
    assert.equal(entry.step, 1024);
    assert.equal(entry.bestObjective, 0.84);
    assert.equal(entry.hpaObjective, 0.8);
    assert.deepEqual(entry.results, ['curves']);
    judge(1536, 0.86, 2);
    assert.equal((await look()).bestObjective, 0.86);
  });

  it('The run reader reports the newest offer of each kind that a transfer makes', async () => {
    assert.equal((await look()).offers, undefined);
    tell('offer', { what: 'twin', job: 'fit', why: 'first' });
    tell('offer', { what: 'policies', job: 'train', why: 'only' });
    tell('offer', { what: 'twin', job: 'fit', why: 'second' });
    const { offers = [] } = await look();
    assert.deepEqual(
      offers.map(({ what, job, why }) => [what, job, why]),
      [
        ['twin', 'fit', 'second'],
        ['policies', 'train', 'only'],
      ],
    );
    assert.ok(offers.every(({ t }) => t > 0));
  });

  it('The run reader forgets the events that a resumed run repeats', async () => {
    tell('started', { kind: 'train', seeds: [1] }, 1);
    const kept = judge(512, 0.8, 1);
    judge(1024, 0.9, 1);
    assert.equal((await look()).bestObjective, 0.9);
    tell('resumed', { step: 512, after: kept }, 1);
    const entry = await look();
    assert.equal(entry.bestObjective, 0.8);
    assert.equal(entry.step, 512);
  });

  it('The run reader reports the progress, the holder and a requested stop of a run only while it runs', async () => {
    const lease = acquireLease(directory, thisProcess());
    tell('started', { kind: 'train', seeds: [1, 2] });
    tell('phase', { phase: 'training', state: 'started' });
    const progress = { done: 5, total: 10, unit: 'steps', what: 'training' };
    progressWriter(directory, Date.now)(progress);
    let entry = await look();
    assert.deepEqual(entry.progress, progress);
    assert.equal(entry.phase, 'training');
    assert.equal(entry.stopping, false);
    assert.equal(entry.holder?.pid, process.pid);
    requestStop(directory);
    entry = await look();
    assert.equal(entry.stopping, true);
    tell('stopped', { step: 5 });
    lease.release();
    entry = await look();
    assert.equal(entry.progress, undefined);
    assert.equal(entry.stopping, false);
    assert.equal(entry.holder, undefined);
  });

  it('The run reader takes the results of a finished run from its summary without reading its seeds', async () => {
    const seeds = { 1: { objective: 0.85, hpaObjective: 0.8 }, 2: { objective: 0.87, hpaObjective: 0.8 } };
    tell('artifact', { path: 'artifacts/policies/1.bin', sha256: '', bytes: 1 });
    tell('artifact', { path: 'artifacts/twin-report.json', sha256: '', bytes: 1 });
    tell('artifact', { path: 'artifacts/analysis.json', sha256: '', bytes: 1 });
    tell('finished', { summary: { training: { seeds } }, seconds: 1 });
    mkdirSync(journalPath(seedDirectory(directory, 1)), { recursive: true }); // A folder: reading it would fail.
    const entry = await look();
    assert.equal(entry.state, 'finished');
    assert.equal(entry.bestObjective, 0.87);
    assert.deepEqual(entry.results, ['curves', 'twin', 'policies', 'analysis']);
  });

  it('The run reader lists the report of a run only if the file exists', async () => {
    make({ kind: 'run' });
    tell('finished', { summary: {}, seconds: 1 });
    assert.deepEqual((await look()).results, []);
    make({ kind: 'run' });
    writeFileSync(join(directory, 'report.html'), '');
    tell('finished', { summary: {}, seconds: 1 });
    assert.deepEqual((await look()).results, ['report']);
  });

  it('The run reader reports a damaged manifest, and shows the run once the manifest is whole', async () => {
    const path = join(directory, 'manifest.json');
    const whole = readFileSync(path, 'utf8');
    for (const damaged of [whole.slice(0, 40), '', 'null', '[]', '{}', '{"version":1,"kind":"train"}']) {
      writeFileSync(path, damaged);
      const { state, message } = await look();
      assert.ok(['unreadable', 'other-version'].includes(state), `${damaged}: ${state}`);
      assert.ok(message);
    }
    writeFileSync(path, whole);
    assert.equal((await look()).state, 'created');
  });

  it('The run reader reports a run of another version or of an unknown kind', async () => {
    const path = join(directory, 'manifest.json');
    const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
    for (const other of [{ version: 2 }, { kind: 'dream' }]) {
      const versions = { 'karma-mas': '9.0.0' };
      writeFileSync(path, JSON.stringify({ ...manifest, versions, ...other }));
      const { state, message } = await look();
      assert.equal(state, 'other-version');
      assert.match(message ?? '', /KARMA MAS 9\.0\.0 made this run/);
    }
  });

  it('The run reader waits for a run that is being created, and reports it if its manifest never appears', async () => {
    const empty = join(folder(), 'runs', 'empty');
    mkdirSync(empty);
    const fresh = new RunReader(empty, '/specs', Date.now);
    await fresh.poll(noPause);
    assert.equal(fresh.entry.state, 'incomplete');
    utimesSync(empty, 1, 1);
    await fresh.poll(noPause);
    assert.equal(fresh.entry.state, 'unreadable');
    assert.match(fresh.entry.message ?? '', /no manifest\.json/);
  });

  it('The run reader reports journal lines that are not events and reads the others', async () => {
    tell('started', { kind: 'train', seeds: [1, 2] });
    appendFileSync(journalPath(directory), 'garbage\n');
    tell('stopped', { step: 3 });
    const entry = await look();
    assert.equal(entry.state, 'stopped');
    assert.equal(entry.problems.length, 1);
    assert.match(entry.problems[0], /journal\.jsonl:2/);
  });

  it('The run reader lets other work run while it reads a long journal', async () => {
    const metrics = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`metric${i}`, Math.PI * i]));
    for (let i = 1; i <= 3000; i++) tell('iteration', { step: i, metrics }, 1);
    let pauses = 0;
    await reader.poll(() => Promise.resolve(void pauses++));
    assert.ok(pauses >= 3, `${pauses} pauses`);
    assert.equal(reader.entry.step, 3000);
  });

  it('The run reader reads nothing twice while twenty runs of five seeds work', async () => {
    const seeds = [1, 2, 3, 4, 5];
    const readers = Array.from({ length: 20 }, (_, i) => {
      make({ name: `run ${i}`, seeds });
      acquireLease(directory, thisProcess());
      tell('started', { kind: 'train', seeds });
      for (const seed of seeds)
        for (let i = 1; i <= 64; i++) tell('iteration', { step: 16 * i, metrics: { return: 1 } }, seed);
      return reader;
    });
    for (const each of readers) assert.equal(await each.poll(noPause), true);
    // Anything read twice would be garbage now.
    for (const each of readers)
      for (const seed of seeds) {
        const file = openSync(journalPath(seedDirectory(each.directory, seed)), 'r+');
        writeSync(file, 'garbage', 0);
        closeSync(file);
      }
    for (const each of readers) assert.equal(await each.poll(noPause), false);
    assert.ok(readers.every(({ entry }) => entry.problems.length === 0));
    assert.ok(readers.every(({ entry }) => entry.state === 'running' && entry.step === 1024));
  });
});
