import assert from 'node:assert/strict';
import { ClusterError, type ClusterWrite } from '../../../../src/cluster/live/live-cluster.ts';
import { EmulatedCluster } from '../../../../src/cluster/live/emulated-cluster.ts';
import { sampleCluster, steady } from '../sample.ts';

const signal = new AbortController().signal;
const really = { dryRun: false, signal };
const load = (rate: number, later = rate): EmulatedCluster => {
  const episode = steady([rate, 0, 0, 0], 7200);
  for (let t = 120; t < 7200; t++) episode.rate[t * 4] = later;
  return new EmulatedCluster(sampleCluster, { episode, seed: 4 });
};
const replicas = async (cluster: EmulatedCluster): Promise<number[]> => [
  ...(await cluster.observe(signal)).observation.service.desired,
];
const refused = (reason: ClusterError['reason']) => (error: unknown) => {
  assert.ok(error instanceof ClusterError, String(error));
  assert.equal(error.reason, reason);
  return true;
};

describe('The emulated cluster', () => {
  it('The emulated cluster runs an autoscaler per service while time passes in wait', async () => {
    const cluster = load(100, 200);
    assert.equal(cluster.identity.context, 'emulator');
    const before = await cluster.observe(signal);
    assert.equal(before.time, 0);
    assert.deepEqual([...before.observation.service.desired], [2, 2, 1, 1]);
    await cluster.wait(600, signal);
    const after = await cluster.observe(signal);
    assert.equal(after.time, 600);
    // 200 requests/s at 80 %.
    assert.deepEqual([...after.observation.service.desired], [3, 3, 2, 2]);
    assert.deepEqual(
      after.hpas.map((hpa) => hpa?.desiredReplicas),
      [3, 3, 2, 2],
    );
    assert.ok(after.age.every((age) => age >= 0 && age < 15));
  });

  it('The emulated cluster keeps time to the second, and its emulator less than a sync behind', async () => {
    const cluster = load(100);
    for (let k = 0; k < 7; k++) await cluster.wait(10, signal);
    const { time, age } = await cluster.observe(signal);
    assert.equal(time, 70);
    assert.ok(age[0] < 30);
  });

  it('A dry run on the emulated cluster validates and changes nothing', async () => {
    const cluster = load(100);
    await cluster.write({ type: 'scale', service: 'a', replicas: 5 }, { dryRun: true, signal });
    assert.deepEqual(await replicas(cluster), [2, 2, 1, 1]);
    const wrong: ClusterWrite[] = [
      { type: 'scale', service: 'a', replicas: 6 },
      { type: 'scale', service: 'a', replicas: 1.5 },
      { type: 'setHpaMinimum', service: 'b', minReplicas: 9 },
      { type: 'restoreHpa', service: 'b', original: { minReplicas: 'one' } },
      { type: 'restoreHpa', service: 'b', original: null },
    ];
    for (const write of wrong) await assert.rejects(cluster.write(write, { dryRun: true, signal }), refused('invalid'));
    const elsewhere: ClusterWrite = { type: 'pauseHpa', service: 'x' };
    await assert.rejects(cluster.write(elsewhere, { dryRun: true, signal }), refused('notFound'));
  });

  it('A paused autoscaler leaves replicas to whoever scales, until it is restored', async () => {
    const cluster = load(200);
    const [original] = (await cluster.observe(signal)).hpas;
    await cluster.write({ type: 'pauseHpa', service: 'a' }, really);
    await cluster.write({ type: 'scale', service: 'a', replicas: 5 }, really);
    await cluster.wait(900, signal);
    const during = await cluster.observe(signal);
    assert.equal(during.hpas[0]?.paused, true);
    assert.deepEqual([...during.observation.service.desired].slice(0, 2), [5, 3]);
    await cluster.write({ type: 'restoreHpa', service: 'a', original: original?.original }, really);
    await cluster.wait(900, signal);
    const after = await cluster.observe(signal);
    assert.deepEqual([after.hpas[0]?.paused, after.observation.service.desired[0]], [false, 3]);
  });

  it('An autoscaler of the emulated cluster keeps a raised minimum', async () => {
    const cluster = load(60);
    await cluster.write({ type: 'setHpaMinimum', service: 'd', minReplicas: 3 }, really);
    await cluster.wait(15, signal);
    assert.equal((await replicas(cluster))[3], 3);
    assert.equal((await cluster.observe(signal)).hpas[3]?.minReplicas, 3);
  });

  it('A scaled service that is not paused goes back to what its autoscaler wants', async () => {
    const cluster = load(200);
    await cluster.write({ type: 'scale', service: 'a', replicas: 1 }, really);
    await cluster.wait(90, signal);
    assert.ok((await replicas(cluster))[0] >= 3);
  });

  it('Stale metrics stand still and grow old while pod counts stay current', async () => {
    const cluster = load(100, 200);
    await cluster.wait(60, signal);
    const fresh = await cluster.observe(signal);
    cluster.faults.staleMetrics = true;
    await cluster.wait(300, signal);
    const stale = await cluster.observe(signal);
    assert.deepEqual(stale.observation.service.received, fresh.observation.service.received);
    assert.deepEqual(stale.observation.cluster.latency, fresh.observation.cluster.latency);
    assert.equal(stale.age[0], fresh.age[0] + 300);
    assert.equal(stale.observation.service.ready[0], 3, 'the autoscalers go on with their own metrics');
    assert.notDeepEqual(stale.observation.cluster.cpuAllocated, fresh.observation.cluster.cpuAllocated);
    cluster.faults.staleMetrics = false;
    await cluster.wait(15, signal);
    assert.ok((await cluster.observe(signal)).age[0] < 15);
  });

  it('A missing metric is not a number and infinitely old', async () => {
    const cluster = load(100);
    cluster.faults.missingMetrics = ['b'];
    const { age, observation } = await cluster.observe(signal);
    assert.deepEqual([age[1], age[0] < 15], [Infinity, true]);
    assert.ok(Number.isNaN(observation.service.received[1]) && observation.service.ready[1] === 2);
  });

  it('The emulated cluster refuses writes and does not answer, when told to', async () => {
    const cluster = load(100);
    cluster.faults.refuseWrites = 'forbidden';
    const write: ClusterWrite = { type: 'scale', service: 'a', replicas: 3 };
    await cluster.write(write, { dryRun: true, signal });
    await assert.rejects(cluster.write(write, really), refused('forbidden'));
    assert.equal((await replicas(cluster))[0], 2);
    cluster.faults.unreachable = true;
    await assert.rejects(cluster.observe(signal), refused('unreachable'));
    await assert.rejects(cluster.write(write, really), refused('unreachable'));
  });

  it('The emulated cluster stops on a signal and when closed', async () => {
    const cluster = load(100);
    await assert.rejects(cluster.wait(60, AbortSignal.abort()), refused('aborted'));
    await assert.rejects(cluster.observe(AbortSignal.abort()), refused('aborted'));
    const stop = new AbortController();
    const long = cluster.wait(30 * 24 * 3600, stop.signal);
    stop.abort();
    await assert.rejects(long, refused('aborted'));
    await cluster.close();
    await assert.rejects(cluster.observe(signal), refused('unreachable'));
  });
});
