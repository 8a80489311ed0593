import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { TraceError, withTraceErrors, type TraceProblem } from '../../../../src/modeling/traces/errors.ts';
import { SCHEMA_VERSION } from '../../../../src/modeling/traces/schema.ts';
import { exportTraces, importTraces } from '../../../../src/modeling/traces/trace-files.ts';
import { TraceStore } from '../../../../src/modeling/traces/trace-store.ts';
import { INFO, anyTransitions, transition } from '../transitions.ts';

const signal = new AbortController().signal;

/** The message must name the problem and say what to do. */
const fails = (problem: TraceProblem, message: RegExp) => (error: unknown) =>
  error instanceof TraceError && error.problem === problem && message.test(error.message)
    ? true
    : assert.fail(`expected ${problem} ${String(message)}, got ${String(error)}`);

describe('trace store', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-traces-'));
    path = join(folder, 'deep', 'traces.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('The trace store keeps recordings and their transitions when it is opened again', () => {
    const first = new TraceStore(path);
    const a = first.create(INFO);
    const b = first.create({ ...INFO, cluster: 'other', seed: null });
    first.append(a, [transition(0), transition(1), transition(3)]);
    first.append(b, [transition(0)]);
    first.append(a, [transition(4)]);
    first.close();
    using store = new TraceStore(path);
    assert.deepEqual(store.recordings(), [
      { ...INFO, id: a, transitions: 4 },
      { ...INFO, cluster: 'other', seed: null, id: b, transitions: 1 },
    ]);
    assert.deepEqual(
      [...store.transitions(a)],
      [0, 1, 3, 4].map((step) => transition(step)),
    );
    assert.equal(store.count(), 5);
  });

  it('The trace store deletes a recording with its transitions and leaves the others', () => {
    using store = new TraceStore(path);
    const a = store.create(INFO);
    const b = store.create(INFO);
    store.append(a, [transition(0), transition(1)]);
    store.append(b, [transition(0)]);
    store.delete(a);
    assert.equal(store.count(), 1);
    assert.deepEqual(
      store.recordings().map(({ id }) => id),
      [b],
    );
    assert.throws(() => store.recording(a), fails('missing', /no recording 1/));
    assert.throws(() => store.delete(a), fails('missing', /no recording/));
  });

  it('The trace store adds all transitions of a call or none', () => {
    using store = new TraceStore(path);
    const id = store.create(INFO);
    store.append(id, [transition(0)]);
    assert.throws(
      () => store.append(id, [transition(1), transition(2), transition(0)]),
      fails('badFile', /every step once/),
    );
    assert.throws(
      () => store.append(id, [transition(5), transition(6, 3)]),
      fails('badFile', /step 6: state has \d+ values, not 34/),
    );
    assert.equal(store.count(), 1);
  });

  it('The trace store refuses a file that is none, and leaves it as it was', () => {
    const text = join(folder, 'notes.txt');
    writeFileSync(text, 'not a database, only long enough to look like one '.repeat(50));
    assert.throws(() => new TraceStore(text), fails('notATraceStore', /notes\.txt.*choose another path/));
    assert.match(readFileSync(text, 'utf8'), /^not a database/);

    const foreign = join(folder, 'foreign.sqlite');
    const db = new DatabaseSync(foreign);
    db.exec('CREATE TABLE songs (title TEXT)');
    db.close();
    assert.throws(() => new TraceStore(foreign), fails('notATraceStore', /another program/));
    const after = new DatabaseSync(foreign);
    assert.deepEqual(
      after
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map((row) => row.name),
      ['songs'],
    );
    after.close();
  });

  it('The trace store refuses a newer schema, and says to update', () => {
    new TraceStore(path).close();
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    assert.throws(() => new TraceStore(path), fails('newer', /newer version .*update karma-mas/));
  });

  it('The trace store says who is in the way when the file is locked', () => {
    using store = new TraceStore(path, { wait: 20 });
    const other = new DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    assert.throws(() => store.create(INFO), fails('locked', /another process is writing/));
    assert.deepEqual(store.recordings(), []);
    other.exec('ROLLBACK');
    other.close();
    assert.equal(store.create(INFO), 1);
  });

  it('The trace store notices a damaged file', () => {
    const store = new TraceStore(path);
    const id = store.create(INFO);
    store.append(
      id,
      Array.from({ length: 40 }, (_, step) => transition(step)),
    );
    store.close();
    const bytes = readFileSync(path);
    bytes.fill(0xa5, 4096, bytes.length);
    writeFileSync(path, bytes);
    assert.throws(
      () => {
        using damaged = new TraceStore(path);
        damaged.recordings();
      },
      fails('corrupt', /damaged/),
    );
  });

  it('The trace store says so when its folder cannot be made', () => {
    writeFileSync(join(folder, 'deep'), '');
    assert.throws(() => new TraceStore(path), fails('unreadable', /folder cannot be made/));
  });

  it('The trace store names disk, permission and other errors of SQLite', () => {
    const raise = (errcode: number): void => {
      throw Object.assign(new Error('x'), { errcode });
    };
    assert.throws(() => withTraceErrors(path, () => raise(13)), fails('full', /disk is full/));
    assert.throws(() => withTraceErrors(path, () => raise(1032)), fails('readOnly', /read-only/));
    assert.throws(() => withTraceErrors(path, () => raise(1)), fails('unreadable', /x/));
    assert.throws(
      () =>
        withTraceErrors(path, () => {
          throw new RangeError('bug');
        }),
      RangeError,
    );
  });

  for (const format of ['csv', 'jsonl'] as const) {
    describe(`as ${format}`, () => {
      const file = (): string => join(folder, `traces.${format}`);

      it('A recording comes back from its file exactly, whatever the numbers', async () => {
        using store = new TraceStore(path);
        await fc.assert(
          fc.asyncProperty(anyTransitions(2), fc.string(), anyTransitions(1), async (one, notes, two) => {
            const a = store.create({ ...INFO, notes });
            const b = store.create({ ...INFO, services: ['alone'], seed: null, started: 1.7e9 + 0.25 });
            store.append(a, one);
            store.append(b, two);
            await exportTraces(store, [a, b], file(), { signal });
            const ids = await importTraces(store, file(), { signal });
            assert.equal(ids.length, 2);
            for (const [i, old] of [a, b].entries()) {
              assert.deepEqual({ ...store.recording(ids[i]), id: 0 }, { ...store.recording(old), id: 0 });
              assert.deepEqual([...store.transitions(ids[i])], [...store.transitions(old)]);
            }
          }),
          { seed: 1, numRuns: 25 },
        );
      });

      it('The import of a file reports progress to the end, for more than one chunk', async () => {
        using store = new TraceStore(path);
        const id = store.create(INFO);
        store.append(
          id,
          Array.from({ length: 300 }, (_, step) => transition(step)),
        );
        const out: number[] = [];
        await exportTraces(store, [id], file(), { signal, onProgress: (done, total) => out.push(done / total) });
        assert.ok(out.length > 2);
        assert.equal(out.at(-1), 1);
        const back: number[] = [];
        await importTraces(store, file(), { signal, onProgress: (done, total) => back.push(done / total) });
        assert.equal(back.at(-1), 1);
        assert.equal(store.count(), 600);
      });

      const broken: [string, (lines: string[]) => string[], RegExp][] = [
        ['a line cut off', (lines) => [...lines.slice(0, -1), lines.at(-1)!.slice(0, 40)], /:\d+: .*cut off/],
        ['a row missing at the end', (lines) => lines.slice(0, -1), /has 2 transitions, but says 3/],
        ['a row twice', (lines) => [...lines, lines.at(-1)!], /step 2 must be a whole number above .*\(2\)/],
        ['no head', (lines) => lines.slice(format === 'csv' ? 2 : 1), /:1: .*(must begin|before its transitions)/],
        [
          'a later format',
          (lines) => lines.map((line) => line.replace('"format":1', '"format":2')),
          /:1: format 2 .*update/,
        ],
        ['no services', (lines) => lines.map((line) => line.replace('["front","back"]', '[]')), /:1: "services"/],
        [
          'an interval of 0',
          (lines) => lines.map((line) => line.replace('"interval":15', '"interval":0')),
          /:1: "interval"/,
        ],
        [
          'a seed that is no number',
          (lines) => lines.map((line) => line.replace('"seed":7', '"seed":7.5')),
          /:1: "seed"/,
        ],
        [
          'a name that is no text',
          (lines) => lines.map((line) => line.replace('"cluster":"shop"', '"cluster":1')),
          /:1: "cluster"/,
        ],
        ['nothing', () => [], /no recording in this file/],
        ['bytes', () => ['\u0000\u0001\ufffd'], /:1: /],
      ];
      for (const [what, breaking, message] of broken)
        it(`The import refuses ${what}, and imports nothing`, async () => {
          using store = new TraceStore(path);
          const id = store.create(INFO);
          store.append(
            id,
            [0, 1, 2].map((step) => transition(step)),
          );
          await exportTraces(store, [id], file(), { signal });
          const lines = readFileSync(file(), 'utf8').trimEnd().split('\n');
          const good = lines.join('\n');
          writeFileSync(file(), `${good}\n${breaking(lines).join('\n')}\n`);
          if (what !== 'nothing' && what !== 'no head' && what !== 'bytes' && what !== 'a row twice')
            await assert.rejects(importTraces(store, file(), { signal }), fails('badFile', /Nothing was imported/));
          writeFileSync(file(), `${breaking(lines).join('\n')}\n`);
          await assert.rejects(importTraces(store, file(), { signal }), fails('badFile', message));
          assert.equal(store.recordings().length, 1);
          assert.equal(store.count(), 3);
        });
    });
  }

  it('The import of CSV refuses bad numbers and columns, naming them', async () => {
    using store = new TraceStore(path);
    const id = store.create(INFO);
    store.append(id, [transition(0)]);
    const csv = join(folder, 't.csv');
    const jsonl = join(folder, 't.jsonl');
    await exportTraces(store, [id], csv, { signal });
    await exportTraces(store, [id], jsonl, { signal });
    const edit = async (file: string, from: string | RegExp, to: string, message: RegExp): Promise<void> => {
      const changed = join(folder, `changed-${file === csv ? 'a.csv' : 'a.jsonl'}`);
      writeFileSync(changed, readFileSync(file, 'utf8').replace(from, to));
      await assert.rejects(importTraces(store, changed, { signal }), fails('badFile', message));
    };
    await edit(csv, '\n0,0,', '\n0,zero,', /changed-a\.csv:3: time: 'zero' is not a number/);
    await edit(csv, '\n0,0,', '\n0,,', /:3: time: '' is not a number/);
    await edit(
      csv,
      'front.received',
      'front.recieved',
      /:2: column 4 is named 'front\.recieved', expected 'front\.received'/,
    );
    await edit(csv, ',moves\n', ',moves,extra\n', /:2: 101 columns|remove the last/);
    await edit(csv, '# karma-traces ', '# ', /:1: expected a line/);
    await edit(jsonl, '"time":0', '"time":true', /:2: time: 'true' is not a number/);
    await edit(jsonl, /"move":\[[^\]]*\]/, '"move":[1]', /:2: "move" must be a list of 2 numbers/);
    await edit(jsonl, '"type":"transition"', '"type":"other"', /:2: "type" must be/);
    assert.equal(store.recordings().length, 1);
  });

  it('The import asks for a known file ending, and for a file that is there', async () => {
    using store = new TraceStore(path);
    await assert.rejects(
      exportTraces(store, [], join(folder, 'a.txt'), { signal }),
      fails('badFile', /\*\.csv or \*\.jsonl/),
    );
    await assert.rejects(
      importTraces(store, join(folder, 'none.csv'), { signal }),
      fails('unreadable', /cannot be read/),
    );
    await assert.rejects(
      exportTraces(store, [], join(folder, 'none', 'a.csv'), { signal }),
      fails('unreadable', /cannot be written/),
    );
  });

  it('A stopped export leaves no file, and a stopped import no recording', async () => {
    using store = new TraceStore(path);
    const id = store.create(INFO);
    store.append(
      id,
      Array.from({ length: 300 }, (_, step) => transition(step)),
    );
    const file = join(folder, 'a.csv');
    await assert.rejects(exportTraces(store, [id], file, { signal: AbortSignal.abort() }), { name: 'AbortError' });
    assert.equal(existsSync(file), false);
    assert.equal(existsSync(`${file}.partial`), false);
    await exportTraces(store, [id], file, { signal });
    const stop = new AbortController();
    await assert.rejects(importTraces(store, file, { signal: stop.signal, onProgress: () => stop.abort() }), {
      name: 'AbortError',
    });
    assert.equal(store.recordings().length, 1);
  });

  it('The trace store reads while another process holds a write', () => {
    using store = new TraceStore(path, { wait: 20 });
    const id = store.create(INFO);
    store.append(id, [transition(0)]);
    using writer = new TraceStore(path);
    writer.begin();
    writer.insert(id, 2, transition(1));
    assert.equal([...store.transitions(id)].length, 1);
    writer.commit();
    assert.equal([...store.transitions(id)].length, 2);
  });
});
