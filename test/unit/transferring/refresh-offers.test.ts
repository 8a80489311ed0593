import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { steer, takeSteering } from '../../../src/runs/steering.ts';
import { RefreshOffers } from '../../../src/transferring/refresh-offers.ts';

describe('The offers of a running transfer', () => {
  const refresh = { traces: 300, twin: 3600, policies: 86_400 };

  it('A running transfer offers a new twin each interval if there are new traces to fit it to', () => {
    const offers = new RefreshOffers(refresh);
    const at = (time: number, transitions: number) => offers.due(1e9 + time, transitions).map(({ what }) => what);
    assert.deepEqual(at(0, 0), []);
    assert.deepEqual(at(3599, 100), []);
    assert.deepEqual(at(3600, 100), ['twin']);
    assert.deepEqual(at(3630, 101), [], 'once');
    assert.deepEqual(at(7200, 110), [], 'ten new ones tell nothing');
    assert.deepEqual(at(7500, 120), ['twin']);
  });

  it('A running transfer offers new policies each interval, as a job that a person starts', () => {
    const offers = new RefreshOffers(refresh);
    offers.due(0, 0);
    const due = offers.due(86_400, 5000);
    assert.deepEqual(
      due.map(({ what, job }) => [what, job]),
      [
        ['twin', 'fit'],
        ['policies', 'train'],
      ],
    );
    assert.match(due[0].why, /5000 new transitions/);
    assert.deepEqual(offers.due(86_430, 5001), []);
  });
});

describe('Steering a transfer from outside', () => {
  it('A steered transfer holds until it gets another order, and promotes once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'karma-steering-'));
    try {
      assert.equal(takeSteering(folder), 'goOn');
      steer(folder, 'hold');
      assert.deepEqual([takeSteering(folder), takeSteering(folder)], ['hold', 'hold']);
      steer(folder, 'promote');
      assert.deepEqual([takeSteering(folder), takeSteering(folder)], ['promote', 'goOn']);
      writeFileSync(join(folder, 'steering'), 'nonsense');
      assert.equal(takeSteering(folder), 'goOn');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
