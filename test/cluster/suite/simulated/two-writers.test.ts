/** Processes take turns to write under the lease of a namespace and are killed, stopped and woken at random; there are never two writers. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../../../src/cluster/random.ts';
import { ALL_RIGHTS, createAccount, writeKubeconfig } from '../../support/accounts.ts';
import { ApiProxy } from '../../support/api-proxy.ts';
import { eventually, kubectl } from '../../support/kubectl.ts';
import { thorough } from '../../../thorough.ts';

const TRIALS = thorough ? 200 : 60;
/** Namespaces side by side, each with two writers. */
const NAMESPACES = 2;
const SEED = 20260;
const program = join(import.meta.dirname, '../../support/writer-process.ts');
const manifests = join(import.meta.dirname, '../../manifests');

describe('the lease of a namespace', function () {
  this.timeout(40 * 60_000);

  it(`The lease of a namespace lets only one process write at a time, in ${TRIALS} trials that kill, stop and wake processes (seed ${SEED})`, async function () {
    const played = await Promise.allSettled(
      Array.from({ length: NAMESPACES }, (_, n) => playTrials(`writers-${n}`, SEED + n, TRIALS / NAMESPACES)),
    );
    // Wait until all have ended, so that none of their processes is left.
    const counts = played.map((result) => {
      if (result.status === 'rejected') throw result.reason;
      return result.value;
    });
    const sum = (key: keyof Counts) => counts.reduce((total, count) => total + count[key], 0);
    this.test!.title += ` (${sum('writes')} writes by ${sum('writers')} processes)`;
    assert.ok(sum('writes') > 2 * TRIALS, `few writes: ${sum('writes')}`);
    assert.ok(sum('writers') > TRIALS / 4, `the lease seldom changed hands: ${sum('writers')} writers`);
  });
});

interface Counts {
  readonly writes: number;
  readonly writers: number;
}

async function playTrials(namespace: string, seed: number, trials: number): Promise<Counts> {
  const random = new Random(seed, 0x2);
  const folder = mkdtempSync(join(tmpdir(), 'karma-writers-'));
  kubectl(['create', 'namespace', namespace]);
  // The Deployments have no pods: an HPA without pods can be written like any other.
  const yaml = readFileSync(join(manifests, 'chained.yaml'), 'utf8').replaceAll(
    /^spec:\n {2}selector:/gm,
    'spec:\n  replicas: 0\n  selector:',
  );
  kubectl(['-n', namespace, 'apply', '-f', '-'], { input: yaml });
  kubectl(['-n', namespace, 'apply', '-f', join(manifests, 'hpa.yaml')]);
  const { token } = createAccount(namespace, 'operator', ALL_RIGHTS);
  const proxies = [await ApiProxy.start(), await ApiProxy.start()];
  const writers = proxies.map(({ url }, slot) => {
    const context = { name: 'test', namespace, server: url, user: { token } };
    return new Writer(writeKubeconfig(join(folder, `${slot}`), [context]), namespace, slot);
  });
  try {
    for (let trial = 0; trial < trials; trial++) {
      const began = performance.now();
      const last = () => writesOf(proxies, writers).findLast(({ at }) => at > began);
      await eventually('somebody writes', last);
      // A random moment during a renewal, a write or a wait.
      await sleep(2000 * random.uniform());
      // Mostly the process that writes.
      const writes = writers[last()!.slot];
      const writer = random.uniform() < 0.8 ? writes : writers.find((other) => other !== writes)!;
      if (random.uniform() < 0.6) {
        writer.restart();
      } else {
        writer.stop();
        // Some processes wake before their lease has expired, some after.
        await sleep(6000 * random.uniform());
        writer.wake();
      }
    }
    // A process that wakes late may still write.
    await sleep(5000);
  } finally {
    for (const writer of writers) writer.kill();
    await Promise.all(proxies.map((proxy) => proxy.close()));
    rmSync(folder, { recursive: true, force: true });
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
  }
  return judge(proxies, writers);
}

interface Write {
  readonly resource: string;
  readonly at: number;
  readonly answered: number;
  readonly slot: number;
  /** The process that wrote. */
  readonly by: string;
}

/** All writes, in the order in which they reached the server. */
function writesOf(proxies: readonly ApiProxy[], writers: readonly Writer[]): Write[] {
  return proxies
    .flatMap((proxy, slot) =>
      proxy.scalingChanges().map(({ resource, at, answered, connected }) => ({
        resource,
        at,
        answered,
        slot,
        by: writers[slot].at(connected),
      })),
    )
    .sort((one, other) => one.at - other.at);
}

/** Asserts that every write comes from the process whose write of the lease the server accepted last. */
function judge(proxies: readonly ApiProxy[], writers: readonly Writer[]): Counts {
  const leases = proxies
    .flatMap((proxy, slot) =>
      proxy
        .changes()
        .flatMap(({ resource, answered, connected }) =>
          resource === 'leases' ? [{ answered, by: writers[slot].at(connected) }] : [],
        ),
    )
    .sort((one, other) => one.answered - other.answered);
  const writes = writesOf(proxies, writers);
  const wrong = writes.filter(({ at, by }) => leases.findLast(({ answered }) => answered < at)?.by !== by);
  assert.deepEqual(wrong, [], 'writes of a process that did not hold the lease');
  return { writes: writes.length, writers: new Set(writes.map(({ by }) => by)).size };
}

/** A writer process and the processes that replaced it. */
class Writer {
  readonly #kubeconfig: string;
  readonly #namespace: string;
  readonly #slot: number;
  #child: ChildProcess;
  /** When each of its processes started, in milliseconds of performance.now(). */
  readonly #began: number[] = [];

  constructor(kubeconfig: string, namespace: string, slot: number) {
    this.#kubeconfig = kubeconfig;
    this.#namespace = namespace;
    this.#slot = slot;
    this.#child = this.#start();
  }

  /** The process that connected at a time. A process that was killed may still have a request on its way. */
  at(time: number): string {
    return `${this.#slot}.${this.#began.findLastIndex((began) => began <= time)}`;
  }

  #start(): ChildProcess {
    const identity = `writer-${this.#slot}.${this.#began.length}`;
    this.#began.push(performance.now());
    return spawn(process.execPath, [program, this.#kubeconfig, this.#namespace, identity], { stdio: 'inherit' });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  restart(): void {
    this.kill();
    this.#child = this.#start();
  }

  stop(): void {
    this.#child.kill('SIGSTOP');
  }

  wake(): void {
    this.#child.kill('SIGCONT');
  }
}
