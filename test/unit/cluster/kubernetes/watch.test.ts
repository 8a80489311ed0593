import assert from 'node:assert/strict';
import { ApiServer } from '../../../../src/cluster/kubernetes/client/api-server.ts';
import { systemTimers } from '../../../../src/jobs/running/system-timers.ts';
import type { Deployment } from '../../../../src/cluster/kubernetes/client/objects.ts';
import { watchList } from '../../../../src/cluster/kubernetes/watching/watch.ts';
import {
  deployment,
  deployments,
  SERVICES,
  startFakeCluster,
  type FakeCluster,
} from '../../../fake-kubernetes/namespace.ts';
import { until as untilTrue } from '../../until.ts';
import { refused } from './refused.ts';

describe('A watch', () => {
  let fake: FakeCluster;
  let api: ApiServer;
  let stop: AbortController;
  let watching: Promise<void>;
  let seen: string[];
  let states: string[];
  let waits: number[];
  beforeEach(async () => {
    fake = await startFakeCluster();
    api = await ApiServer.open({ env: fake.env, context: '', now: Date.now, timers: systemTimers, timeout: 60_000 });
    stop = new AbortController();
    seen = [];
    states = [];
    waits = [];
    watching = watchList<Deployment>({
      api,
      path: deployments,
      signal: stop.signal,
      onChange: (items) =>
        seen.push([...items.values()].map(({ metadata, spec }) => `${metadata.name}${spec.replicas}`).join(' ')),
      onState: (why) => states.push(why),
      backoff: (attempt) => {
        waits.push(attempt);
        return 0.02;
      },
    });
  });
  afterEach(async () => {
    stop.abort();
    await watching.catch(() => undefined);
    api.close();
    await fake.stop();
  });

  const until = (condition: () => boolean, what: string): Promise<void> =>
    untilTrue(what, condition, () => `${seen.at(-1)} ${states.at(-1)}`);
  const untilSeen = (text: string) => until(() => seen.at(-1) === text, text);
  const scale = (index: number, replicas: number) =>
    fake.api.put(deployments, deployment({ ...SERVICES[index], replicas }));
  const watches = () => fake.api.requests.filter(({ verb }) => verb === 'watch');
  const lists = () => fake.api.requests.filter(({ verb }) => verb === 'list').length;

  it('A watch shows all objects, and each change', async () => {
    await untilSeen('a2 b2 c1 d1');
    await until(() => fake.api.watches === 1, 'a watch');
    scale(0, 5);
    await untilSeen('a5 b2 c1 d1');
    fake.api.delete(`${deployments}/b`);
    await untilSeen('a5 c1 d1');
    assert.equal(lists(), 1);
  });

  it('A watch goes on from where it was when the server ends it', async () => {
    await until(() => fake.api.watches === 1, 'a watch');
    scale(0, 3);
    await untilSeen('a3 b2 c1 d1');
    fake.api.endWatches();
    scale(0, 4);
    await untilSeen('a4 b2 c1 d1');
    assert.equal(lists(), 1, 'it need not list anew');
    assert.ok(Number(watches()[1].query.get('resourceVersion')) > Number(watches()[0].query.get('resourceVersion')));
    assert.ok(!states.some((why) => why !== ''));
  });

  it('A watch lists anew when the server has forgotten the version', async () => {
    await until(() => fake.api.watches === 1, 'a watch');
    fake.api.endWatches();
    scale(1, 3);
    fake.api.forgetChanges();
    await untilSeen('a2 b3 c1 d1');
    assert.equal(lists(), 2);
  });

  it('A watch says why while the server does not answer, waits longer each time, and goes on when it does', async () => {
    await until(() => fake.api.watches === 1, 'a watch');
    await fake.api.stop();
    await until(() => waits.length >= 3, 'three attempts');
    assert.deepEqual(waits.slice(0, 3), [1, 2, 3]);
    assert.match(states.at(-1)!, /cannot be reached/);
    scale(2, 4);
    await fake.api.start();
    await untilSeen('a2 b2 c4 d1');
    await until(() => states.at(-1) === '', 'its being current');
  });

  it('A watch ends where the verb is forbidden', async () => {
    await until(() => fake.api.watches === 1, 'a watch');
    fake.api.forbidden = ({ verb }) => verb === 'watch';
    fake.api.endWatches();
    await assert.rejects(watching, refused('forbidden', /Needs verb watch on resource deployments/));
  });

  it('A watch ends with its signal', async () => {
    await until(() => fake.api.watches === 1, 'a watch');
    stop.abort();
    await watching;
    await until(() => fake.api.watches === 0, 'its end on the server');
  });
});
