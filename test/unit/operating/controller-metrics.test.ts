import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { ControllerMetrics } from '../../../src/operating/controller/controller-metrics.ts';
import { startProbes } from '../../../src/operating/controller/probes.ts';
import { MetricRegistry } from '../../../src/operating/controller/prometheus-text.ts';
import type { DecisionRecord } from '../../../src/transferring/audit.ts';

const decision = (changes: Partial<DecisionRecord> = {}): DecisionRecord => ({
  type: 'decision',
  decision: 1,
  time: 0,
  stage: 'canary',
  state: {},
  agents: [],
  current: { a: 2 },
  proposed: { a: 3 },
  limited: { a: 3 },
  caps: [],
  outcome: 'applied',
  why: '',
  drift: 0.5,
  oldestMetric: 12,
  hpa: {},
  hpas: {},
  objective: 0.8,
  ...changes,
});

describe('The metrics of the controller', () => {
  it('The metrics of the controller are text that Prometheus reads', () => {
    const registry = new MetricRegistry();
    registry.declare('requests_total', 'counter', 'Requests.');
    registry.declare('seconds', 'histogram', 'Seconds.', [0.1, 1]);
    registry.add('requests_total', { path: 'a "quoted"\\\nline' });
    registry.add('requests_total', { path: 'b' }, 2);
    for (const value of [0.05, 0.5, 5]) registry.observe('seconds', value);
    assert.equal(
      registry.text(),
      [
        '# HELP requests_total Requests.',
        '# TYPE requests_total counter',
        'requests_total{path="a \\"quoted\\"\\\\\\nline"} 1',
        'requests_total{path="b"} 2',
        '# HELP seconds Seconds.',
        '# TYPE seconds histogram',
        'seconds_bucket{le="0.1"} 1',
        'seconds_bucket{le="1"} 2',
        'seconds_bucket{le="+Inf"} 3',
        'seconds_sum 5.55',
        'seconds_count 3',
        '',
      ].join('\n'),
    );
    assert.throws(() => registry.add('unknown'), /was not declared/);
  });

  it('The metrics of the controller have decisions, holds, writes, fallbacks, drift, time and the leader', () => {
    const metrics = new ControllerMetrics();
    assert.match(metrics.text(), /^karma_mas_leader 0$/m);
    metrics.lease({ event: 'held' });
    metrics.record(decision(), 0.02);
    metrics.record(decision({ outcome: 'hold', drift: NaN }), 0.2);
    const write = {
      type: 'write',
      time: 0,
      stage: 'canary',
      context: '',
      server: '',
      namespace: '',
      message: '',
    } as const;
    metrics.record({ ...write, write: { type: 'scale' }, dryRun: false, result: 'accepted' }, 0);
    metrics.record({ ...write, write: { type: 'scale' }, dryRun: true, result: 'accepted' }, 0);
    metrics.record({ type: 'stage', time: 0, stage: 'fallback', why: 'drift', ended: 'fallback' }, 0);
    metrics.lease({ event: 'restored', services: ['a', 'b'] });
    metrics.offer({ what: 'twin', job: 'fit', why: '' });
    const text = metrics.text();
    for (const line of [
      'karma_mas_leader 1',
      'karma_mas_stage{stage="fallback"} 1',
      'karma_mas_decisions_total{stage="canary",outcome="applied"} 1',
      'karma_mas_holds_total 1',
      'karma_mas_writes_total{type="scale",result="accepted"} 1',
      'karma_mas_fallbacks_total{ended="fallback"} 1',
      'karma_mas_drift NaN',
      'karma_mas_decision_seconds_count 2',
      'karma_mas_decision_seconds_bucket{le="0.03"} 1',
      'karma_mas_restored_hpas_total 2',
      'karma_mas_replicas{service="a",of="agents"} 3',
      'karma_mas_refresh_due{what="twin"} 1',
      'karma_mas_refresh_due{what="policies"} 0',
    ])
      assert.ok(text.split('\n').includes(line), `${line} is not in\n${text}`);
    metrics.lease({ event: 'lost', holder: 'other' });
    assert.match(metrics.text(), /^karma_mas_leader 0$/m);
    assert.doesNotMatch(metrics.text(), /^karma_mas_stage\{/m);
  });

  it('The metrics of the controller are served beside the probes', async () => {
    let problem = '';
    const server = await startProbes({
      port: 0,
      health: () => problem,
      readiness: () => 'not yet',
      metrics: () => 'x 1\n',
    });
    const { port } = server.address() as AddressInfo;
    const get = async (path: string, method = 'GET') => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method });
      return [response.status, await response.text()];
    };
    try {
      assert.deepEqual(await get('/healthz'), [200, 'ok\n']);
      problem = 'no sign of life';
      assert.deepEqual(await get('/healthz'), [503, 'no sign of life\n']);
      assert.deepEqual(await get('/readyz'), [503, 'not yet\n']);
      assert.deepEqual(await get('/metrics?x=1'), [200, 'x 1\n']);
      assert.equal((await get('/'))[0], 404);
      assert.equal((await get('/metrics', 'POST'))[0], 405);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
