import assert from 'node:assert/strict';
import { Random } from '../../../src/cluster/random.ts';
import { loadSpecs, SpecCache } from '../../../src/spec/load.ts';
import { formatProblem } from '../../../src/spec/problem.ts';
import { mutate } from '../../fuzz/mutate.ts';
import * as sample from './samples.ts';

const { cluster, codesAtMarks, inFull, load, object, organization, role, scenario, shortly, training } = sample;

/** The model of documents without problems. */
function modelOf(...documents: string[]) {
  const result = load(...documents);
  assert.equal(inFull(result), '');
  return result.model;
}

describe('loading specifications', () => {
  it('The loader resolves units and fills in defaults', () => {
    const [{ services, ...rest }] = modelOf(cluster()).clusters;
    assert.deepEqual(services[1], {
      name: 'db',
      entryPoint: false,
      priority: 'normal',
      replicas: { min: 1, max: 3 },
      cpu: 500,
      memory: 512,
      emulator: { throughput: 150, startup: 60, queue: 500, requestSize: 2000 },
      calls: [],
    });
    assert.deepEqual(rest, {
      kind: 'Cluster',
      name: 'shop',
      origin: { file: 'spec.karma.yaml', line: 3 },
      namespace: 'shop',
      decisionInterval: 15,
      nodes: { cpu: 2000, memory: 4096 },
      metrics: { source: 'emulator' },
      objectives: {
        maxLatency: 0.5,
        weights: { success: 0.2, pods: 0.2, latency: 0.2, entryPoints: 0.2, traffic: 0.2 },
        cost: 0.1,
      },
      maxMove: 3,
    });
  });

  it('The loader reads Prometheus as the source of metrics', () => {
    const prometheus = `  metrics:
    source: prometheus
    prometheus: { service: 'monitoring/prometheus:9090', preset: chained-services, queries: { pending: sum(x) } }
`;
    assert.deepEqual(modelOf(cluster(prometheus)).clusters[0].metrics, {
      source: 'prometheus',
      service: 'monitoring/prometheus:9090',
      preset: 'chained-services',
      queries: { pending: 'sum(x)' },
    });
  });

  it('The loader lets roles inherit', () => {
    const base = object(
      'Role',
      'base',
      '  hardness: 40%\n  settings: { a: 1, b: 2m }\n  rules: [{ when: service.failed > settings.a, allow: { scale: [1] } }]\n',
    );
    const other = object('Role', 'other', '  otherwise: free\n  settings: { b: 5, c: 3 }\n');
    const child = object(
      'Role',
      'child',
      '  extends: [base, other]\n  bonus: 0.1\n  settings: { c: 4 }\n  rules: [{ when: service.pending > settings.b, services: [web], allow: { scale: [-1] } }]\n',
    );
    const [, , { origin, ...resolved }] = modelOf(base, other, child).roles;
    assert.equal(origin.line, 18);
    assert.deepEqual(resolved, {
      kind: 'Role',
      name: 'child',
      description: '',
      hardness: 1,
      bonus: 0.1,
      settings: { a: 1, b: 5, c: 4 },
      rules: [
        { when: 'service.failed > settings.a', scale: [1], services: [] },
        { when: 'service.pending > settings.b', scale: [-1], services: ['web'] },
      ],
      otherwise: 'free',
    });
  });

  it('The loader lets scenarios inherit', () => {
    const child = object(
      'Scenario',
      'storm',
      '  extends: day\n  duration: 30m\n  events: [{ at: 1m, crash: { service: db, pods: 1 } }]\n',
    );
    const grandchild = object(
      'Scenario',
      'flood',
      '  extends: storm\n  random: [{ burst: { factor: 2, entryPoints: [web] }, perHour: 3, for: [1m, 2m] }]\n',
    );
    const flood = modelOf(scenario, child, grandchild).scenarios[2];
    assert.equal(flood.duration, 1800);
    assert.deepEqual(flood.load, [{ entryPoint: 'web', profiles: [{ type: 'constant', rate: 0.6, relative: true }] }]);
    assert.deepEqual(flood.events, [{ type: 'crash', at: 60, lasts: 0, service: 'db', pods: 1 }]);
    assert.deepEqual(flood.random, [
      { type: 'burst', at: ['web'], perHour: [3, 3], lasts: [60, 120], size: [2, 2], data: [0, 0] },
    ]);
  });

  it('The loader reads every kind of load and event', () => {
    const text = object(
      'Scenario',
      'all',
      `  load:
    - entryPoint: web
      profiles:
        - { type: steps, steps: [{ at: 0s, rate: 10 }, { at: 10m, rate: 50 }] }
        - { type: sine, mean: 100, amplitude: 50, period: 20m }
        - { type: bursts, base: 40%, peak: 90%, every: 10m, lasts: 2m }
        - { type: file, path: x.csv, scale: 3 }
  events:
    - { at: 1m, for: 2m, attack: { entryPoint: web, rate: 4, data: 1 } }
    - { at: 1m, for: 2m, burst: { entryPoint: web, factor: 1.5 } }
    - { at: 1m, for: 2m, crashes: { service: db, probability: 20% } }
    - { at: 1m, for: 2m, contention: { service: db, factor: 0.5 } }
  random:
    - { crashes: { probability: [0.2, 0.5], services: [db] }, perHour: 1, for: [1m, 2m] }
    - { contention: { factor: [0.4, 0.7] }, perHour: [1, 2], for: [1m, 2m] }
`,
    );
    const [{ load: loads, events, random }] = modelOf(cluster(), text).scenarios;
    assert.deepEqual(loads[0].profiles, [
      {
        type: 'steps',
        relative: false,
        steps: [
          { at: 0, rate: 10 },
          { at: 600, rate: 50 },
        ],
      },
      { type: 'sine', relative: false, mean: 100, amplitude: 50, period: 1200 },
      { type: 'bursts', relative: true, base: 0.4, peak: 0.9, every: 600, lasts: 120 },
      { type: 'file', path: 'x.csv', scale: 3, speed: 1, smooth: 0 },
    ]);
    assert.deepEqual(events, [
      { type: 'attack', at: 60, lasts: 120, entryPoint: 'web', rate: 4, data: 1 },
      { type: 'burst', at: 60, lasts: 120, entryPoint: 'web', factor: 1.5 },
      { type: 'crashes', at: 60, lasts: 120, service: 'db', probability: 0.2 },
      { type: 'contention', at: 60, lasts: 120, service: 'db', factor: 0.5 },
    ]);
    assert.deepEqual(
      random.map(({ type, at, size }) => [type, at, size]),
      [
        ['crashes', ['db'], [0.2, 0.5]],
        ['contention', [], [0.4, 0.7]],
      ],
    );
  });

  it('The loader gives a training the fields of its preset and the discount that fits the decision interval', () => {
    const more =
      '  algorithm: { entropy: 0.02, learningRate: [0.001, 0.0001], maxGradient: { critic: 9 }, agents: single }\n  budget: { episode: 30m, steps: 5000 }\n  seeds: [7]\n';
    const [fast] = modelOf(cluster(), role, organization, scenario, training(more)).trainings;
    assert.deepEqual(fast.algorithm.entropy, [0.02, 0.02]);
    assert.deepEqual(fast.algorithm.learningRate, [0.001, 0.0001]);
    assert.deepEqual(fast.algorithm.maxGradient, { actor: 0.5, critic: 9 });
    assert.deepEqual(
      [fast.algorithm.agentMode, fast.algorithm.gamma, fast.algorithm.wideCritic],
      ['single', 0.95, true],
    );
    assert.deepEqual(fast.budget, { steps: 5000, episode: 1800, environments: 64, horizon: 32 });
    assert.deepEqual(fast.twin, { kind: 'calibrated', residual: { hidden: [128, 128, 128], learningRate: 0.001 } });
    const [slow] = modelOf(cluster('', '30s'), role, organization, scenario, training()).trainings;
    assert.equal(slow.algorithm.gamma, 0.9);
  });

  it('The loader fills in a transfer from its cluster', () => {
    const transfer = object(
      'Transfer',
      'go',
      '  training: first\n  target: { context: kind }\n  stages: [{ floor: { for: 1m } }, { canary: { services: [db], for: 2m, abortWhen: cluster.latency > 1 } }, { full: {} }]\n',
    );
    const [{ target, stages, limits, fallback }] = modelOf(
      cluster('  namespace: mall\n'),
      role,
      organization,
      scenario,
      training(),
      transfer,
    ).transfers;
    assert.deepEqual(target, { context: 'kind', namespace: 'mall' });
    assert.deepEqual(stages, [
      { stage: 'floor', lasts: 60, abortWhen: '' },
      { stage: 'canary', services: ['db'], lasts: 120, abortWhen: 'cluster.latency > 1' },
      { stage: 'full', abortWhen: '' },
    ]);
    assert.deepEqual(limits, { move: 3, podsPerDecision: 6 });
    assert.deepEqual(fallback, {
      when: ['drift', 'staleMetrics', 'objectiveBroken'],
      driftThreshold: 3,
      staleAfter: 60,
    });
  });

  it('The loader takes what an agent or group leaves out from the organization', () => {
    const text = object(
      'Organization',
      'team',
      `  cluster: shop
  structural: { groups: [{ name: all, roles: [{ role: grower }] }] }
  functional: { missions: [] }
  agents: [{ name: ann, role: grower, scope: [web] }, { name: bob, roles: [grower] }, { name: free }]
`,
    );
    const [team] = modelOf(cluster(), role, text).organizations;
    assert.deepEqual(team.groups[0].roles, [{ role: 'grower', min: 0, max: 3 }]);
    assert.deepEqual(
      team.agents.map(({ roles, scope }) => [roles, scope]),
      [
        [['grower'], ['web']],
        [['grower'], []],
        [[], []],
      ],
    );
  });

  it('The loader writes out aliases', () => {
    const text = object(
      'Role',
      'twice',
      '  rules:\n    - { when: &c service.failed > 0, allow: &a { scale: [1] } }\n    - { when: *c, allow: *a }\n',
    );
    assert.equal(modelOf(text).roles[0].rules[1].when, 'service.failed > 0');
  });

  it('The loader reports nothing about comments, empty documents and empty files', () => {
    assert.equal(inFull(load('', '# nothing\n', role, '\n')), '');
    assert.equal(inFull(load('')), '');
  });
});

describe('one mistake is one problem', () => {
  it('Other objects may still name an object that is broken', () => {
    const broken = role.replace('scale: [2, 1]', 'scale: «two');
    assert.deepEqual(codesAtMarks(cluster(), broken, organization), ['wrong-type']);
  });

  it('Where a document has lost its name, no reference to it is reported', () => {
    const unnamed = role.replace('name: grower', '«nam: grower');
    assert.deepEqual(codesAtMarks(cluster(), unnamed, organization), ['unknown-key']);
    assert.deepEqual(codesAtMarks(cluster(), role.replace('kind: Role', 'kind: «Rule'), organization), [
      'unknown-kind',
    ]);
    const files = [
      { path: 'a.karma.yaml', text: organization },
      { path: 'b.karma.yaml', text: cluster() },
      { path: 'c.karma.yaml', text: Uint8Array.of(0xff, 0xfe) },
    ];
    assert.deepEqual(
      loadSpecs(files)
        .problems.map(formatProblem)
        .map((line) => line.split(': ')[1]),
      ['error file-not-text'],
    );
  });

  it('Where a parent role is missing, an unknown setting is not reported', () => {
    const child = object(
      'Role',
      'child',
      '  extends: grwer\n  rules: [{ when: service.pending > settings.x, allow: { scale: [1] } }]\n',
    );
    assert.deepEqual(shortly(load(role, child)), ['13:12 unknown-reference']);
    const orphan = object('Scenario', 'orphan', '  extends: nothing\n');
    assert.deepEqual(shortly(load(orphan)), ['5:12 unknown-reference']);
  });

  it('A setting that leaves a window without length is an error, even if a role inherits the rule', () => {
    const rule = 'rules: [{ when: "mean(service.pending, «settings.w) > 1", allow: { scale: [1] } }]';
    for (const value of ['0', '-30', '0s'])
      assert.deepEqual(codesAtMarks(object('Role', 'x', `  settings: { w: ${value} }\n  ${rule}\n`)), ['cel-type']);
    const parent = object('Role', 'x', `  settings: { w: 30 }\n  ${rule.replace('«', '')}\n`);
    const child = object('Role', 'y', '  extends: x\n  settings: { w: «0 }\n');
    assert.deepEqual(codesAtMarks(parent, child), ['cel-type']);
  });

  it('A value of the wrong type is reported once, whatever else is wrong with it', () => {
    const text = object('Role', 'x', '  otherwise: 5\n  bonus: [1]\n  hardness: true\n  settings: 7\n');
    assert.deepEqual(shortly(load(text)), ['5:14 wrong-type', '6:10 wrong-type', '7:13 wrong-type', '8:13 wrong-type']);
  });

  it('Each wrong setting is a problem of its own, at its place', () => {
    const text = object('Role', 'x', '  otherwise: free\n  settings: { a: soon, b-c: 1, d: 30 s, e: .inf }\n');
    const result = load(text);
    assert.deepEqual(shortly(result), ['6:18 bad-unit', '6:24 invalid-name', '6:35 bad-unit', '6:44 bad-unit']);
    assert.equal(result.problems[2].fix!.edits[0].text, '30s');
  });
});

describe('further checks', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    [
      'calls twice',
      [cluster().replace('[{ service: db }]', '[{ service: db }, { service: «db }]')],
      ['repeated-entry'],
    ],
    ['no CPU', [cluster().replace('cpu: 0.5', 'cpu: «0m')], ['out-of-range']],
    ['too little memory', [cluster().replace('memory: 4Gi', 'memory: «700Mi')], ['nodes-too-small']],
    [
      'agent with role and roles',
      [cluster(), role, organization.replace('role: grower', 'role: grower, «roles: [grower]')],
      ['one-of'],
    ],
    [
      'blind agent',
      [cluster(), role, organization.replace('role: grower', 'role: grower, «observes: [web]')],
      ['scope-not-observed'],
    ],
    [
      'role twice in a group',
      [
        cluster(),
        role,
        organization.replace(
          '  agents',
          '  structural: { groups: [{ name: all, roles: [{ role: grower }, { role: «grower }] }] }\n  agents',
        ),
      ],
      ['repeated-entry'],
    ],
    [
      'link to itself',
      [
        cluster(),
        role,
        organization.replace(
          '  agents',
          '  structural: { groups: [{ name: all, roles: [{ role: grower }], links: [{ type: authority, from: grower, to: «grower }] }] }\n  agents',
        ),
      ],
      ['self-link'],
    ],
    [
      'duty of a role that nobody holds',
      [
        cluster(),
        role,
        object('Role', 'other', '  otherwise: free\n'),
        object('Mission', 'quick', '  goals: [{ name: fast, reward: -cluster.latency, range: [-1, 0] }]\n'),
        organization.replace(
          '  agents',
          '  functional: { missions: [quick] }\n  deontic: { permissions: [{ role: «other, mission: quick, timeConstraint: { from: «5m, to: 1m } }] }\n  agents',
        ),
      ],
      ['role-not-held', 'min-above-max'],
    ],
    [
      'rule about no service',
      [cluster(), role.replace('allow:', 'services: [«wbe]\n      allow:'), organization],
      ['unknown-reference'],
    ],
    [
      'load twice',
      [
        scenario.replace(
          '{ entryPoint: web',
          '{ entryPoint: web, profile: { type: constant, rate: 1 } }, { entryPoint: «web',
        ),
      ],
      ['repeated-entry'],
    ],
    [
      'no profile',
      [scenario.replace('{ entryPoint: web, profile: { type: constant, rate: 60% } }', '«{ entryPoint: web }')],
      ['one-of'],
    ],
    [
      'steps',
      [
        scenario.replace(
          '{ type: constant, rate: 60% }',
          '{ type: steps, steps: [{ at: «1m, rate: 1 }, { at: «1m, rate: 2 }, { at: 2m, rate: «3% }] }',
        ),
      ],
      ['steps-order', 'steps-order', 'mixed-units'],
    ],
    [
      'bursts',
      [
        scenario.replace(
          '{ type: constant, rate: 60% }',
          '{ type: bursts, base: «9, peak: 1, every: «0s, lasts: «0s }',
        ),
      ],
      ['min-above-max', 'out-of-range', 'out-of-range'],
    ],
    [
      'map of a record',
      [
        scenario.replace(
          '{ type: constant, rate: 60% }',
          '{ type: file, path: x.csv, map: { low: «2, high: «1, clip: 0.5 } }',
        ),
      ],
      ['min-above-max', 'min-above-max'],
    ],
    [
      'short split',
      [
        scenario.replace(
          '{ type: constant, rate: 60% }',
          '{ type: file, path: x.csv, speed: 2, split: { train: «[0h, 1h], choose: [2h, 9h], test: «[9h, 8h] } }',
        ),
      ],
      ['split-too-short', 'min-above-max'],
    ],
    [
      'crash that lasts',
      [`${scenario}  events: [{ at: 1m, «for: 1m, crash: { service: db, pods: 1 } }]\n`],
      ['unknown-key'],
    ],
    [
      'burst that does not',
      [`${scenario}  events: [«{ at: 1m, burst: { entryPoint: web, factor: 2 } }]\n`],
      ['missing-key'],
    ],
    [
      'event that is cut',
      [`${scenario}  events: [{ at: 59m, for: «2m, burst: { entryPoint: web, factor: 2 } }]\n`],
      ['event-cut-short'],
    ],
    [
      'random ranges',
      [`${scenario}  random: [{ crashes: { probability: «[0.5, 2] }, perHour: «[2, 1], for: «[0s, 1s] }]\n`],
      ['out-of-range', 'min-above-max', 'out-of-range'],
    ],
    [
      'entry point without load',
      [cluster().replace('- name: db', '- name: db\n      entryPoint: true'), scenario.replace('load', '«load')],
      ['entry-point-without-load'],
    ],
    [
      'odd episode',
      [cluster(), role, organization, scenario, training('  budget: { episode: «100s }\n')],
      ['episode-length'],
    ],
    [
      'small batch',
      [cluster(), role, organization, scenario, training('  «budget: { environments: 1, horizon: 2 }\n')],
      ['batch-too-small'],
    ],
    [
      'limits',
      [
        cluster(),
        role,
        organization,
        scenario,
        training(),
        object(
          'Transfer',
          'go',
          '  training: first\n  target: { context: kind }\n  stages: [{ full: {} }]\n  limits: { move: «4, podsPerDecision: 3 }\n  refresh: { twin: «0s }\n',
        ),
      ],
      ['limit-without-effect', 'limit-without-effect', 'out-of-range'],
    ],
    [
      'two stages in one',
      [
        object(
          'Transfer',
          'go',
          '  training: first\n  target: { context: kind }\n  stages: [«{ full: {}, shadow: { for: 1m } }]\n',
        ),
      ],
      ['one-of'],
    ],
    ['repeated names', [object('Role', 'x', '  extends: [a, b, «a]\n')], ['repeated-entry']],
    [
      'empty texts and lists',
      [object('Role', 'x', '  rules: [{ when: «"", allow: { scale: «[] } }]\n')],
      ['wrong-length', 'wrong-length'],
    ],
    ['long name', [object('Role', `«${'x'.repeat(64)}`, '  otherwise: free\n')], ['invalid-name']],
    [
      'service of Prometheus',
      [cluster('  metrics: { source: prometheus, prometheus: { service: «prometheus } }\n')],
      ['wrong-value'],
    ],
    ['nothing to search', [training('  search: { trials: 1, space: «{} }\n')], ['wrong-length']],
  ];
  for (const [name, documents, expected] of cases) {
    it(`The loader reports the expected problems in the case "${name}"`, () => {
      assert.deepEqual(codesAtMarks(...documents), expected);
    });
  }
});

describe('a cache', () => {
  it('A cache changes nothing but the time that a load takes', async () => {
    const files = await sample.sampleFiles();
    const random = new Random(11);
    const cache = new SpecCache();
    for (let i = 0; i < 60; i++) {
      const at = random.integer(0, files.length - 1);
      const changed = files.map((file, index) => (index === at ? { ...file, text: mutate(file.text, random) } : file));
      const [cached, fresh] = [loadSpecs(changed, { cache }), loadSpecs(changed)];
      assert.deepEqual(cached.problems, fresh.problems);
      assert.deepEqual(cached.model, fresh.model);
    }
  });

  it('Lists that stand below keys by mistake do not overflow the stack, however many', () => {
    const text = `x:\n${'  a: 1\n  - b\n'.repeat(9000)}y: 1\n`;
    const { problems } = loadSpecs([{ path: 'spec.karma.yaml', text }]);
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['yaml-too-deep'],
    );
  });
});
