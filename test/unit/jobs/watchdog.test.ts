import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readSpecs } from '../../../src/jobs/starting/specs.ts';
import { readJournal } from '../../../src/runs/journal.ts';
import { createRun, journalPath } from '../../../src/runs/run-directory.ts';
import { startFakeCluster, type FakeCluster } from '../../fake-kubernetes/namespace.ts';
import { RUNNER } from '../hosts/cli-helpers.ts';
import { copyRealClusterSample } from '../hosts/real-cluster-specs.ts';
import { useFolder } from '../runs/helpers.ts';

describe('The watchdog process of a transfer to a real cluster', () => {
  const folder = useFolder();
  let fake: FakeCluster;
  let run: string;
  let watchdog: ChildProcess | undefined;
  beforeEach(async () => {
    fake = await startFakeCluster();
    copyRealClusterSample(folder());
    const { model, copies } = await readSpecs(folder());
    const [{ name, training }] = model.transfers;
    run = createRun(join(folder(), 'runs'), {
      kind: 'transfer',
      name,
      createdAt: 0,
      folder: folder(),
      specs: copies,
      options: { transfer: name, training },
      seeds: [1],
      versions: {},
      machine: { cpu: '', cores: 1, memory: 1 },
    });
  });
  afterEach(async () => {
    watchdog?.kill('SIGKILL');
    await fake.stop();
  });

  function start(): Promise<{ code: number | null; stderr: string }> {
    watchdog = spawn(process.execPath, [RUNNER, 'watchdog', run, 'dead'], {
      env: { ...process.env, KUBECONFIG: fake.env.KUBECONFIG },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    watchdog.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return once(watchdog, 'close').then(([code]) => ({ code: code as number | null, stderr }));
  }

  const notes = (): string[] =>
    readJournal(journalPath(run)).events.flatMap((event) => (event.type === 'note' ? [event.message] : []));

  it('The watchdog ends if it lacks the right to the lease, and says so in the journal of the run', async () => {
    fake.api.forbidden = ({ resource }) => resource === 'leases';
    const { code, stderr } = await start();
    assert.equal(code, 3, stderr);
    assert.match(stderr, /^Nothing guards the HPAs of the transfer any more: .*leases/);
    assert.match(notes()[0], /^Nothing guards the HPAs of the transfer any more: /);
  });

  it('The watchdog ends if the transfer has left nothing changed', async () => {
    assert.equal((await start()).code, 0);
    assert.deepEqual(notes(), []);
  });

  /** Makes the API server answer every call with an error from now on, and resolves at the first call. */
  const firstRefused = (): Promise<void> =>
    new Promise((resolve) => {
      fake.api.fault = () => {
        resolve();
        return { status: 503, message: 'the server is overloaded' };
      };
    });

  it('The watchdog notes in the journal that the API server does not answer, and ends when the directory of the run is gone', async () => {
    const refused = firstRefused();
    const ended = start();
    await refused;
    while (notes().length === 0) await sleep(50);
    rmSync(run, { recursive: true, force: true });
    assert.equal((await ended).code, 0);
  });

  it('The watchdog ends when a signal asks it to', async () => {
    const refused = firstRefused();
    const ended = start();
    await refused;
    watchdog?.kill('SIGTERM');
    // Windows has no signals: the process is simply terminated there.
    assert.equal((await ended).code, process.platform === 'win32' ? null : 0);
  });
});
