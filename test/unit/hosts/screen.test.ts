import assert from 'node:assert/strict';
import { formatSummary } from '../../../src/hosts/cli/run-in-foreground.ts';
import { wantsColor } from '../../../src/hosts/cli/output.ts';
import { describeProgress, formatDuration, ProgressLine } from '../../../src/hosts/cli/progress.ts';
import { formatTable } from '../../../src/hosts/cli/table.ts';
import { ClusterError } from '../../../src/cluster/live/live-cluster.ts';
import { describeFailure, UsageError, JobError } from '../../../src/jobs/failure.ts';
import { IoError } from '../../../src/runs/io-error.ts';

const progress = (done: number, what = 'training') => ({ done, total: 1_000_000, unit: 'steps', what });

describe('progress', () => {
  it('The progress line shows the share, the rate and the time left', () => {
    assert.equal(
      describeProgress(progress(250_000), 10, 0),
      'training [######..................] 25 % (250 000 of 1 000 000 steps, 25 000 steps/s, 30 s left)',
    );
    // What was done before a resume does not count for the rate.
    assert.match(describeProgress(progress(250_000), 10, 200_000), /5 000 steps\/s, 2 min 30 s left/);
    assert.equal(describeProgress(progress(0), 0, 0), 'training [........................] 0 % (0 of 1 000 000 steps)');
    assert.match(describeProgress({ ...progress(3), total: 0 }, 2, 0), / 0 % \(3 of 0 steps, 1\.5 steps\/s/);
    assert.deepEqual([4.4, 200, 7500].map(formatDuration), ['4 s', '3 min 20 s', '2 h 5 min']);
  });

  it('The progress line is redrawn on a terminal and cleared at the end', () => {
    let now = 0;
    const written: string[] = [];
    const line = new ProgressLine({ isTTY: true, columns: 50, write: (text) => written.push(text) }, () => now);
    line.update(progress(0));
    now = 50;
    line.update(progress(10));
    now = 100;
    line.update(progress(20));
    assert.equal(written.length, 2);
    assert.ok(written.every((text) => text.startsWith('\r\x1b[K') && text.length <= 4 + 49));
    line.update(progress(1_000_000));
    assert.match(written[2], /100 %/);
    line.clear();
    line.clear();
    assert.deepEqual(written.slice(3), ['\r\x1b[K']);
  });

  it('The progress line is printed as plain text every 10 s if there is no terminal', () => {
    let now = 0;
    const written: string[] = [];
    const line = new ProgressLine({ write: (text) => written.push(text) }, () => now);
    for (now = 0; now <= 25_000; now += 500) line.update(progress(now));
    line.clear();
    assert.equal(written.length, 2);
    assert.match(written[0], /^training .* left\)\n$/);
  });
});

describe('colors', () => {
  it('Colors are used only on a terminal, and only if nobody has turned them off', () => {
    const terminal = { isTTY: true };
    assert.equal(wantsColor(true, terminal, {}), true);
    assert.equal(wantsColor(true, {}, {}), false);
    assert.equal(wantsColor(false, terminal, {}), false);
    assert.equal(wantsColor(true, terminal, { NO_COLOR: '1' }), false);
    assert.equal(wantsColor(true, terminal, { NO_COLOR: '' }), true);
    assert.equal(wantsColor(true, terminal, { TERM: 'dumb' }), false);
  });
});

describe('tables and summaries', () => {
  it('Tables and summaries align their columns', () => {
    assert.equal(
      formatTable(
        ['a', 'bb'],
        [
          ['long', 'x'],
          ['y', ''],
        ],
      ),
      'a     bb\nlong  x\ny',
    );
    assert.equal(
      formatSummary({ J: 0.123456789, seeds: { '1': null, '12': [true, 'x'] }, n: 3 }),
      ['J      0.12346', 'seeds', '  1   -', '  12', '    true', '    x', 'n      3'].join('\n'),
    );
  });
});

describe('describeFailure', () => {
  const told = (error: unknown) => {
    const { message, exitCode } = describeFailure(error);
    return [exitCode, message];
  };
  it('describeFailure gives a sentence and the exit code for each kind of error', () => {
    assert.deepEqual(told(new UsageError('So.')), [2, 'So.']);
    assert.deepEqual(told(new IoError('ENOSPC', 'x', 'Full.')), [3, 'Full.']);
    assert.deepEqual(told(new ClusterError('unreachable', 'Away.')), [3, 'Away.']);
    assert.deepEqual(told(new JobError('No twin.')), [1, 'No twin.']);
    assert.deepEqual(
      told(Object.assign(new Error('ECONNREFUSED here'), { code: 'ECONNREFUSED', syscall: 'connect' })),
      [3, 'A file or a connection failed: ECONNREFUSED here.'],
    );
    assert.deepEqual(told(new TypeError('x is undefined\nmore')), [
      1,
      'An internal error: x is undefined (--debug shows where; please report it).',
    ]);
    assert.deepEqual(told('text'), [1, 'Something unexpected was thrown: text.']);
  });
});
