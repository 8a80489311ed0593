import assert from 'node:assert/strict';
import { csv } from '../../../../webview/shared/csv.ts';
import { errorsCsv, fanCsv } from '../../../../webview/twin-report/csv.ts';
import { fanSummary } from '../../../../webview/twin-report/fan-data.ts';
import { ownerOf, metricLabel } from '../../../../webview/twin-report/metrics.ts';
import { restore } from '../../../../webview/twin-report/state.ts';

describe('Twin Report view', () => {
  const fan = { recorded: [1, 2, 9], middle: [1, 3, 5], low: [0, 2, 4], high: [2, 4, 6] };

  it('The Twin Report exports tables that other programs read, without formulas', () => {
    assert.equal(
      csv([
        ['a,b', 'say "x"', undefined, 0.5],
        ['=1+1', '-x', -1],
      ]),
      '"a,b","say ""x""",,0.5\r\n\'=1+1,\'-x,-1\r\n',
    );
    assert.equal(fanCsv(15, fan).split('\r\n')[3], '45,9,5,4,6');
    const error = { count: 3, mae: 1, rmse: 2, bias: 0, persistence: 4 };
    const horizons = [{ intervals: 1, seconds: 15, metrics: [{ name: 'objective', error }] }];
    assert.equal(
      errorsCsv('twin', { heldOut: 3, origins: 3, ratio: 1, horizons, fan: null }).split('\r\n')[1],
      'twin,objective,1,15,3,1,2,0,,4',
    );
  });

  it('The Twin Report says how well a fan holds the record', () =>
    assert.equal(
      fanSummary(fan),
      'In 67 % of the intervals the record is inside the range; mean absolute error 1.667.',
    ));

  it('The Twin Report names metrics, also those that it does not know', () => {
    assert.deepEqual([ownerOf('objective'), ownerOf('cluster.latency'), ownerOf('a.b.ready')], ['', 'cluster', 'a.b']);
    assert.deepEqual(metricLabel('a.ready'), { label: 'Ready pods', unit: 'pods' });
    assert.deepEqual(metricLabel('a.karma'), { label: 'karma', unit: '' });
    assert.deepEqual(metricLabel('toString'), { label: 'toString', unit: '' });
  });

  it('The Twin Report accepts the state that an older version kept', () => {
    const plain = { directory: '', model: 'twin', fansOf: '', tables: [], open: [], range: null };
    for (const kept of [{}, { tables: 'x', open: [1], model: 'mlp', range: { from: 2, to: 1 }, directory: 7 }])
      assert.deepEqual(restore(kept as object), plain);
    const kept = { ...plain, directory: '/r', model: 'network', tables: ['objective'], range: { from: 0, to: 60 } };
    assert.deepEqual(restore(kept as Parameters<typeof restore>[0]), kept);
  });
});
