import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { settledEvents, withoutTimes } from '../../../src/runs/events.ts';
import { JournalReader } from '../../../src/runs/follow-journal.ts';
import { openJournal, readJournal, tornPath } from '../../../src/runs/journal.ts';
import { steppingClock, useFolder } from './helpers.ts';

describe('journal', () => {
  const folder = useFolder();
  const path = () => join(folder(), 'journal.jsonl');

  function writeThree(): Buffer {
    const journal = openJournal(path(), steppingClock());
    journal.append('started', { kind: 'train', seeds: [1] });
    journal.append('iteration', {
      step: 64,
      metrics: { 'cluster/objective': 0.5, 'losses/explained_variance': NaN },
      seconds: 1.5,
    });
    journal.append('note', { level: 'info', message: 'größer als sonst — 日本' });
    journal.close();
    return readFileSync(path());
  }

  it('A journal writes numbered lines that read back, and keeps counting when it is opened again', () => {
    const lines = writeThree().toString('utf8').split('\n');
    assert.equal(lines[0], '{"seq":1,"t":1700000001000,"type":"started","kind":"train","seeds":[1]}');
    assert.match(lines[1], /"losses\/explained_variance":null/);
    const journal = openJournal(path(), steppingClock());
    assert.equal(journal.last, 3);
    journal.append('stopped', { step: 64 });
    journal.sync();
    journal.close();
    const { events, problems } = readJournal(path());
    assert.deepEqual(problems, []);
    assert.deepEqual(
      events.map((event) => [event.seq, event.type]),
      [
        [1, 'started'],
        [2, 'iteration'],
        [3, 'note'],
        [4, 'stopped'],
      ],
    );
  });

  it('A journal survives a crash at every byte of its last line', () => {
    const whole = writeThree();
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let size = lastLine; size <= whole.length; size++) {
      writeFileSync(path(), whole.subarray(0, size));
      writeFileSync(tornPath(path()), '');
      const torn = size > lastLine && size < whole.length - 1;
      const complete = size >= whole.length - 1;

      const seen = readJournal(path());
      assert.equal(seen.events.length, complete ? 3 : 2, `${size} bytes`);
      assert.equal(seen.problems.length, torn ? 1 : 0, `${size} bytes`);

      const journal = openJournal(path(), steppingClock());
      journal.append('note', { level: 'info', message: 'next' });
      journal.close();
      const { events, problems } = readJournal(path());
      assert.deepEqual(problems, [], `${size} bytes`);
      assert.deepEqual(
        events.map((event) => event.seq),
        Array.from({ length: events.length }, (_, i) => i + 1),
      );
      const types = events.map((event) => event.type);
      const middle = complete ? ['note'] : torn ? ['repaired'] : [];
      assert.deepEqual(types, ['started', 'iteration', ...middle, 'note'], `${size} bytes`);
      const kept = readFileSync(tornPath(path()));
      assert.deepEqual(
        kept,
        torn ? Buffer.concat([whole.subarray(lastLine, size), Buffer.from('\n')]) : Buffer.alloc(0),
      );
    }
  });

  it('A journal skips a line that is not an event, and says where it is', () => {
    writeThree();
    appendFileSync(path(), 'garbage\n\u0000\u0000\n[1]\n{"seq":"4"}\n\n{"seq":9,"t":1,"type":"stopped","step":3}\n');
    const { events, problems } = readJournal(path());
    assert.deepEqual(
      events.map((event) => event.seq),
      [1, 2, 3, 9],
    );
    assert.equal(problems.length, 4);
    assert.match(problems[0], /journal\.jsonl:4: this line is no journal event/);
    const journal = openJournal(path(), steppingClock());
    assert.equal(journal.last, 9);
    journal.close();
  });

  it('A journal that does not exist is read as empty', () => {
    assert.deepEqual(readJournal(path()), { events: [], problems: [] });
    assert.throws(() => readJournal(folder()), /is a folder where a file is needed/);
  });

  it('JournalReader gives each event once and whole, in whatever pieces it is written', () => {
    const whole = writeThree();
    const reader = new JournalReader(path());
    truncateSync(path(), 0);
    const seen: number[] = [];
    for (let at = 0; at < whole.length; at += 7) {
      appendFileSync(path(), whole.subarray(at, at + 7));
      const { events, problems } = reader.read();
      assert.deepEqual(problems, []);
      seen.push(...events.map((event) => event.seq));
    }
    assert.deepEqual(seen, [1, 2, 3]);
    assert.deepEqual(reader.read().events, []);
    assert.deepEqual(new JournalReader(join(folder(), 'none')).read().events, []);
    assert.throws(() => new JournalReader(folder()).read(), /is a folder/);
  });

  it('JournalReader reads parts of about the given size, each of whole lines', () => {
    const journal = openJournal(path(), steppingClock());
    for (let i = 0; i < 50; i++) journal.append('note', { level: 'info', message: 'x'.repeat(i === 25 ? 5000 : 100) });
    journal.close();
    const reader = new JournalReader(path());
    const seqs: number[] = [];
    let parts = 0;
    for (let more = true; more; parts++) {
      const read = reader.read(1000);
      more = read.more;
      seqs.push(...read.events.map(({ seq }) => seq));
      assert.deepEqual(read.problems, []);
    }
    assert.deepEqual(
      seqs,
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
    assert.ok(parts > 5, `${parts} parts`);
    assert.deepEqual(reader.read(), { events: [], problems: [], more: false });
  });
});

describe('settledEvents', () => {
  const folder = useFolder();

  it('settledEvents counts repeated work once, so that a resumed run equals an uninterrupted one except for times', () => {
    const straight = openJournal(join(folder(), 'a.jsonl'), steppingClock());
    straight.append('started', { kind: 'train', seeds: [1] });
    for (const step of [1, 2, 3]) straight.append('iteration', { step, metrics: { j: step }, seconds: step });
    straight.append('finished', { summary: {}, seconds: 3 });

    const resumed = openJournal(join(folder(), 'b.jsonl'), steppingClock(5));
    resumed.append('started', { kind: 'train', seeds: [1] });
    resumed.append('iteration', { step: 1, metrics: { j: 1 }, seconds: 9 });
    resumed.append('iteration', { step: 2, metrics: { j: 2 }, seconds: 9 });
    resumed.append('stopRequested', { by: 'file' });
    resumed.append('stopped', { step: 1 });
    resumed.append('note', { level: 'warning', message: 'checkpoint 2 is skipped' });
    resumed.append('resumed', { step: 1, after: 2 });
    resumed.append('iteration', { step: 2, metrics: { j: 2 }, seconds: 8 });
    resumed.append('iteration', { step: 3, metrics: { j: 3 }, seconds: 8 });
    resumed.append('finished', { summary: {}, seconds: 17 });

    const comparable = (path: string) =>
      settledEvents(readJournal(path).events).map((event) => withoutTimes(JSON.stringify({ ...event, seq: 0 })));
    assert.deepEqual(comparable(resumed.path), comparable(straight.path));
    assert.equal(comparable(straight.path).length, 5);
    straight.close();
    resumed.close();
  });

  it('withoutTimes removes wall times and nothing else', () => {
    assert.equal(
      withoutTimes('{"seq":1,"t":5,"type":"x","seconds":2,"a":{"seconds":3}}'),
      '{"seq":1,"type":"x","a":{"seconds":3}}',
    );
  });
});
