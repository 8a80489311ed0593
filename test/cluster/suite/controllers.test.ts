/** Two controllers of one namespace: one leads; the other stands by and restores the HPAs when the first one dies. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../../../src/nn/backend.ts';
import { createWasmBackend } from '../../../src/nn/wasm/backend.ts';
import type { Policies } from '../../../src/deciding/policy.ts';
import { writeKubeconfig } from '../support/accounts.ts';
import { ApiProxy } from '../support/api-proxy.ts';
import { restlessAgents } from '../support/climb.ts';
import { Connected, signal } from '../support/connected.ts';
import { ControllerProcess, writeConfiguration } from '../support/controller.ts';
import { eventually, happens, kubectl, within } from '../support/kubectl.ts';
import { SERVICES, type Found } from '../support/sample-namespace.ts';

/** Seconds. */
const RESTORED_WITHIN = 60;

describe('controllers', function () {
  let backend: Backend;
  let policies: Policies;
  let connected: Connected;
  let found: Found;
  /** One proxy in front of each controller. */
  let proxies: readonly ApiProxy[];
  let controllers: ControllerProcess[] = [];
  /** The output of the controllers of earlier tests. */
  const said: string[] = [];

  before(async () => {
    connected = await Connected.start('controllers');
    connected.namespace.load('10:2h');
    backend = await createWasmBackend({ threads: 1 });
    policies = await restlessAgents(backend, connected.spec);
    proxies = [await ApiProxy.start(), await ApiProxy.start()];
    const cluster = await connected.connect();
    await eventually('every metric is there', async () => (await cluster.observe(signal)).age.every((age) => age < 30));
    found = connected.namespace.found();
  });
  after(async () => {
    for (const proxy of proxies ?? []) await proxy.close();
    backend?.dispose();
    await connected?.stop();
  });
  beforeEach(() => proxies.forEach((proxy) => proxy.reset()));
  afterEach(async () => {
    for (const controller of controllers) controller.child.kill('SIGTERM');
    for (const controller of controllers) await Promise.race([controller.ended, sleep(45_000)]);
    for (const controller of controllers) await controller.kill();
    said.push(...controllers.map(({ text }) => text));
    controllers = [];
    assert.ok(connected.namespace.isAsFound(found), 'the HPAs are as they were found');
  });

  function start(
    slot: number,
    stages: readonly string[],
    more: ConstructorParameters<typeof ControllerProcess>[4] = {},
  ): ControllerProcess {
    const { namespace, account, folder } = connected;
    const configuration = writeConfiguration(join(folder, stages.join('-')), namespace.name, stages, policies);
    const context = {
      name: 'test',
      namespace: namespace.name,
      server: proxies[slot].url,
      user: { token: account.token },
    };
    const kubeconfig = writeKubeconfig(join(folder, `slot-${slot}`), [context]);
    const controller = new ControllerProcess(configuration, stages.at(-1)!, kubeconfig, `controller-${slot}`, more);
    controllers.push(controller);
    return controller;
  }

  /** Starts two controllers: the first one leads in `stage`, the second one stands by. */
  async function startBoth(stage: string): Promise<readonly [ControllerProcess, ControllerProcess]> {
    // More replicas than the load needs, so that the agents have something to do.
    connected.namespace.kubectl(['scale', 'deployment', '--all', '--replicas=3']);
    const first = start(0, ['shadow', stage]);
    await eventually('the first one leads', () => first.leads);
    const second = start(1, ['shadow', stage]);
    await eventually('the second one waits', () => second.has({ type: 'lease', event: 'waiting' }));
    await eventually(`a decision in stage ${stage}`, () => first.has({ type: 'decision', stage }));
    return [first, second];
  }

  for (const stage of ['floor', 'canary', 'full'])
    it(`The standby controller restores the HPAs within ${RESTORED_WITHIN} s after the leader was killed with -9 in stage ${stage}`, async function () {
      const [first, second] = await startBoth(stage);
      // In stage floor, nothing is written before an agent wants more than the minimum.
      await eventually('something was changed', () => !connected.namespace.isAsFound(found));
      first.child.kill('SIGKILL');
      const start = performance.now();
      await within(RESTORED_WITHIN, 'all HPAs are as they were', () => connected.namespace.isAsFound(found));
      this.test!.title += ` (${((performance.now() - start) / 1000).toFixed(0)} s)`;
      await eventually('it says so', () => second.has({ type: 'lease', event: 'restored' }));
      assert.ok(second.leads);
      assert.ok(!first.said().some(({ type, event }) => type === 'lease' && event === 'lost'));
    });

  it('Only one of two controllers that start at the same time leads and writes', async () => {
    const both = [start(0, ['shadow', 'full']), start(1, ['shadow', 'full'])];
    await eventually('a decision in stage full', () =>
      both.some((controller) => controller.has({ type: 'decision', stage: 'full' })),
    );
    assert.equal(both.filter(({ leads }) => leads).length, 1);
    const standby = both.findIndex(({ leads }) => !leads);
    assert.deepEqual(proxies[standby].changes(), [], 'the one that stands by writes nothing, not even the lease');
    assert.ok(proxies[1 - standby].scalingChanges().length > 0);
  });

  it('A controller that was suspended while the other one took over writes nothing when it wakes', async () => {
    const [first, second] = await startBoth('full');
    first.child.kill('SIGSTOP');
    await within(RESTORED_WITHIN, 'the other one has restored', () => second.has({ type: 'lease', event: 'restored' }));
    proxies[0].requests.length = 0;
    first.child.kill('SIGCONT');
    await eventually('it knows', () => first.has({ type: 'lease', event: 'lost' }));
    await sleep(20_000);
    assert.deepEqual(proxies[0].scalingChanges(), []);
    assert.ok(second.leads && !first.leads);
  });

  it('A controller that is cut off from the API server stops writing, and the other one takes over', async () => {
    const [first, second] = await startBoth('full');
    proxies[0].fault = () => 'drop';
    proxies[0].cut();
    await within(RESTORED_WITHIN, 'the other one has restored', () => second.has({ type: 'lease', event: 'restored' }));
    proxies[0].reset();
    await eventually('the first one knows', () => !first.leads);
    await sleep(20_000);
    assert.deepEqual(proxies[0].scalingChanges(), []);
  });

  it('A controller that is asked to end restores everything and releases the lease', async () => {
    const [first, second] = await startBoth('full');
    first.child.kill('SIGTERM');
    await eventually('all HPAs are as they were', () => connected.namespace.isAsFound(found));
    assert.equal(await first.ended, 0);
    await eventually('the other one leads at once', () => second.leads);
  });

  it('No secret of a controller is in a log, a metric, or an object of the namespace', async () => {
    const { name } = connected.namespace;
    const planted = `planted-${'0123456789abcdef'.repeat(2)}`;
    const port = 19_400 + (process.pid % 100);
    const first = start(0, ['shadow', 'full'], { port, env: { KARMA_PROMETHEUS_TOKEN: planted } });
    await eventually('it has paused the HPAs', () => proxies[0].scalingChanges().length >= SERVICES.length);
    // The agents hold while the replicas suit them, so the test gives them a reason to act: too many, then too few.
    const moveUntil = async (what: string, done: () => boolean) => {
      for (const replicas of [3, 1, 3, 1]) {
        connected.namespace.kubectl(['scale', 'deployment', '--all', `--replicas=${replicas}`]);
        if (await happens(90, done)) break;
      }
      await eventually(what, done);
    };
    await moveUntil('it wrote to a Deployment', () => proxies[0].scalingChanges().length > SERVICES.length);
    // A controller logs more about a refused write than about an accepted one.
    proxies[0].fault = ({ method, resource }) =>
      method === 'PUT' && resource !== 'leases' ? { status: 401, message: 'Unauthorized' } : undefined;
    await moveUntil('it was refused', () => first.has({ type: 'write', result: 'refused' }));
    proxies[0].reset();
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const kinds = 'configmaps,events,leases,hpa,deployments,pods';
    const objects = kubectl(['-n', name, 'get', kinds, '-o', 'json']);
    const places = { log: [...said, first.text].join('\n'), metrics, objects };
    // Each place has the expected content, so that the search does not pass on empty text.
    assert.match(places.log, /"type":"write".*"result":"refused"/);
    assert.match(places.metrics, /^karma_mas_writes_total/m);
    assert.match(places.objects, /KarmaScaling/);
    const { token } = connected.account;
    const secrets = [planted, token, token.split('.')[2]];
    for (const [place, text] of Object.entries(places))
      for (const secret of secrets.flatMap((each) => [each, Buffer.from(each).toString('base64').replace(/=+$/, '')]))
        assert.ok(!Buffer.from(text).includes(Buffer.from(secret)), `${secret.slice(0, 12)}... is in ${place}`);
  });
});
