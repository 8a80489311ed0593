import assert from 'node:assert/strict';
import { organizationGraph } from '../../../src/language/organization-graph.ts';
import { readSpecFolder } from '../../../src/spec/folder.ts';
import type { Model } from '../../../src/spec/model.ts';

describe('the graph of an organization', () => {
  let model: Model;
  before(async () => {
    model = (await readSpecFolder('examples/chained-services')).model;
  });

  it('The graph has groups, roles, missions, agents and services, and what joins them', () => {
    const graph = organizationGraph(model, 'resilience-team')!;
    assert.equal(graph.cluster, 'chained-services');
    const names = (kind: string) => graph.nodes.filter((node) => node.kind === kind).map(({ name }) => name);
    assert.deepEqual(names('group'), ['resilience']);
    assert.deepEqual(names('agent'), ['relief', 'shield', 'medic', 'steward']);
    assert.deepEqual(names('mission'), ['clear-queues']);
    assert.deepEqual(names('service'), ['a', 'b', 'c', 'd']);
    const of = (kind: string) => graph.edges.filter((edge) => edge.kind === kind);
    assert.deepEqual(of('authority'), [
      { kind: 'authority', from: 'role/failure-manager', to: 'role/resource-manager' },
    ]);
    assert.deepEqual(of('obligation'), [
      { kind: 'obligation', from: 'role/bottleneck-manager', to: 'mission/clear-queues' },
    ]);
    assert.deepEqual(of('member')[0], {
      kind: 'member',
      from: 'group/resilience',
      to: 'role/bottleneck-manager',
      min: 1,
      max: 1,
    });
    assert.equal(of('holds').length, 4);
    assert.equal(of('observes').length, 16);
    assert.equal(of('moves').length, 16);
    const ids = graph.nodes.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    for (const { from, to } of graph.edges) assert.ok(ids.includes(from) && ids.includes(to), `${from} ${to}`);
  });

  it('The graph has the known parents of roles, and the parents of those', () => {
    const parents: Record<string, string[]> = {
      'failure-manager': ['published-failure-manager', 'nobody'],
      'published-failure-manager': ['published-ddos-manager'],
    };
    const graph = organizationGraph(model, 'resilience-team', { parentsOf: (role) => parents[role] ?? [] })!;
    assert.deepEqual(
      graph.edges.filter(({ kind }) => kind === 'extends').map(({ from, to }) => `${from} ${to}`),
      [
        'role/failure-manager role/published-failure-manager',
        'role/published-failure-manager role/published-ddos-manager',
      ],
    );
  });

  it('The graph of an unknown organization is undefined', () =>
    assert.equal(organizationGraph(model, 'nobody'), undefined));
});
