import assert from 'node:assert/strict';
import type {
  AgentAlignment,
  ComparisonFigure,
  InferredRule,
  RolesMessage,
  StateBound,
} from '../../../../webview/protocol/roles.ts';
import { check } from '../../../../webview/protocol/check.ts';
import { checkToHost, VIEWS } from '../../../../webview/protocol/messages.ts';
import {
  alignmentCsv,
  comparisonCsv,
  confusionCsv,
  goalsCsv,
  rolesCsv,
  satisfactionCsv,
} from '../../../../webview/roles/csv.ts';
import {
  boundInWords,
  boundOnRange,
  confusion,
  ruleInWords,
  trend,
  uncovered,
} from '../../../../webview/roles/figures.ts';
import { restore } from '../../../../webview/roles/state.ts';
import { toggled } from '../../../../webview/shared/toggled.ts';

const quality = { samples: 1200, baseRate: 0.1, allows: 0.2, precision: 0.5, recall: 0.9 };
const rule: InferredRule = {
  direction: 'up',
  when: 'service.pending > 5',
  scale: [1, 2],
  services: ['b'],
  fitted: quality,
  heldOut: { ...quality, precision: 0.4 },
};
const bound: StateBound = {
  field: 'b.pending',
  unit: 'requests',
  atMost: 12,
  inside: 0.95,
  outside: 0.2,
  visited: [0, 48],
};
const agent = (name: string, roles: readonly string[], more: Partial<AgentAlignment> = {}): AgentAlignment => ({
  agent: name,
  roles,
  steps: 100,
  activeSteps: 25,
  ...more,
});

const message: RolesMessage = {
  directory: '/run',
  organization: 'team',
  episodes: 12,
  seeds: [1, 2],
  notes: [],
  silhouette: 0.4,
  purity: 0.9,
  groups: [
    {
      group: 0,
      sequences: 10,
      roles: [
        { role: 'grower', sequences: 8 },
        { role: 'medic', sequences: 2 },
      ],
      role: 'grower',
      variant: false,
    },
    { group: 1, sequences: 4, roles: [{ role: 'a + b', sequences: 4 }], role: 'a + b', variant: true },
    { group: 2, sequences: 2, roles: [{ role: 'no role', sequences: 2 }], variant: false },
  ],
  agents: [
    agent('m', ['medic'], { alignment: 1, freeAlignment: 0.5, freeMoveAlignment: 0.25 }),
    agent('g', ['grower']),
    agent('two', ['a', 'b']),
    agent('none', [], { steps: 0, activeSteps: 0 }),
  ],
  roles: [
    {
      name: 'inferred-1',
      group: 0,
      sequences: 10,
      matches: 'grower',
      rules: [rule, { ...rule, direction: 'down', scale: [-1], services: [] }],
      allowsTaken: 0.9,
      allowsAll: 0.1,
    },
    { name: 'inferred-2', group: 1, sequences: 4, rules: [] },
  ],
  goals: [
    {
      name: 'calm',
      probability: 0.6,
      description: '',
      bounds: [bound],
      satisfiedWhen: 'true',
      inside: 0.9,
      outside: 0.1,
    },
  ],
  satisfaction: [
    { goal: 'm/short', overall: 0.8, scenarios: [{ scenario: 'ddos', share: 0.7 }] },
    { goal: 'm/fast', scenarios: [{ scenario: 'ddos' }, { scenario: 'mixed', share: 1 }] },
  ],
  fit: { structural: 0.4 },
};

describe('Roles and Goals view', () => {
  it('The table of groups and declared roles has its columns in the order of the agents', () => {
    const { columns, rows } = confusion(message);
    assert.deepEqual(columns, ['medic', 'grower', 'a + b', 'no role']);
    assert.deepEqual(
      rows.map(({ label, counts, match, variant }) => [label, counts, match, variant]),
      [
        ['inferred-1', [2, 8, 0, 0], 1, false],
        ['inferred-2', [0, 0, 4, 0], 2, true],
        ['group 3', [0, 0, 0, 2], -1, false],
      ],
    );
    for (const { counts, sequences } of rows)
      assert.equal(
        counts.reduce((sum, count) => sum + count, 0),
        sequences,
      );
  });

  it('The Roles and Goals view says what the rules of a role do not cover', () => {
    assert.deepEqual(uncovered(message.agents[0]), { moves: 0.75, steps: 0.75 });
    assert.deepEqual(uncovered(message.agents[3]), { moves: undefined, steps: undefined });
  });

  it('Rules and bounds are described in words', () => {
    assert.equal(ruleInWords(rule), 'Scale b up by 1 or 2');
    assert.equal(
      ruleInWords({ ...rule, direction: 'down', scale: [-3, -1, -2], services: [] }),
      'Scale any service down by 1, 2 or 3',
    );
    assert.equal(boundInWords(bound), 'at most 12 requests');
    assert.equal(boundInWords({ ...bound, atLeast: 2 }), '2 to 12 requests');
    assert.equal(boundInWords({ ...bound, atLeast: 12 }), '12 requests');
    const open: StateBound = { field: 'x', unit: 'share', atLeast: 0.5, inside: 1, outside: 0, visited: [0, 1] };
    assert.equal(boundInWords(open), 'at least 0.5');
  });

  it('A bound is drawn on the range of the visited values', () => {
    assert.deepEqual(boundOnRange(bound), { from: 0, to: 0.25 });
    assert.deepEqual(boundOnRange({ ...bound, atLeast: -5, atMost: 100 }), { from: 0, to: 1 });
    assert.deepEqual(boundOnRange({ ...bound, atLeast: 24, atMost: 36 }), { from: 0.5, to: 0.75 });
    assert.deepEqual(boundOnRange({ ...bound, visited: [3, 3] }), { from: 0, to: 1 });
  });

  it('Each figure is judged by which direction is better, as far as its digits show', () => {
    const of = (what: ComparisonFigure['what'], before: number | null, after: number | null) =>
      trend({ what, before, after });
    assert.equal(of('objective', 0.8, 0.81), 'better');
    assert.equal(of('objective', 0.81, 0.8), 'worse');
    assert.equal(of('objective', 0.81234, 0.81231), 'same');
    assert.equal(of('proposals', 3, 0), 'better');
    assert.equal(of('stability', null, 0.9), 'same');
  });

  it('The Roles and Goals view exports every table', () => {
    assert.deepEqual(confusionCsv(message).split('\r\n').slice(0, 2), [
      'group,sequences,matches,medic,grower,a + b,no role',
      'inferred-1,10,grower,2,8,0,0',
    ]);
    assert.match(alignmentCsv(message), /^m,medic,100,1,0\.5,0\.75,0\.75$/m);
    assert.equal(rolesCsv(message).trimEnd().split('\r\n').length, 5);
    assert.match(
      rolesCsv(message),
      /^inferred-1,10,grower,up,1 2,b,service\.pending > 5,held out,1200,0\.4,0\.9,0\.2,0\.1$/m,
    );
    assert.match(goalsCsv(message), /^calm,0\.6,b\.pending,requests,,12,0\.95,0\.2,0,48$/m);
    assert.deepEqual(satisfactionCsv(message).trimEnd().split('\r\n'), [
      'goal,all,ddos,mixed',
      'm/short,0.8,0.7,',
      'm/fast,,,1',
    ]);
    const figures = [{ what: 'objective', before: 0.5, after: null }] as const;
    assert.match(comparisonCsv({ directory: '', before: '', isThere: true, figures }), /^J,0\.5,$/m);
  });

  it('The Roles and Goals view accepts what the host sends and refuses anything else', () => {
    assert.equal(typeof check(VIEWS.roles.toView, { type: 'roles', data: message }), 'object');
    assert.match(
      String(check(VIEWS.roles.toView, { type: 'roles', data: { ...message, goals: [{ name: 4 }] } })),
      /goals\[0\]\.name/,
    );
    assert.equal(typeof checkToHost('roles', { type: 'accept', data: { id: 'x' } }), 'object');
    assert.match(String(checkToHost('roles', { type: 'open', data: { what: 'anything' } })), /not one of/);
  });

  it('The Roles and Goals view accepts the state that any version kept', () => {
    assert.deepEqual(restore({}), { directory: '', open: [] });
    assert.deepEqual(restore({ directory: 4, open: ['a', 4] }), { directory: '', open: ['a'] });
    assert.deepEqual(toggled(['a'], 'a'), []);
    assert.deepEqual(toggled(['a'], 'b'), ['a', 'b']);
  });
});
