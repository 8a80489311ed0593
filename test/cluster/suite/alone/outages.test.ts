/** Parts of the cluster fail during a transfer: what the transfer does, and that the HPAs come back. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { useBadDay } from '../../support/bad-day.ts';
import type { Climb } from '../../support/climb.ts';
import { end, goOn, standStill } from '../../support/components.ts';
import { eventually } from '../../support/kubectl.ts';

/** Seconds. */
const API_OUTAGE = 60;
const ETCD_OUTAGE = 25;

describe('a transfer while a part of the cluster fails', () => {
  const day = useBadDay('outages');

  const goesOnOrHasGivenBack = (climb: Climb): Promise<boolean> =>
    eventually(
      'it goes on, or has given back',
      () => {
        const { outcome } = climb.decisions().at(-1)!;
        if (outcome === 'fallback' || climb.hasFallenBack()) return day.connected.namespace.isAsFound(day.found);
        return outcome !== 'hold';
      },
      () => `${climb.lastDecisions()}\nHPAs still paused: ${day.connected.namespace.paused().join(', ')}`,
    );

  it(`The transfer continues or restores the HPAs after the API server was killed and gone for ${API_OUTAGE} s`, async () => {
    const full = await day.startIn('full');
    const startAgain = await end('kube-apiserver');
    await sleep(1000 * API_OUTAGE);
    await startAgain();
    await goesOnOrHasGivenBack(full);
  });

  it('The transfer scales nothing while etcd is suspended, and then continues or restores the HPAs', async () => {
    const full = await day.startIn('full');
    day.connected.proxy.requests.length = 0;
    standStill('etcd');
    try {
      await sleep(1000 * ETCD_OUTAGE);
      assert.deepEqual(day.connected.proxy.scalingChanges(), []);
    } finally {
      goOn('etcd');
    }
    await goesOnOrHasGivenBack(full);
  });

  it('The transfer scales nothing and the HPAs take over while Prometheus is suspended', async () => {
    const full = await day.startIn('full');
    day.connected.proxy.requests.length = 0;
    standStill('prometheus');
    try {
      assert.equal((await full.result).ended, 'fallback');
    } finally {
      goOn('prometheus');
    }
    assert.ok(!day.connected.proxy.scalingChanges().some(({ resource }) => resource === 'deployments/scale'));
  });
});
