import assert from 'node:assert/strict';
import fc from 'fast-check';
import { organizationGraph } from '../../../../src/language/organization-graph.ts';
import { readSpecFolder } from '../../../../src/spec/folder.ts';
import { layOut, type Box } from '../../../../webview/organization/layout.ts';
import { panned, restore, WHOLE, zoomed } from '../../../../webview/organization/state.ts';
import type { Graph } from '../../../../webview/protocol/organization.ts';

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const inside = (inner: Box, outer: Box): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

function assertReadable(graph: Graph): void {
  const { width, height, nodes, frames, edges } = layOut(graph);
  const whole = { x: 0, y: 0, width, height };
  const shown = graph.nodes.filter(({ kind }) => kind !== 'service' && kind !== 'group');
  assert.deepEqual(new Set(nodes.map(({ node }) => node.id)), new Set(shown.map(({ id }) => id)));
  for (const box of [...nodes, ...frames]) assert.ok(inside(box, whole), `${box.node.id} is on the drawing`);
  for (const [i, a] of nodes.entries())
    for (const b of nodes.slice(i + 1)) assert.ok(!overlap(a, b), `${a.node.id} lies on ${b.node.id}`);
  for (const [i, a] of frames.entries())
    for (const b of frames.slice(i + 1)) assert.ok(!overlap(a, b), `${a.node.id} lies on ${b.node.id}`);
  for (const { path, x, y } of edges) {
    assert.match(path, /^M [\d. -]+ C [\d. -]+$/);
    assert.ok(Number.isFinite(x) && Number.isFinite(y));
  }
}

const graphs: fc.Arbitrary<Graph> = fc
  .record({
    groups: fc.nat({ max: 3 }),
    roles: fc.nat({ max: 7 }),
    agents: fc.nat({ max: 7 }),
    missions: fc.nat({ max: 4 }),
    picks: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
  })
  .map(({ groups, roles, agents, missions, picks }) => {
    let next = 0;
    const some = (kind: Graph['nodes'][number]['kind'], count: number) =>
      Array.from({ length: count }, (_, i) => ({
        id: `${kind} ${i}`,
        kind,
        name: `${kind}-${'x'.repeat(picks[i] % 20)}`,
      }));
    const parts = {
      group: some('group', groups),
      role: some('role', roles),
      agent: some('agent', agents),
      mission: some('mission', missions),
    };
    const edge = (kind: Graph['edges'][number]['kind'], from: keyof typeof parts, to: keyof typeof parts) => {
      const [a, b] = [parts[from], parts[to]].map((all) => all[picks[next++ % picks.length] % Math.max(1, all.length)]);
      return a && b ? [{ kind, from: a.id, to: b.id }] : [];
    };
    return {
      name: 'team',
      cluster: 'shop',
      nodes: [...parts.group, ...parts.role, ...parts.agent, ...parts.mission, ...some('service', 2)],
      edges: Array.from({ length: 6 }, () => [
        ...edge('member', 'group', 'role'),
        ...edge('authority', 'role', 'role'),
        ...edge('holds', 'agent', 'role'),
        ...edge('obligation', 'role', 'mission'),
      ]).flat(),
    };
  });

describe('Drawing of an organization', () => {
  for (const name of ['resilience-team', 'published-team'])
    it(`The drawing shows all of ${name}, with roles in the frame of their group, the same every time`, async () => {
      const { model } = await readSpecFolder('examples/chained-services');
      const graph = organizationGraph(model, name, { parentsOf: () => [] }) as Graph;
      assertReadable(graph);
      const layout = layOut(graph);
      assert.deepEqual(layOut(graph), layout);
      for (const { kind, from, to } of graph.edges.filter((each) => each.kind === 'member')) {
        const frame = layout.frames.find(({ node }) => node.id === from)!;
        assert.ok(
          inside(
            layout.nodes.find(({ node }) => node.id === to)!,
            frame,
          ),
          `${kind} ${to} in ${from}`,
        );
      }
    });

  it('The drawing of any organization is readable: nothing overlaps and nothing lies outside', () => {
    fc.assert(fc.property(graphs, assertReadable));
  });

  it('The drawing of an empty organization is empty', () => {
    const { nodes, edges } = layOut({ name: 'none', cluster: '', nodes: [], edges: [] });
    assert.deepEqual([nodes, edges], [[], []]);
  });
});

describe('State of the Organization view', () => {
  it('The Organization view keeps what was looked at and leaves out what makes no sense', () => {
    const state = {
      key: 'team',
      tab: 'playground',
      asTable: true,
      camera: { zoom: 2, x: 0.1, y: 0 },
      tried: null,
    } as const;
    assert.deepEqual(restore(JSON.parse(JSON.stringify(state)) as typeof state), state);
    const broken = { key: 5, tab: 'other', camera: { zoom: 'big' }, tried: { key: 'team', state: { now: null } } };
    assert.deepEqual(restore(broken as never), { key: '', tab: 'graph', asTable: false, camera: WHOLE, tried: null });
  });

  it('The drawing stays in sight, however one zooms and pans', () => {
    const far = panned(zoomed(WHOLE, 1e6), 99, -99);
    assert.deepEqual(far, { zoom: 8, x: 0.5, y: -0.5 });
    assert.equal(zoomed(far, 1e-9).zoom, 0.5);
  });
});
