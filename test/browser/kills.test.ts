import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { readJournal } from '../../src/runs/journal.ts';
import { journalPath, seedDirectory } from '../../src/runs/run-directory.ts';
import { resultOf } from '../crash/result-of.ts';
import { eventually } from './harness/eventually.ts';
import { extensionHost, kill, runnerProcesses, runners } from './harness/processes.ts';
import { useSession } from './harness/use-session.ts';
import { addQuickTraining, QUICK, shareDone, startQuickTraining } from './harness/training.ts';

/** Shares of a training after which something dies. */
const MOMENTS = [0.1, 0.3, 0.5];

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

  it('A training continues while the extension host is killed, and the next host finds it', async () => {
    const { workbench, folder, server } = session();
    const directory = await startQuickTraining(workbench, folder);
    const [runner] = runners(folder);
    for (const moment of MOMENTS) {
      await trainedFor(directory, moment);
      const host = extensionHost(server.pid)!;
      kill(host);
      await eventually('the extension host has died', () => extensionHost(server.pid)?.pid !== host.pid);
      await workbench.reload();
      await (await workbench.row('Runs', /Training: quick.*Training \d+ %/)).waitFor();
      assert.deepEqual(
        runners(folder).map(({ pid }) => pid),
        [runner.pid],
        'the same process trains',
      );
    }
    await assertWhole(directory);
  });

  it('A training is reported as interrupted when its runner is killed, and resumes from its checkpoint', async () => {
    const { workbench, folder } = session();
    const directory = await startQuickTraining(workbench, folder);
    for (const moment of MOMENTS) {
      await trainedFor(directory, moment);
      for (const runner of runners(folder)) kill(runner);
      await eventually('its seeds have ended, too', () => runnerProcesses(folder).length === 0);
      await (await workbench.row('Runs', /Training: quick.*interrupted/)).waitFor();
      await workbench.run('KARMA: Resume Run');
      await (await workbench.row('Runs', /Training: quick.*Training \d+ %/)).waitFor();
    }
    await assertWhole(directory);
    const resumed = readJournal(journalPath(directory)).events.filter(({ type }) => type === 'resumed');
    assert.equal(resumed.length, MOMENTS.length);
  });

  it('A training continues while the whole server is killed, and the next server finds it', async () => {
    const { workbench, folder, server } = session();
    const directory = await startQuickTraining(workbench, folder);
    const [runner] = runners(folder);
    for (const moment of MOMENTS) {
      await trainedFor(directory, moment);
      await session().server.kill();
      await session().restartServer();
      await (await workbench.row('Runs', /Training: quick.*Training \d+ %/)).waitFor();
      assert.deepEqual(
        runners(folder).map(({ pid }) => pid),
        [runner.pid],
        'the same process trains',
      );
    }
    assert.notEqual(session().server.pid, server.pid);
    await assertWhole(directory);
  });

  async function trainedFor(directory: string, share: number): Promise<void> {
    await eventually(`${share * 100} % is trained`, () => shareDone(directory) >= share, 180_000);
    assert.ok(shareDone(directory) < 1, 'it still trains: make QUICK longer');
  }

  /** Finished, without a gap in its journals, and equal to a run that nothing happened to. */
  async function assertWhole(directory: string): Promise<void> {
    const { workbench, folder } = session();
    await eventually('the run has ended', () => runners(folder).length === 0, 180_000);
    await (await workbench.row('Runs', /Training: quick.*J 0\.\d+/)).waitFor();
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
