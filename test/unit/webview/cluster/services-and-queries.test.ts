import assert from 'node:assert/strict';
import type { ClusterService, TestedQueries } from '../../../../webview/protocol/cluster.ts';
import { queriesAnnouncement, queryInWords } from '../../../../webview/cluster/query-sentences.ts';
import { chosen, isInTrouble } from '../../../../webview/cluster/service-choice.ts';
import { someNames, stageMeaning } from '../../../../webview/cluster/labels.ts';

const hpa = { minReplicas: 1, maxReplicas: 5, desired: 2, paused: false, originalMinimum: 1 };
const service = (name: string, changes: Partial<ClusterService> = {}): ClusterService => ({
  name,
  min: 1,
  max: 5,
  desired: 2,
  ready: 2,
  starting: 0,
  failed: 0,
  pending: 1,
  latency: 0.1,
  utilization: 0.5,
  hpa,
  controlledBy: 'hpa',
  ...changes,
});

describe('Services in the Cluster view', () => {
  it('A service is in trouble where something is missing or waits, or nobody acts', () => {
    const trouble = [
      service('a', { ready: 1 }),
      service('a', { failed: 1 }),
      service('a', { pending: 6 }),
      service('a', { controlledBy: 'nobody', hpa: { ...hpa, paused: true } }),
    ];
    const well = [
      service('a'),
      service('a', { controlledBy: 'nobody', hpa: null }),
      service('a', { desired: null, ready: null, failed: null, pending: null }),
    ];
    assert.deepEqual([...trouble, ...well].map(isInTrouble), [true, true, true, true, false, false, false]);
  });

  it('Services are found by a part of their name and by their trouble', () => {
    const all = [service('cart', { ready: 0 }), service('catalog'), service('users', { ready: 0 })];
    const names = (name: string, onlyInTrouble = false) =>
      chosen(all, { name, onlyInTrouble }).map((each) => each.name);
    assert.deepEqual(names(''), ['cart', 'catalog', 'users']);
    assert.deepEqual(names(' CA '), ['cart', 'catalog']);
    assert.deepEqual(names('ca', true), ['cart']);
    assert.deepEqual(names('x'), []);
  });

  it('Services are named one by one while they are few', () => {
    const names = Array.from({ length: 500 }, (_, i) => `s${i}`);
    assert.equal(someNames(names.slice(0, 7)), 's0, s1, s2, s3, s4, s5, s6');
    assert.equal(someNames(names), 's0, s1, s2, s3, s4, s5 and 494 more');
    assert.match(stageMeaning({ stage: 'full', services: names }), /s5 and 494 more, their HPAs are paused$/);
  });
});

type Query = TestedQueries['queries'][number];
type State = Query['services'][number]['state'];
const query = (states: Readonly<Record<string, State>>, problem = ''): Query => ({
  field: 'pending',
  unit: 'requests',
  about: 'requests waiting in the queue',
  query: 'sum(x)',
  problem,
  services: Object.entries(states).map(([name, state]) => ({
    service: name,
    value: state === 'ok' || state === 'stale' ? 1 : null,
    age: state === 'missing' ? null : state === 'stale' ? 300 : 3.4,
    state,
  })),
});
const tested = (...queries: Query[]): TestedQueries => ({
  prometheus: 'service monitoring/prometheus:9090',
  preset: '',
  queries,
  missing: [],
  complete: queries.every(({ services }) => services.every(({ state }) => state === 'ok')),
});

describe('Test of the metric queries', () => {
  it('The test of the queries says how many services each query covers, and what is wrong with the others', () => {
    assert.equal(queryInWords(query({ a: 'ok', b: 'ok' })), '2 services, at most 3 s old');
    assert.equal(
      queryInWords(query({ a: 'ok', b: 'missing', c: 'stale', d: 'NaN' })),
      '1 of 4 services; missing: b; not a number: d; stale: c',
    );
    assert.equal(
      queryInWords(query({ a: 'missing' }, 'Prometheus refused the query: parse error.')),
      'Prometheus refused the query: parse error.',
    );
  });

  it('The result of the test of the queries is announced when the test has ended', () => {
    assert.equal(queriesAnnouncement(tested(query({ a: 'ok' }))), 'All queries return recent values.');
    const missing = [{ field: 'latency', unit: 's', about: 'waiting' }];
    assert.match(
      queriesAnnouncement({ ...tested(query({ a: 'stale' })), missing }),
      /^Not complete: pending, latency\. Where something is missing or stale, the agents hold/,
    );
  });
});
