import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RestartingProcess } from '../../../../../src/hosts/extension/cluster/restarting-process.ts';
import { useFolder } from '../../../runs/helpers.ts';
import { until as untilTrue } from '../../../until.ts';

/** Prints its number, then behaves as its argument says, and ends with its standard input unless it is stubborn. */
const PROGRAM = `
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
const [,, folder, behavior] = process.argv;
const count = existsSync(folder + '/count') ? Number(readFileSync(folder + '/count', 'utf8')) + 1 : 1;
writeFileSync(folder + '/count', String(count));
appendFileSync(folder + '/pids', process.pid + '\\n');
if (behavior === 'silent') process.exit(3);
console.log('line of ' + count);
if (behavior === 'ends') process.exit(0);
process.stdin.resume();
process.stdin.on('end', () => {
  if (behavior === 'stubborn') setInterval(() => {}, 1000);
  else writeFileSync(folder + '/ended', '');
});
`;

describe('Process that is restarted', () => {
  // Hooks run in their order: this one must run before the folder is removed.
  afterEach(async () => {
    observer?.stop();
    await until('the end of all processes', () => !pids().some(isAlive));
  });

  const folder = useFolder();
  const pids = (): number[] => {
    const path = join(folder(), 'pids');
    return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
  };
  let observer: RestartingProcess | undefined;
  let lines: string[];
  let ends: string[];
  let waits: number[];

  const observe = (behavior: string, path = process.execPath, works = true): RestartingProcess => {
    lines = [];
    ends = [];
    waits = [];
    const program = join(folder(), 'program.mjs');
    writeFileSync(program, PROGRAM);
    observer = new RestartingProcess({
      program: () => Promise.resolve({ path, args: [program, folder(), behavior], env: process.env }),
      onLine: (line) => {
        lines.push(line);
        return works;
      },
      onEnd: (why) => ends.push(why),
      backoff: (attempt) => {
        waits.push(attempt);
        return 1;
      },
    });
    observer.start();
    return observer;
  };
  const until = (what: string, condition: () => boolean): Promise<void> =>
    untilTrue(what, condition, () => `${lines.join()}; ${ends.join()}`);
  const isAlive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  };

  it('A restarting process hands on each line, and ends with its standard input when it is stopped', async () => {
    const running = observe('stays');
    await until('a line', () => lines.length === 1);
    running.stop();
    await until('its end', () => existsSync(join(folder(), 'ended')));
    assert.deepEqual([lines, ends, running.isWanted], [['line of 1'], [], false]);
  });

  it('A restarting process is killed if it does not end by itself', async () => {
    const running = observe('stubborn');
    await until('a line', () => lines.length === 1);
    running.stop();
    await until('its end', () => !pids().some(isAlive));
  });

  it('A restarting process is started again when it ends, after a longer wait each time that it has not worked', async () => {
    observe('silent');
    await until('three starts', () => ends.length >= 3);
    assert.match(ends[0], /ended \(code 3\)/);
    assert.deepEqual(waits.slice(0, 3), [1, 2, 3]);
    observer!.stop();
    observe('ends');
    await until('three starts', () => lines.length >= 3);
    assert.deepEqual(waits.slice(0, 2), [1, 1], 'it worked in between');
    observer!.stop();
    observe('ends', process.execPath, false);
    await until('three starts', () => lines.length >= 3);
    assert.deepEqual(waits.slice(0, 2), [1, 2], 'it said only why it does not work');
  });

  it('A restarting process reports a missing program once for each start', async () => {
    observe('stays', join(folder(), 'missing'));
    await until('two starts', () => ends.length >= 2);
    assert.match(ends[0], /missing did not start: .*ENOENT/);
    assert.deepEqual(waits.slice(0, 2), [1, 2]);
  });

  it('A restarting process is started again at once when it is told to restart', async () => {
    const running = observe('stays');
    await until('a line', () => lines.length === 1);
    running.restart();
    await until('another line', () => lines.includes('line of 2'));
    assert.deepEqual(ends, []);
    running.stop();
    running.restart();
    assert.equal(running.isWanted, false, 'nobody looks');
  });
});
