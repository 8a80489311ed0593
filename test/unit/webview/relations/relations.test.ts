import assert from 'node:assert/strict';
import fc from 'fast-check';
import { check } from '../../../../webview/protocol/check.ts';
import { VIEWS } from '../../../../webview/protocol/messages.ts';
import type { Relation, RelationsMessage } from '../../../../webview/protocol/relations.ts';
import {
  anySignificant,
  edgesOf,
  isDeclared,
  overWindows,
  proposalFor,
  windowAt,
  type Edge,
} from '../../../../webview/relations/edges.ts';
import { dashesOf, layOut, middleOf, pathOf, pointsOf, widthOf } from '../../../../webview/relations/layout.ts';
import { KINDS, restore } from '../../../../webview/relations/state.ts';
import { pairLabel, pLabel, spoken, windowLabel } from '../../../../webview/relations/labels.ts';

const relation = (
  kind: Relation['kind'],
  from: string,
  to: string,
  strength: number,
  significant = false,
): Relation => ({
  kind,
  from,
  to,
  strength,
  p: significant ? 0.0033 : 0.5,
  significant,
});
const message: RelationsMessage = {
  directory: '/run',
  organization: 'team',
  notes: [],
  alpha: 0.01,
  minimumStrength: 0.05,
  agents: ['a', 'b', 'c'].map((name) => ({ name, roles: [`role-${name}`] })),
  windows: [
    {
      from: 0,
      to: 300,
      relations: [
        relation('authority', 'a', 'b', 0.4, true),
        relation('authority', 'b', 'a', 0.001),
        relation('communication', 'a', 'c', 0.03),
      ],
    },
    {
      from: 300,
      to: 600,
      relations: [relation('authority', 'a', 'b', 0.1), relation('acquaintance', 'b', 'c', 0.6, true)],
    },
  ],
  declared: [
    { kind: 'communication', from: 'c', to: 'a' },
    { kind: 'authority', from: 'b', to: 'a' },
  ],
  proposed: [{ id: 'p', kind: 'authority', from: 'a', to: 'b' }],
};
const ALL = restore({});
const said = (edges: readonly Edge[]): string[] =>
  edges.map((edge) => `${edge.declared ? 'declared ' : ''}${edge.kind} ${edge.from} ${edge.to}`);

describe('Relations view', () => {
  it('The Relations view shows the relations of a window, the strongest last, with declared links beside them', () => {
    assert.deepEqual(said(edgesOf(message, ALL)), [
      'communication a c',
      'authority a b',
      'declared communication c a',
      'declared authority b a',
    ]);
    const [, , link, none] = edgesOf(message, ALL);
    // What was measured of a declared link stands with it, also the other way round where there is no direction.
    assert.equal(link.strength, 0.03);
    assert.equal(none.strength, 0.001);
    assert.deepEqual(said(edgesOf(message, { ...ALL, window: 1, declared: false })), [
      'authority a b',
      'acquaintance b c',
    ]);
    assert.deepEqual(said(edgesOf(message, { ...ALL, window: 9, declared: false, faint: false })), [
      'acquaintance b c',
    ]);
    assert.deepEqual(said(edgesOf(message, { ...ALL, hidden: ['authority', 'communication'] })), []);
  });

  it('A relation has one key in every window', () => {
    const [first] = edgesOf(message, { ...ALL, declared: false, hidden: ['communication'] });
    const [again] = edgesOf(message, { ...ALL, window: 1, declared: false });
    assert.equal(first.key, again.key);
    assert.deepEqual(
      overWindows(message, first).map(({ strength, significant }) => [strength, significant]),
      [
        [0.4, true],
        [0.1, false],
      ],
    );
  });

  it('The Relations view knows what is declared, and which proposal adds a relation', () => {
    const [together, leads] = edgesOf(message, { ...ALL, declared: false });
    assert.equal(isDeclared(message, together), true);
    assert.equal(isDeclared(message, leads), false);
    const proposals = [{ id: 'p', kind: 'relation' as const, name: '', why: '', yaml: '', known: '' }];
    assert.equal(proposalFor(message, proposals, leads)?.id, 'p');
    assert.equal(proposalFor(message, [], leads), undefined);
    assert.equal(proposalFor(message, proposals, together), undefined);
    assert.equal(proposalFor(message, proposals, { ...leads, from: 'b', to: 'a' }), undefined);
  });

  it('The Relations view knows whether anything is significant in any window, and has no window where there is none', () => {
    assert.equal(anySignificant(message), true);
    assert.equal(anySignificant({ ...message, windows: [] }), false);
    assert.equal(windowAt({ ...message, windows: [] }, 0), undefined);
    assert.deepEqual(said(edgesOf({ ...message, windows: [] }, ALL)).length, 2);
  });

  it('A relation is described in one line', () => {
    const [together, leads, link] = edgesOf(message, ALL);
    assert.equal(pairLabel(leads), 'a → b');
    assert.equal(pairLabel(together), 'a – c');
    assert.equal(spoken(leads), 'authority, a → b: strength 0.40, p = 0.0033, significant');
    assert.match(spoken(link), /^communication, c – a: declared; strength 0\.03, p = 0\.5, not significant$/);
    assert.equal(pLabel(undefined), '–');
    assert.equal(windowLabel({ from: 0, to: 300 }), '0 s – 5:00');
  });

  it('The graph of relations keeps agents apart and puts curves between the same agents side by side', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 14 }),
        fc.array(fc.record({ kind: fc.constantFrom(...KINDS), from: fc.nat(13), to: fc.nat(13) }), { maxLength: 30 }),
        (count, links) => {
          const agents = Array.from({ length: count }, (_, i) => ({
            name: `agent-${i}`,
            roles: [`a-role-with-a-name-${i}`],
          }));
          const edges = links.map(({ kind, from, to }, i): Edge => ({
            key: String(i),
            kind,
            from: `agent-${from}`,
            to: `agent-${to}`,
            directed: kind === 'authority',
            declared: i % 3 === 0,
            strength: 0.5,
            p: 0.5,
            significant: false,
          }));
          const layout = layOut(agents, edges);
          for (const [i, a] of layout.agents.entries()) {
            assert.ok(
              a.x - a.width / 2 >= 0 &&
                a.x + a.width / 2 <= layout.width &&
                a.y - a.height / 2 >= 0 &&
                a.y + a.height / 2 <= layout.height,
            );
            for (const b of layout.agents.slice(i + 1))
              assert.ok(
                Math.abs(a.x - b.x) >= a.width || Math.abs(a.y - b.y) >= a.height,
                `${a.name} lies on ${b.name} of ${count}`,
              );
          }
          const known = edges.filter(
            ({ from, to }) =>
              from !== to && agents.some(({ name }) => name === from) && agents.some(({ name }) => name === to),
          );
          assert.equal(layout.edges.length, known.length);
          const middles = layout.edges.map((edge) => middleOf(edge));
          for (const [i, one] of layout.edges.entries())
            for (const [j, other] of layout.edges.entries()) {
              const same =
                [one.edge.from, one.edge.to].sort().join() === [other.edge.from, other.edge.to].sort().join();
              if (i < j && same)
                assert.ok(Math.hypot(middles[i][0] - middles[j][0], middles[i][1] - middles[j][1]) > 4);
            }
        },
      ),
    );
  });

  it('The graph of relations draws stronger relations wider and tells kinds apart by dashes', () => {
    const edge = { kind: 'communication', declared: false } as const;
    assert.ok(widthOf({ strength: 0.5, declared: false }) > widthOf({ strength: 0.1, declared: false }));
    assert.ok(widthOf({ strength: undefined, declared: false }) > 0);
    assert.equal(widthOf({ strength: 1, declared: true }), widthOf({ strength: 0, declared: true }));
    assert.equal(new Set(KINDS.map((kind) => JSON.stringify(dashesOf({ ...edge, kind }, 3)))).size, KINDS.length);
    assert.deepEqual(dashesOf({ ...edge, declared: true }, 3), []);
    const [placed] = layOut(message.agents, edgesOf(message, ALL)).edges;
    assert.match(pathOf(placed), /^M [-\d. ]+ Q [-\d. ]+$/);
    const points = pointsOf(placed);
    assert.deepEqual([points[0], points.at(-1)], [placed.from, placed.to]);
  });

  it('The Relations view accepts what the host sends', () => {
    assert.equal(typeof check(VIEWS.relations.toView, { type: 'relations', data: message }), 'object');
    const wrong = {
      ...message,
      windows: [{ from: 0, to: 1, relations: [{ ...message.windows[0].relations[0], kind: 'love' }] }],
    };
    assert.match(String(check(VIEWS.relations.toView, { type: 'relations', data: wrong })), /kind is not one of/);
  });

  it('The Relations view accepts the state that any version kept', () => {
    assert.deepEqual(restore({}), {
      directory: '',
      window: 0,
      hidden: [],
      declared: true,
      faint: true,
      asTable: false,
      selected: '',
    });
    const odd = restore({ window: -1, hidden: ['love', 'authority'], declared: false, faint: 'x', selected: 4 });
    assert.deepEqual(
      [odd.window, odd.hidden, odd.declared, odd.faint, odd.selected],
      [0, ['authority'], false, true, ''],
    );
  });
});
