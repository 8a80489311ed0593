import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readJournal } from '../../src/runs/journal.ts';
import { journalPath, seedDirectory } from '../../src/runs/run-directory.ts';
import { resultOf } from '../crash/result-of.ts';
import { thorough } from '../thorough.ts';
import { eventually, JOB } from './harness/eventually.ts';
import { extensionHost, kill, runnerProcesses, runners } from './harness/processes.ts';
import { useSession } from './harness/use-session.ts';
import { addQuickTraining, QUICK, shareDone, startQuickTraining } from './harness/training.ts';

/** Shares of a training after which something dies: all of them in `npm run check:all`, one in every other run. Those come to nothing before which a slow window sees the training end. */
const MOMENTS = thorough ? [0.1, 0.3, 0.5] : [0.1];
/** What the Runs view says of a training that is finished, and of one that is under way or, where the window is slow, finished. */
const FINISHED = /Training: quick\s*J 0\.\d+/;
const UNDER_WAY = /Training: quick\s*(Training \d+ %|J 0\.\d+)/;

describe('A training during which something is killed', () => {
  const session = useSession({
    prepare: addQuickTraining,
    settings: { 'karma-mas.run.notifications': 'none' },
    killsServer: true,
  });
  let straight: readonly string[];

  before(() => {
    const { folder, extension } = session();
    const directory = join(folder, '..', 'straight');
    const program = join(extension(), 'dist/karma-mas.mjs');
    const args = [program, 'train', folder, '--training', QUICK.name, '--out', directory];
    execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    straight = resultOf(directory, QUICK.seeds);
  });

  it('A training continues while the extension host is killed, and the next host finds it', async function () {
    const { workbench, folder, server } = session();
    const directory = await startQuickTraining(workbench, folder);
    const [runner] = runners(folder);
    let kills = 0;
    for (const moment of MOMENTS) {
      if (!(await stillTrains(directory, moment))) break;
      kills++;
      const host = extensionHost(server.pid)!;
      kill(host);
      await eventually('the extension host has died', () => extensionHost(server.pid)?.pid !== host.pid);
      await workbench.reload();
      await newestSays(UNDER_WAY);
      assert.ok(
        runners(folder).every(({ pid }) => pid === runner.pid),
        'the same process trains',
      );
    }
    this.test!.title += ` (${kills} of ${MOMENTS.length} kills)`;
    assert.ok(kills > 0);
    await assertWhole(directory);
    assert.equal(resumed(directory), 0);
  });

  it('A training is reported as interrupted when its runner is killed, and resumes from its checkpoint', async function () {
    const { workbench, folder } = session();
    const directory = await startQuickTraining(workbench, folder);
    let kills = 0;
    for (const moment of MOMENTS) {
      if (!(await stillTrains(directory, moment))) break;
      kills++;
      for (const runner of runners(folder)) kill(runner);
      await eventually('its seeds have ended, too', () => runnerProcesses(folder).length === 0);
      await newestSays(/interrupted/);
      await workbench.run('KARMA: Resume Run');
      await newestSays(UNDER_WAY);
    }
    this.test!.title += ` (${kills} of ${MOMENTS.length} kills)`;
    assert.ok(kills > 0);
    await assertWhole(directory);
    assert.equal(resumed(directory), kills);
  });

  it('A training continues while the whole server is killed, and the next server finds it', async function () {
    const { workbench, folder, server } = session();
    const directory = await startQuickTraining(workbench, folder);
    const [runner] = runners(folder);
    let kills = 0;
    for (const moment of MOMENTS) {
      if (!(await stillTrains(directory, moment))) break;
      kills++;
      await session().server.kill();
      await session().restartServer();
      await newestSays(UNDER_WAY);
      assert.ok(
        runners(folder).every(({ pid }) => pid === runner.pid),
        'the same process trains',
      );
    }
    assert.notEqual(session().server.pid, server.pid);
    this.test!.title += ` (${kills} of ${MOMENTS.length} kills)`;
    assert.ok(kills > 0);
    await assertWhole(directory);
    assert.equal(resumed(directory), 0);
  });

  /** Waits for a share of the training. Resolves with whether it has not ended meanwhile. */
  async function stillTrains(directory: string, share: number): Promise<boolean> {
    await eventually(`${share * 100} % is trained`, () => shareDone(directory) >= share, JOB);
    return shareDone(directory) < 1;
  }

  /** The newest run is listed first. */
  async function newestSays(what: RegExp): Promise<void> {
    const row = (await session().workbench.rows('Runs')).filter({ hasText: 'Training: quick' }).first();
    await eventually(`the newest training says ${what}`, async () => what.test((await row.textContent()) ?? ''));
  }

  const resumed = (directory: string): number =>
    readJournal(journalPath(directory)).events.filter(({ type }) => type === 'resumed').length;

  /** Finished, without a gap in its journals, and equal to a run that nothing happened to. */
  async function assertWhole(directory: string): Promise<void> {
    const { folder } = session();
    // The journal tells it: while a run is being resumed, there is no runner either.
    const last = () => readJournal(journalPath(directory)).events.at(-1)?.type ?? '';
    await eventually('the run has ended', () => ['finished', 'failed', 'stopped'].includes(last()), JOB);
    assert.equal(last(), 'finished');
    await eventually('its runner has ended', () => runners(folder).length === 0);
    await newestSays(FINISHED);
    for (const path of [directory, ...QUICK.seeds.map((seed) => seedDirectory(directory, seed))]) {
      const { events, problems } = readJournal(journalPath(path));
      assert.deepEqual(problems, []);
      assert.deepEqual(
        events.map(({ seq }) => seq),
        events.map((_, i) => i + 1),
      );
    }
    assert.deepEqual(resultOf(directory, QUICK.seeds), straight);
  }
});
