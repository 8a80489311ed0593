import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { exportMoise } from '../../../../src/language/exchange/export-moise.ts';
import { importMoise, type MoiseImport } from '../../../../src/language/exchange/import-moise.ts';
import { folderView, type FolderView } from '../../../../src/language/folder-view.ts';
import { readSpecFolder } from '../../../../src/spec/folder.ts';
import { loadSpecs } from '../../../../src/spec/load.ts';
import type { Model, Organization } from '../../../../src/spec/model.ts';
import { formatProblem } from '../../../../src/spec/problem.ts';

const EXAMPLE = readFileSync('test/data/moise-marl/example.json', 'utf8');
const CLUSTER = readFileSync('test/data/problem-examples/unused-role.karma.yaml', 'utf8').split('---\n')[0];

function viewOf(yaml: string): FolderView {
  const files = [{ path: 'a.karma.yaml', text: yaml }];
  return folderView(files, loadSpecs(files));
}

/** The organization with its roles and missions, without their places; the roles are in order of their names. */
function organizationOf(model: Model, name: string): object {
  const strip = <T extends { origin?: unknown }>(object: T): Omit<T, 'origin'> => {
    const rest = { ...object };
    delete rest.origin;
    return rest;
  };
  const organization = model.organizations.find((each) => each.name === name)!;
  const held = new Set([
    ...organization.agents.flatMap(({ roles }) => roles),
    ...organization.groups.flatMap(({ roles }) => roles.map(({ role }) => role)),
  ]);
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
  return {
    organization: strip(organization),
    roles: model.roles
      .filter((role) => held.has(role.name))
      .map(strip)
      .sort(byName),
    missions: organization.missions.map((mission) => strip(model.missions.find((each) => each.name === mission)!)),
  };
}

/** Loads an import beside a cluster, and asserts that it has no errors. */
function loaded(result: MoiseImport, cluster = CLUSTER): FolderView {
  const view = viewOf(`${cluster}---\n${result.yaml}`);
  assert.deepEqual(view.problems.filter(({ severity }) => severity === 'error').map(formatProblem), [], result.yaml);
  return view;
}

describe('an organization of MOISE+MARL', () => {
  const imported = importMoise(EXAMPLE, { name: 'example', cluster: 'shop' });
  const view = loaded(imported);
  const [organization] = view.model.organizations;

  it('An organization of MOISE+MARL becomes roles, missions and an organization', () => {
    assert.deepEqual(
      view.model.roles.map(({ name, hardness }) => [name, hardness]),
      [
        ['role-1', 1],
        ['role-2', 1],
        ['lead-role', 0],
      ],
    );
    assert.deepEqual(
      view.model.missions.map(({ name, goals }) => [name, goals.map((goal) => goal.name)]),
      [
        ['mission11', ['goal-1', 'goal-2']],
        ['mission2', ['goal-2']],
      ],
    );
    const { origin, ...rest } = organization;
    assert.ok(origin);
    assert.deepEqual(rest satisfies Omit<Organization, 'origin'>, {
      kind: 'Organization',
      name: 'example',
      cluster: 'shop',
      groups: [
        {
          name: 'group1',
          roles: [
            { role: 'role-1', min: 1, max: 1 },
            { role: 'role-2', min: 0, max: 3 },
          ],
          links: [{ type: 'acquaintance', from: 'role-1', to: 'role-2' }],
          compatibilities: [{ from: 'role-1', to: 'role-2' }],
        },
        { name: 'inner-group', roles: [{ role: 'lead-role', min: 0, max: 3 }], links: [], compatibilities: [] },
      ],
      missions: ['mission11', 'mission2'],
      obligations: [{ role: 'role-2', mission: 'mission2', timeConstraint: 'any' }],
      permissions: [{ role: 'role-1', mission: 'mission11', timeConstraint: 'any' }],
      agents: [
        { name: 'agent-2', roles: ['role-2'], observes: [], scope: [] },
        { name: 'agent-3', roles: ['lead-role'], observes: [], scope: [] },
        { name: 'agent-1', roles: ['role-1'], observes: [], scope: [] },
      ],
    });
  });

  it('The import reports names that do not exist, and parts that are kept but not executed, at their places', () => {
    const told = imported.problems.map(
      ({ severity, pointer, line, message }) => `${severity} ${line} ${pointer}: ${message}`,
    );
    const expected = [
      /^warning 16 \/structural_specifications\/role_inheritance_relations\/role_2\/1: There is no role 'role_0'/,
      /^warning \d+ .*\/intra_links\/1\/destination: There is no role 'role_9'/,
      /^warning \d+ .*\/goals_structure\/sub_plan\/sub_goals\/1\/goal: There is no goal 'goal_5'/,
      /^warning \d+ .*\/mission_to_goals\/mission11\/2: There is no goal 'goal_6'/,
      /^warning \d+ .*\/mission_preferences\/0\/over: There is no mission 'mission1'/,
      /^warning \d+ .*\/obligations\/1\/missions\/0: There is no mission 'mission1'/,
      /^warning \d+ .*\/goals\/goal_1\/pattern_rules\/\[#any,#any\]\(0,\*\)\[o1,a1\]\(1,1\): The pattern is not understood at character 17/,
      /^information 6 .*\/roles\/role_1\/pattern_rules\/\(o0,a0;o1\): The rule is about labels/,
      /^information 6 .*: A negative weight/,
      /^information 9 .*\/script_rules\/0: The Python rule role_1_func is kept and not executed/,
      /^information \d+ .*\/inter_links: inter_links have no place here/,
      /^information \d+ .*\/sub_group_cardinalities: /,
    ];
    for (const pattern of expected)
      assert.ok(
        told.some((line) => pattern.test(line)),
        `${pattern}\n${told.join('\n')}`,
      );
    assert.match(imported.yaml, /^# Not executed here: the Python rule role_1_func$/m);
    assert.match(imported.yaml, /^# Not rewarded here: goal_1, o1,a1 -> 0\.5$/m);
    assert.doesNotMatch(imported.yaml, /def role_1_func/);
  });

  it('The export has everything that was imported', () => {
    const original = JSON.parse(EXAMPLE) as Record<string, Record<string, Record<string, unknown>>>;
    const out = exportMoise(view, 'example', original) as typeof original;
    assert.equal(out.written_by as unknown, 'hand');
    assert.deepEqual(out.structural_specifications.roles, original.structural_specifications.roles);
    assert.deepEqual(out.functional_specifications.goals, original.functional_specifications.goals);
    assert.deepEqual(
      out.functional_specifications.mission_preferences,
      original.functional_specifications.mission_preferences,
    );
    const scheme = (from: typeof original) =>
      (from.functional_specifications.social_scheme.scheme1 ?? {}) as Record<string, unknown>;
    assert.deepEqual(scheme(out).goals_structure, scheme(original).goals_structure);
    const group = out.structural_specifications.root_groups.group1 as Record<string, unknown>;
    assert.equal(group.color, '#336699');
    assert.deepEqual(Object.keys(group.sub_groups as object), ['inner_group']);
    assert.equal((group.inter_links as unknown[]).length, 1);
  });

  it('The model is the same after import, export and import', () => {
    const out = JSON.stringify(exportMoise(view, 'example', JSON.parse(EXAMPLE)), null, 2);
    const again = loaded(importMoise(out, { name: 'other', cluster: 'other' }));
    assert.deepEqual(organizationOf(again.model, 'example'), organizationOf(view.model, 'example'));
    const third = JSON.stringify(exportMoise(again, 'example', JSON.parse(out)), null, 2);
    assert.equal(third, out);
  });
});

describe('export of the samples, and import', () => {
  for (const [folder, names] of [
    ['examples/chained-services', ['resilience-team', 'published-team']],
    ['test/data/five-services', ['pair']],
  ] as const)
    for (const name of names)
      it(`The organization ${name} of ${folder} is the same after export and import`, async () => {
        const result = await readSpecFolder(folder);
        const out = JSON.stringify(exportMoise(folderView(result.files, result), name), null, 2);
        const { organization, yaml, problems } = importMoise(out, { name: 'x', cluster: 'x' });
        assert.equal(organization, name);
        assert.deepEqual(problems, []);
        const cluster = result.files
          .map(({ text }) => (typeof text === 'string' ? text : new TextDecoder().decode(text)))
          .flatMap((text) => text.split('---\n'))
          .find((text) => /^kind: Cluster$/m.test(text))!;
        const again = loaded({ organization, yaml, problems }, cluster);
        assert.deepEqual(organizationOf(again.model, name), organizationOf(result.model, name));
        // Without our extension it is still an organization of MOISE+MARL.
        const plain = JSON.parse(out) as Record<string, unknown>;
        delete plain['karma-mas'];
        const bare = importMoise(JSON.stringify(plain), { name: 'bare', cluster: 'shop' });
        const kept = viewOf(bare.yaml).model.organizations[0];
        const before = result.model.organizations.find((each) => each.name === name)!;
        assert.deepEqual(
          kept.groups.map((group) => group.roles.map(({ role }) => role)),
          before.groups.map((group) => group.roles.map(({ role }) => role)),
        );
        assert.deepEqual(kept.obligations, before.obligations);
      });

  it('The export of an unknown organization is undefined', async () => {
    const result = await readSpecFolder('test/data/five-services');
    assert.equal(exportMoise(folderView(result.files, result), 'nobody'), undefined);
  });
});

/** Random organizations of our language on the cluster `shop`, as YAML. */
const organization = fc
  .record({
    roles: fc.array(
      fc.record({
        name: fc.constantFrom('grow', 'shrink', 'wait', 'role-1', 'a--b'),
        hardness: fc.constantFrom(undefined, 0, 0.5, '40%', 1),
        bonus: fc.constantFrom(undefined, 0.1),
        otherwise: fc.constantFrom(undefined, 'hold', 'free'),
        settings: fc.constantFrom({}, { pending: 5, window: '30s' }, { share: '40%' }),
        scales: fc.array(fc.constantFrom([1], [1, 2], [-1], [-3, 3]), { minLength: 1, maxLength: 3 }),
        services: fc.constantFrom([], ['db'], ['web', 'db']),
        parent: fc.nat(4),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    missions: fc.array(
      fc.record({
        name: fc.constantFrom('fast', 'small'),
        goals: fc.array(
          fc.record({ name: fc.constantFrom('g', 'h'), weight: fc.constantFrom(0, 0.5), high: fc.constantFrom(1, 2) }),
          {
            minLength: 1,
            maxLength: 2,
          },
        ),
      }),
      { maxLength: 2 },
    ),
    grouped: fc.boolean(),
    links: fc.array(fc.tuple(fc.constantFrom('acquaintance', 'authority', 'communication'), fc.nat(3), fc.nat(3)), {
      maxLength: 3,
    }),
    duties: fc.array(
      fc.tuple(fc.boolean(), fc.nat(3), fc.nat(1), fc.constantFrom(undefined, { from: '0s', to: '5m' })),
      { maxLength: 4 },
    ),
    free: fc.boolean(),
  })
  .map(({ roles, missions, grouped, links, duties, free }) => {
    const unique = <T extends { name: string }>(all: readonly T[]): T[] =>
      all.filter(({ name }, at) => all.findIndex((other) => other.name === name) === at);
    const held = unique(roles);
    const wanted = unique(missions).map((mission) => ({ ...mission, goals: unique(mission.goals) }));
    const head = 'apiVersion: karma-mas.dev/v1alpha1\n';
    const documents = held.map(({ name, hardness, bonus, otherwise, settings, scales, services, parent }, at) => {
      const spec = {
        description: `The role ${name}.`,
        ...(parent < at && { extends: held[parent].name }),
        ...(hardness !== undefined && { hardness }),
        ...(bonus !== undefined && { bonus }),
        ...(otherwise !== undefined && { otherwise }),
        settings,
        rules: scales.map((scale, i) => ({
          when: `service.pending > ${'pending' in settings ? 'settings.pending' : i}`,
          ...(services.length > 0 && { services }),
          allow: { scale },
        })),
      };
      return `${head}kind: Role\nmetadata: { name: ${name} }\nspec: ${JSON.stringify(spec)}\n`;
    });
    for (const { name, goals } of wanted) {
      const spec = {
        goals: goals.map((goal) => ({
          name: goal.name,
          reward: '-cluster.latency',
          range: [-goal.high, 0],
          weight: goal.weight,
        })),
      };
      documents.push(`${head}kind: Mission\nmetadata: { name: ${name} }\nspec: ${JSON.stringify(spec)}\n`);
    }
    const role = (index: number): string => held[index % held.length].name;
    const seen = new Set<string>();
    const duty = (obliged: boolean) =>
      duties.flatMap(([must, r, m, timeConstraint]) => {
        if (must !== obliged || wanted.length === 0) return [];
        const entry = { role: role(r), mission: wanted[m % wanted.length].name };
        if (seen.has(JSON.stringify(entry))) return [];
        seen.add(JSON.stringify(entry));
        return [{ ...entry, ...(timeConstraint && { timeConstraint }) }];
      });
    const spec = {
      cluster: 'shop',
      structural: {
        groups: grouped
          ? [
              {
                name: 'all',
                roles: held.map(({ name }, i) => ({ role: name, cardinality: i % 2 === 0 ? { min: 1, max: 1 } : {} })),
                links: links
                  .map(([type, a, b]) => ({ type, from: role(a), to: role(b) }))
                  .filter(({ from, to }) => from !== to),
              },
            ]
          : [],
      },
      functional: { missions: wanted.map(({ name }) => name) },
      deontic: { obligations: duty(true), permissions: duty(false) },
      agents: [
        ...held.map(({ name }, i) => ({
          name: `agent-${i}`,
          role: name,
          ...(i === 1 && { observes: ['web', 'db'], scope: ['web'] }),
        })),
        ...(free ? [{ name: 'free' }] : []),
      ],
    };
    documents.push(`${head}kind: Organization\nmetadata: { name: team }\nspec: ${JSON.stringify(spec)}\n`);
    return `${CLUSTER}---\n${documents.join('---\n')}`;
  });

describe('any organization', () => {
  it('Any organization is the same model after export and import', () => {
    let checked = 0;
    fc.assert(
      fc.property(organization, (yaml) => {
        const view = viewOf(yaml);
        const errors = view.problems.filter(({ severity }) => severity === 'error');
        assert.deepEqual(errors.map(formatProblem), [], yaml);
        const out = JSON.stringify(exportMoise(view, 'team'));
        const { yaml: written, problems } = importMoise(out, { name: 'x', cluster: 'x' });
        assert.deepEqual(problems, [], out);
        const again = loaded({ organization: 'team', yaml: written, problems });
        assert.deepEqual(organizationOf(again.model, 'team'), organizationOf(view.model, 'team'));
        assert.equal(JSON.stringify(exportMoise(again, 'team', JSON.parse(out))), out);
        checked++;
      }),
      { numRuns: 150 },
    );
    assert.ok(checked >= 150);
  });
});

describe('import of anything', () => {
  it('The import never throws, and what it writes can be read', () => {
    const values: fc.Arbitrary<unknown> = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('role_1', '__proto__', 'constructor', '*', -1, null, []),
    );
    const source = JSON.parse(EXAMPLE) as unknown;
    const paths: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]): void => {
      paths.push(path);
      if (typeof value === 'object' && value !== null)
        for (const [key, part] of Object.entries(value))
          walk(part, [...path, Array.isArray(value) ? Number(key) : key]);
    };
    walk(source, []);
    fc.assert(
      fc.property(fc.nat(paths.length - 1), values, (index, replacement) => {
        const copy = { root: structuredClone(source) } as Record<string | number, unknown>;
        let here = copy;
        const path = ['root', ...paths[index]];
        for (const step of path.slice(0, -1)) here = here[step] as Record<string | number, unknown>;
        here[path.at(-1)!] = replacement;
        const result = importMoise(JSON.stringify(copy.root) ?? 'null', { name: 'any thing', cluster: 'shop' });
        for (const { line, column, message } of result.problems) {
          assert.ok(line >= 1 && column >= 1);
          assert.match(message, /[.?]$/);
        }
        if (result.yaml === '') return;
        const view = viewOf(`${CLUSTER}---\n${result.yaml}`);
        // Any problem comes from the organization and not from the way it is written.
        const shapes = view.problems.filter(({ code }) =>
          /^(yaml|unknown-key|wrong|missing|bad-unit|invalid-name|one-of|duplicate)/.test(code),
        );
        assert.deepEqual(shapes.map(formatProblem), [], result.yaml);
        exportMoise(view, result.organization, copy.root);
      }),
      { numRuns: 1500 },
    );
  });

  it('The import gives the place where a text is not JSON', () => {
    const { yaml, problems } = importMoise('{\n  "a": 1,\n  b: 2\n}', { name: 'x', cluster: 'y' });
    assert.equal(yaml, '');
    assert.deepEqual(
      problems.map(({ severity, line }) => [severity, line]),
      [['error', 3]],
    );
    assert.equal(importMoise('[]', { name: 'x', cluster: 'y' }).problems[0].severity, 'error');
    assert.equal(importMoise('', { name: 'x', cluster: 'y' }).problems[0].severity, 'error');
  });
});
