import assert from 'node:assert/strict';
import { ClusterError } from '../../../src/cluster/live/live-cluster.ts';
import { Random } from '../../../src/cluster/random.ts';
import { withLease, type LeaseOptions } from '../../../src/transferring/holding-lease.ts';
import { LEASE_TIMING, WriterLeaseError, WriterLease } from '../../../src/transferring/writer-lease.ts';
import { LeaseServer, Process, VirtualTime, type Weather } from './lease-world.ts';

const NEVER = new AbortController().signal;
const FINE: Weather = { latency: 0.02, slow: 0, lost: 0 };
const BAD: Weather = { latency: 0.1, slow: 0.08, lost: 0.05 };
/** Seconds that the API server gives a write: see `timeout` in KubernetesCluster. */
const SERVER_LIMIT = 4;

interface World {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly server: LeaseServer;
  readonly processes: Process[];
  /** [time, identity] of what the server stored. */
  readonly writes: [number, string][];
  /** Writes that arrived while somebody else, or nobody, held the lease. */
  readonly wrong: string[];
  start(releases?: number): Process;
}

function makeWorld(seed: number, weather: Weather): World {
  const random = new Random(seed, 0x1ea5e);
  const time = new VirtualTime();
  const server = new LeaseServer(time, random, weather);
  const world: World = {
    time,
    random,
    server,
    processes: [],
    writes: [],
    wrong: [],
    start(releases = 0.03) {
      const process = new Process(time, random.between(-1e6, 1e6));
      this.processes.push(process);
      void live(this, process, `process-${this.processes.length}`, releases);
      return process;
    },
  };
  return world;
}

/** Waits for the lease, writes under it, gives it back after this share of the writes. What goes wrong is met at the next turn. */
async function live(world: World, process: Process, identity: string, releases: number): Promise<void> {
  const { server, random } = world;
  for (;;) {
    await withLease(leaseOptions(server, process, identity), async (lease) => {
      while (!lease.taken.aborted) {
        await process.sleep(random.between(0.1, 3));
        await write(world, process, lease).catch(() => undefined);
        if (random.uniform() <= releases) return;
      }
    });
    await process.sleep(random.between(0, 5));
  }
}

function leaseOptions(server: LeaseServer, process: Process, identity: string): LeaseOptions {
  const cluster = {
    lease: server.clientOf(process),
    identity: { context: 'test', server: 'test', namespace: 'shop' },
  };
  return { cluster, identity, timers: process, waitFor: Infinity, signal: NEVER };
}

/** Takes the lease and keeps it forever. Resolves once it is held. */
const hold = (options: LeaseOptions): Promise<WriterLease> =>
  new Promise((resolve) => {
    void withLease(options, (lease) => {
      resolve(lease);
      return new Promise(() => undefined);
    });
  });

/** Writes like applyWrites and KubernetesCluster: asks the fence, reads the object and writes it, cut off before the lease ends. */
async function write({ time, server, writes, wrong }: World, process: Process, lease: WriterLease): Promise<void> {
  using allowed = await lease.check(NEVER);
  await server.call(process, () => undefined, allowed.signal);
  if (!lease.isHeld) return;
  const store = (): void => {
    if (server.lease?.holder !== lease.identity)
      wrong.push(`${time.now}: ${lease.identity} wrote while "${server.lease?.holder}" held the lease`);
    writes.push([time.now, lease.identity]);
  };
  await server.call(process, store, allowed.signal, SERVER_LIMIT);
}

const holderOf = ({ server }: World): string => server.lease?.holder ?? '';

describe('The writer lease of a namespace', () => {
  it('The writer lease never lets two processes write, in 200 trials with kills, pauses, outages and wrong clocks', async () => {
    let writes = 0;
    let holders = 0;
    for (let seed = 0; seed < 200; seed++) {
      const world = makeWorld(seed, seed % 4 === 0 ? FINE : BAD);
      const { time, random, server, processes } = world;
      for (let p = random.integer(2, 4); p > 0; p--) world.start();
      for (let at = 0; at < 150; at += random.between(3, 30))
        time.after(at, () => {
          const victim = random.pick(processes);
          const fault = random.integer(0, 5);
          if (fault <= 1) {
            victim.killed = true;
            time.after(random.between(0, 20), () => world.start());
          } else if (fault <= 3) victim.pausedUntil = time.now + random.between(0, 40);
          else if (fault === 4) {
            server.down = true;
            time.after(random.between(1, 60), () => (server.down = false));
          } else server.offset += random.between(-600, 600);
        });
      await time.run(150);
      assert.deepEqual(world.wrong, [], `seed ${seed}`);
      writes += world.writes.length;
      holders += new Set(world.writes.map(([, identity]) => identity)).size;
    }
    // This proves nothing if nobody ever writes.
    assert.ok(writes > 3_000, `${writes} writes`);
    assert.ok(holders > 300, `${holders} holders`);
  });

  it('The writer lease would let two write if it neither asked the server nor cut writes off (the trials can fail)', async () => {
    let wrong = 0;
    for (let seed = 0; seed < 20 && wrong === 0; seed++) {
      const world = makeWorld(seed, BAD);
      const { time, random, processes, server } = world;
      const careless = { ...LEASE_TIMING, writeWithin: 60 };
      for (let p = 0; p < 2; p++) {
        const process = new Process(time, p);
        processes.push(process);
        void (async () => {
          const lease = await hold({ ...leaseOptions(server, process, `careless-${p}`), timing: careless });
          for (;;) {
            await process.sleep(1);
            if (!lease.isHeld) continue;
            if (server.lease?.holder !== lease.identity) wrong++;
          }
        })();
      }
      for (let at = 20; at < 200; at += 50) time.after(at, () => (random.pick(processes).pausedUntil = time.now + 30));
      await time.run(200);
    }
    assert.ok(wrong > 0);
  });

  it('The writer lease goes to a waiting process within 20 s of a kill', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const world = makeWorld(seed, FINE);
      world.start(0);
      await world.time.run(10);
      world.start(0);
      await world.time.run(30);
      assert.equal(holderOf(world), 'process-1');
      world.processes[0].killed = true;
      await world.time.run(30 + 20);
      assert.equal(holderOf(world), 'process-2', `seed ${seed}`);
    }
  });

  it('The writer lease goes to a waiting process at once when it is released', async () => {
    const { time, server } = makeWorld(1, FINE);
    const [first, second] = [0, 500].map((start) => new Process(time, start));
    const [a, b] = [first, second].map(
      (process, p) => new WriterLease({ client: server.clientOf(process), identity: 'ab'[p], timers: process }),
    );
    const done = (async () => {
      assert.equal(await a.tryAcquire(NEVER), true);
      assert.equal(await b.tryAcquire(NEVER), false);
      assert.equal(b.holder, 'a');
      await a.release(NEVER);
      assert.equal(a.isHeld, false);
      await assert.rejects(a.check(NEVER), { name: 'WriterLeaseError', reason: 'taken' });
      assert.equal(await b.tryAcquire(NEVER), true);
      assert.equal(server.lease?.transitions, 1);
      return 'done';
    })();
    await time.run(100);
    assert.equal(await done, 'done');
  });

  it('The writer lease survives an outage that nobody used, and says meanwhile that it has expired', async () => {
    const { time, server } = makeWorld(2, FINE);
    const process = new Process(time, 42);
    const held = hold(leaseOptions(server, process, 'a'));
    await time.run(5);
    const lease = await held;
    assert.equal(lease.isHeld, true);
    server.down = true;
    await time.run(65);
    assert.equal(lease.isHeld, false);
    assert.equal(lease.taken.aborted, false);
    await assert.rejects(lease.check(NEVER), { name: 'WriterLeaseError', reason: 'expired' });
    server.down = false;
    await time.run(85);
    assert.equal(lease.isHeld, true);
  });

  it('The writer lease notices that somebody else has taken it, and aborts its signal', async () => {
    const { time, server } = makeWorld(3, FINE);
    const process = new Process(time, 0);
    const held = hold(leaseOptions(server, process, 'a'));
    await time.run(5);
    const lease = await held;
    server.lease = { ...server.lease!, holder: 'b', version: 'other' };
    await time.run(10);
    assert.equal(lease.taken.aborted, true);
    assert.ok(
      lease.taken.reason instanceof WriterLeaseError && lease.taken.reason.message.startsWith('b holds the lease'),
    );
  });

  it('A process does not count a lease as old that it has just seen for the first time, however long ago it was renewed', async () => {
    const { time, server } = makeWorld(4, FINE);
    server.lease = { holder: 'gone', renewed: 0, duration: 15, transitions: 3, version: '1' };
    const process = new Process(time, 0);
    void hold(leaseOptions(server, process, 'a'));
    await time.run(14);
    assert.equal(server.lease.holder, 'gone');
    await time.run(20);
    assert.equal(server.lease.holder, 'a');
    assert.equal(server.lease.transitions, 4);
  });

  it('The writer lease passes on that the server does not answer', async () => {
    const { time, server } = makeWorld(5, FINE);
    server.down = true;
    const process = new Process(time, 0);
    const lease = new WriterLease({ client: server.clientOf(process), identity: 'a', timers: process });
    const failed = lease.tryAcquire(NEVER).catch((error: unknown) => error);
    await time.run(20);
    assert.ok((await failed) instanceof ClusterError);
  });
});
