import assert from 'node:assert/strict';
import { HistoryRing } from '../../../src/cluster/history.ts';
import type { Observation } from '../../../src/spec/observation.ts';

const showing = (value: number) => ({
  observe(into: Observation): void {
    into.service.received.fill(value);
    into.cluster.latency.fill(value);
  },
});

describe('The history of observations', () => {
  it('The history gives the newest entry first, and the oldest that it keeps for anything earlier', () => {
    const ring = new HistoryRing(2, 3, 15, 45);
    for (let value = 1; value <= 6; value++) ring.push(showing(value));
    const seen = [0, 1, 2, 3, 4, 100].map((ago) => ring.at(ago).service.received[0]);
    assert.deepEqual(seen, [6, 5, 4, 3, 3, 3]);
    assert.equal(ring.interval, 15);
  });

  it('The history fills the past of one environment and leaves the others', () => {
    const ring = new HistoryRing(2, 2, 15, 30);
    for (let value = 1; value <= 3; value++) ring.push(showing(value));
    const now = ring.at(0);
    now.service.received.set([9, 9], 2);
    now.cluster.latency[1] = 9;
    ring.fill(1);
    for (const ago of [0, 1, 2]) {
      assert.deepEqual([...ring.at(ago).service.received], [3 - ago, 3 - ago, 9, 9]);
      assert.deepEqual([...ring.at(ago).cluster.latency], [3 - ago, 9]);
    }
  });

  it('A restored history goes on as if nothing had happened', () => {
    const ring = new HistoryRing(1, 1, 30, 60);
    for (let value = 1; value <= 5; value++) ring.push(showing(value));
    const other = new HistoryRing(1, 1, 30, 60);
    other.restore(ring.save());
    for (const each of [ring, other]) each.push(showing(6));
    for (const ago of [0, 1, 2]) assert.equal(other.at(ago).service.received[0], ring.at(ago).service.received[0]);
    assert.throws(() => new HistoryRing(2, 1, 30, 60).restore(ring.save()), RangeError);
  });

  it('A history of no length keeps the present alone', () => {
    const ring = new HistoryRing(1, 1, 15, 0);
    ring.push(showing(1));
    ring.push(showing(2));
    assert.equal(ring.at(1).service.received[0], 2);
  });
});
