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
  const writers: Writer[] = [];
  for (let slot = 0; slot < 2; slot++)
    writers.push(
      await Writer.start(slot, (name, url) => {
        const context = { name: 'test', namespace, server: url, user: { token } };
        return [writeKubeconfig(join(folder, name), [context]), namespace, `writer-${name}`];
      }),
    );
  try {
    for (let trial = 0; trial < trials; trial++) {
      const began = performance.now();
      const last = () => writesOf(writers).findLast(({ at }) => at > began);
      await eventually('somebody writes', last);
      // A random moment during a renewal, a write or a wait.
      await sleep(2000 * random.uniform());
      // Mostly the process that writes.
      const writes = writers[last()!.slot];
      const writer = random.uniform() < 0.8 ? writes : writers.find((other) => other !== writes)!;
      if (random.uniform() < 0.6) {
        await writer.restart();
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
    await Promise.all(writers.map((writer) => writer.end()));
    rmSync(folder, { recursive: true, force: true });
    kubectl(['delete', 'namespace', namespace, '--wait=false']);
  }
  return judge(writers);
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
function writesOf(writers: readonly Writer[]): Write[] {
  return writers
    .flatMap(({ slot, processes }) =>
      processes.flatMap(({ name, proxy }) =>
        proxy.scalingChanges().map(({ resource, at, answered }) => ({ resource, at, answered, slot, by: name })),
      ),
    )
    .sort((one, other) => one.at - other.at);
}

/** Asserts that every write comes from the process whose write of the lease the server accepted last. */
function judge(writers: readonly Writer[]): Counts {
  const leases = writers
    .flatMap(({ processes }) => processes)
    .flatMap(({ name, proxy }) =>
      proxy.changes().flatMap(({ resource, answered }) => (resource === 'leases' ? [{ answered, by: name }] : [])),
    )
    .sort((one, other) => one.answered - other.answered);
  const writes = writesOf(writers);
  const held = (write: Write) => leases.findLast(({ answered }) => answered < write.at);
  const wrong = writes.filter((write) => held(write)?.by !== write.by);
  assert.deepEqual(
    wrong.map((write) => ({ ...write, held: held(write) })),
    [],
    'writes of a process that did not hold the lease',
  );
  return { writes: writes.length, writers: new Set(writes.map(({ by }) => by)).size };
}

/** Arguments of the writer program for the process with a name, which reaches the server at `url`. */
type Arguments = (name: string, url: string) => readonly string[];

interface WriterProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Of this process alone: a process that was killed may still have a request on its way when its successor runs. */
  readonly proxy: ApiProxy;
}

/** A writer process and the processes that replaced it. */
class Writer {
  readonly slot: number;
  /** In the order in which they started. The last one runs. */
  readonly processes: WriterProcess[] = [];
  readonly #arguments: Arguments;

  private constructor(slot: number, args: Arguments) {
    this.slot = slot;
    this.#arguments = args;
  }

  static async start(slot: number, args: Arguments): Promise<Writer> {
    const writer = new Writer(slot, args);
    await writer.#startProcess();
    return writer;
  }

  async #startProcess(): Promise<void> {
    const name = `${this.slot}.${this.processes.length}`;
    const proxy = await ApiProxy.start();
    const args = [program, ...this.#arguments(name, proxy.url)];
    this.processes.push({ name, proxy, child: spawn(process.execPath, args, { stdio: 'inherit' }) });
  }

  #signal(signal: NodeJS.Signals): void {
    this.processes.at(-1)!.child.kill(signal);
  }

  async restart(): Promise<void> {
    this.#signal('SIGKILL');
    await this.#startProcess();
  }

  stop(): void {
    this.#signal('SIGSTOP');
  }

  wake(): void {
    this.#signal('SIGCONT');
  }

  async end(): Promise<void> {
    this.#signal('SIGKILL');
    await Promise.all(this.processes.map(({ proxy }) => proxy.close()));
  }
}
