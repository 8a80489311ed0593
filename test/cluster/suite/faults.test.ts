/** Faults during a transfer on a real cluster: what the transfer does, that it writes nothing wrong, and that the HPAs come back. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DecisionRecord } from '../../../src/transferring/audit.ts';
import type { MetricFault } from '../support/api-proxy.ts';
import { administratorToken, ALL_RIGHTS, setRights } from '../support/accounts.ts';
import { useBadDay } from '../support/bad-day.ts';
import { Climb, INTERVAL, STALE_AFTER } from '../support/climb.ts';
import { Connected, signal } from '../support/connected.ts';
import { eventually, kubectl } from '../support/kubectl.ts';
import { SERVICES } from '../support/sample-namespace.ts';

const ALL = [...SERVICES];

describe('a transfer with faults', function () {
  const day = useBadDay('faults');

  describe('without faults', () => {
    it('A transfer writes in each stage only what the stage allows, and restores what it changed', async () => {
      const { proxy, namespace } = day.connected;
      const floor = await day.startIn('floor');
      await floor.next(3);
      assert.deepEqual(namespace.paused(), []);
      assert.ok(proxy.scalingChanges().every(({ resource }) => resource === 'horizontalpodautoscalers'));
      assert.equal((await floor.stop()).ended, 'stopped');
      assert.ok(namespace.isAsFound(day.found));

      proxy.reset();
      const canary = await day.startIn('canary');
      await canary.next(3);
      assert.deepEqual(namespace.paused(), ['b']);
      assert.ok(
        proxy.scalingChanges().every(({ name }) => name === 'b'),
        JSON.stringify(proxy.summary()),
      );
      await canary.stop();
      assert.ok(namespace.isAsFound(day.found));

      proxy.reset();
      const full = await day.startIn('full');
      await full.next(3);
      assert.deepEqual(namespace.paused(), ALL);
      assert.ok(
        proxy.scalingChanges().some(({ resource }) => resource === 'deployments/scale'),
        'the agents do something',
      );
      assert.ok(
        ALL.some((name) => namespace.eventReasons(name).length > 0),
        'the Deployments tell of it',
      );
      await full.stop();
    });
  });

  describe('the API server', () => {
    it('The agents hold while the API server cannot be reached, and continue when it is back', async () => {
      const full = await day.startIn('full');
      day.connected.proxy.fault = () => 'drop';
      day.connected.proxy.cut();
      const held = await full.next(2);
      assert.ok(
        held.every(({ outcome }) => outcome === 'hold'),
        JSON.stringify(held.map(({ outcome }) => outcome)),
      );
      assert.match(held[1].why, /cannot be reached/);
      day.connected.proxy.reset();
      const [, after] = await full.next(2);
      assert.notEqual(after.outcome, 'hold', after.why);
    });

    it('The transfer falls back after a long outage of the API server, and restores the HPAs when it is back', async () => {
      const full = await day.startIn('full');
      day.connected.proxy.fault = () => 'drop';
      day.connected.proxy.cut();
      await full.untilDecision('the agents give up', ({ outcome }) => outcome === 'fallback');
      assert.deepEqual(day.connected.namespace.paused(), ALL, 'nothing could be given back yet');
      day.connected.proxy.reset();
      await eventually('the HPAs act again', () => day.connected.namespace.isAsFound(day.found));
      assert.equal((await full.result).ended, 'fallback');
    });

    it('The transfer reports that a quota denies pods, and stays in its stage', async () => {
      day.connected.proxy.fault = ({ method, resource }) =>
        method === 'PUT' && resource === 'deployments/scale'
          ? { status: 403, reason: 'Forbidden', message: 'deployments "d" is forbidden: exceeded quota: pods' }
          : undefined;
      const full = await day.startIn('full');
      const isDenied = ({ stage, outcome, why }: DecisionRecord) =>
        stage === 'full' && outcome === 'hold' && /exceeded quota/.test(why);
      // The agents hold while the replicas suit them, so the test gives them a reason to act: too few, then too many.
      for (const replicas of [1, 3, 1, 3]) {
        if (full.decisions().some(isDenied)) break;
        day.connected.namespace.kubectl(['scale', 'deployment', '--all', `--replicas=${replicas}`]);
        await full.next(3);
      }
      await full.untilDecision('a decision is held for it', isDenied);
      assert.ok((await full.next(2)).every(({ outcome }) => outcome !== 'fallback'));
      assert.ok(!day.connected.proxy.scalingChanges().some(({ resource }) => resource === 'deployments/scale'));
    });
  });

  describe('the metrics', () => {
    const isQueue = (query: string): boolean => query.includes('chained_queue_length');
    const gaps: readonly [string, MetricFault][] = [
      ['a metric is missing', (query, series) => (isQueue(query) ? [] : series)],
      [
        'a metric is NaN',
        (query, series) =>
          isQueue(query) ? series.map((each) => ({ ...each, value: [each.value[0], 'NaN'] })) : series,
      ],
      ['Prometheus has no metrics', () => []],
    ];
    for (const [what, fault] of gaps)
      it(`The agents hold while ${what} for a moment, and continue afterward`, async () => {
        const full = await day.startIn('full');
        day.connected.proxy.metricFault = fault;
        await full.untilDecision(
          'a decision is held for it',
          ({ stage, outcome, why }) => stage === 'full' && outcome === 'hold' && /a metric is missing/.test(why),
        );
        day.connected.proxy.requests.length = 0;
        await full.next(2);
        assert.ok(!day.connected.proxy.scalingChanges().some(({ resource }) => resource === 'deployments/scale'));
        day.connected.proxy.reset();
        await eventually('it goes on', () => full.decisions().at(-1)!.outcome !== 'hold');
      });

    const losses: readonly [string, MetricFault][] = [
      ['a metric stays missing', (query, series) => (isQueue(query) ? [] : series)],
      [
        'all metrics are five minutes old',
        (query, series) =>
          query.includes('timestamp(')
            ? series.map((each) => ({ ...each, value: [each.value[0], String(Number(each.value[1]) - 300)] }))
            : series,
      ],
    ];
    for (const [what, fault] of losses)
      it(`The agents scale nothing and the HPAs take over when ${what}`, async () => {
        const full = await day.startIn('full');
        day.connected.proxy.requests.length = 0;
        day.connected.proxy.metricFault = fault;
        const { ended, why } = await full.result;
        assert.equal(ended, 'fallback');
        assert.match(why, /a metric is (missing|\d+ s old)/);
        assert.ok(!day.connected.proxy.scalingChanges().some(({ resource }) => resource === 'deployments/scale'), why);
      });
  });

  describe('somebody else', () => {
    it('The transfer falls back and restores the HPAs when somebody else makes an HPA act again', async () => {
      const full = await day.startIn('full');
      const patch = { spec: { behavior: { scaleUp: { selectPolicy: 'Max' }, scaleDown: { selectPolicy: 'Max' } } } };
      day.connected.namespace.kubectl(['patch', 'hpa', 'c', '--type=merge', '-p', JSON.stringify(patch)]);
      const { ended, why } = await full.result;
      assert.equal(ended, 'fallback');
      assert.match(why, /somebody else made the HPA of c act again/);
    });

    it('The transfer sees replicas that somebody else sets before it writes others', async () => {
      const full = await day.startIn('full');
      full.steering = 'hold';
      day.connected.namespace.kubectl(['scale', 'deployment', 'd', '--replicas=5']);
      // The first decision may have looked before the change; the second one may already have moved on from it.
      const seen = (await full.next(2)).map(({ current }) => current.d);
      assert.ok(seen.includes(5), `d is seen with ${seen.join(', then ')}`);
      const move = Math.abs(day.connected.namespace.replicas().d - 5);
      assert.ok(move <= 2 * 3, `two decisions move at most 3 each: ${move}`);
    });

    it('The transfer falls back and restores the HPAs when somebody deletes a Deployment', async () => {
      const full = await day.startIn('full');
      day.connected.namespace.kubectl(['delete', 'deployment', 'c']);
      assert.equal((await full.result).ended, 'fallback');
      await sleep(500);
      assert.ok(day.connected.namespace.isAsFound(day.found));
      await day.connected.namespace.deploy();
      await eventually('its metrics are back', async () =>
        (await day.cluster.observe(signal)).age.every((age) => age < STALE_AFTER),
      );
    });

    it('The transfer falls back and says why when its rights to write are withdrawn, and restores the HPAs once it has them again', async () => {
      const full = await day.startIn('full');
      setRights(day.connected.account, [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }]);
      // The agents may have done all there was to do, and nothing is refused where nothing is written.
      day.giveWork();
      try {
        await full.untilDecision(
          'it says so',
          ({ outcome, why }) => outcome === 'fallback' && /Needs verb update/.test(why),
        );
        day.connected.proxy.requests.length = 0;
        await sleep(5000);
        assert.ok(day.connected.proxy.requests.some(({ method, status }) => method === 'PUT' && status === 403));
        assert.deepEqual(day.connected.proxy.scalingChanges(), []);
        const left = await day.cluster.changedHpas(signal);
        assert.deepEqual(
          left.map(({ service }) => service).sort(),
          ALL,
          'the objects themselves say what is to be restored',
        );
      } finally {
        setRights(day.connected.account, ALL_RIGHTS);
      }
      await eventually('the HPAs act again', () => day.connected.namespace.isAsFound(day.found));
      assert.equal((await full.result).ended, 'fallback');
    });

    it('The transfer ends and says why when its credentials expire, and the HPAs can be restored with valid ones', async () => {
      const full = await day.startIn('full');
      full.restoreFor = 10;
      day.connected.proxy.fault = () => ({ status: 401, reason: 'Unauthorized', message: 'Unauthorized' });
      const outcome = await full.result.then(
        ({ why }) => why,
        (error: Error) => error.message,
      );
      assert.match(outcome, /expired or are wrong/);
      day.connected.proxy.reset();
      for (const { service, original } of await day.cluster.changedHpas(signal))
        await day.cluster.write({ type: 'restoreHpa', service, original }, { dryRun: false, signal });
    });

    it('The transfer ends by itself when its namespace is deleted', async () => {
      const own = await Connected.start('terminating');
      try {
        own.namespace.load('10:10m');
        // Its rights stay, so that only what is deleted ends the transfer.
        const doomed = await own.connect(own.configFor('administrator', { token: administratorToken() }));
        await eventually('every metric is there', async () =>
          (await doomed.observe(signal)).age.every((age) => age < STALE_AFTER),
        );
        const full = await Climb.to('full', doomed, { ...day.policies, cluster: own.spec }, day.backend);
        // Where the HPAs go last, nothing can be written in a namespace that is being deleted.
        full.restoreFor = 10;
        kubectl(['delete', 'namespace', 'terminating', '--wait=false']);
        const why = await full.result.then(
          (result) => result.why,
          (error: Error) => error.message,
        );
        // The cluster may delete the Lease before the rest.
        assert.match(why, /terminating|lease of the namespace/);
      } finally {
        await own.stop();
      }
    });
  });

  it('A clock of the API server that is ten minutes off does not disturb a transfer', async () => {
    day.connected.proxy.clock = 600;
    const other = await day.connected.connect();
    const climb = day.started(await Climb.to('full', other, day.policies, day.backend));
    const decisions = await climb.next(3);
    assert.ok(
      decisions.every(({ outcome }) => outcome !== 'hold' && outcome !== 'fallback'),
      JSON.stringify(decisions.map(({ outcome, why }) => [outcome, why])),
    );
    await sleep(1000 * INTERVAL);
    day.connected.proxy.clock = 0;
    const [after] = (await climb.next(2)).slice(-1);
    assert.ok(after.outcome !== 'fallback', after.why);
  });
});
