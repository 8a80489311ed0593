import assert from 'node:assert/strict';
import type { OwnLiveCluster } from '../../../src/cluster/live/live-cluster.ts';
import { atPace } from '../../../src/jobs/running/paced-cluster.ts';

describe('an emulated cluster at a pace', () => {
  const waits: number[] = [];
  const cluster: OwnLiveCluster = {
    kind: 'own',
    identity: { context: 'emulator', server: 'here', namespace: 'shop' },
    observe: () => Promise.reject(new Error('not asked')),
    write: () => Promise.resolve(),
    wait: (seconds) => Promise.resolve(void waits.push(seconds)),
    close: () => Promise.resolve(),
  };
  beforeEach(() => waits.splice(0));

  it("A paced cluster waits in wall time before the cluster's time passes", async () => {
    const begin = performance.now();
    await atPace(cluster, 100).wait(15, new AbortController().signal);
    const took = performance.now() - begin;
    assert.deepEqual(waits, [15]);
    assert.ok(took >= 145, `${took} ms`);
  });

  it('A cluster at pace 0 runs as fast as it can', () => assert.equal(atPace(cluster, 0), cluster));

  it('A paced cluster stops waiting at once when it is aborted', async () => {
    const stop = new AbortController();
    const wait = atPace(cluster, 1).wait(3600, stop.signal);
    stop.abort();
    await assert.rejects(wait, { name: 'AbortError' });
    assert.deepEqual(waits, []);
  });
});
