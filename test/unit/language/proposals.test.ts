/** Tests proposals of an analysis as edits of the sample and of specifications that are written in other ways. */
import assert from 'node:assert/strict';
import { addProposal, alreadyThere } from '../../../src/language/proposals/add-proposal.ts';
import type { Placement, Proposal } from '../../../src/language/proposals/proposal.ts';
import { readSnippet } from '../../../src/language/proposals/snippets.ts';
import { diagnose } from '../../../src/language/diagnostics/diagnose.ts';
import type { FolderView } from '../../../src/language/folder-view.ts';
import type { SpecFile } from '../../../src/spec/load.ts';
import { applyAll, filesOf, SAMPLE, viewOf } from './cases.ts';

const HEAD = 'apiVersion: karma-mas.dev/v1alpha1\n';
const role: Proposal = {
  kind: 'role',
  name: 'inferred-1',
  yaml: `${HEAD}kind: Role
metadata:
  name: inferred-1
spec:
  description: Inferred from 24 action sequences.
  rules:
    # scale up: precision 91 %
    - when: service.pending > 12
      services: [b]
      allow:
        scale: [1, 2]
  otherwise: hold
`,
  agents: ['relief'],
  replaces: 'bottleneck-manager',
};
const goal: Proposal = {
  kind: 'goal',
  name: 'inferred-1',
  yaml: `# pending of b at most 12 requests
name: inferred-1
reward: "(services.exists(s, s.name == 'b' && s.pending <= 12)) ? 1 : 0"
range: [0, 1]
weight: 0
satisfiedWhen: services.exists(s, s.name == 'b' && s.pending <= 12)`,
};
const relation: Proposal = {
  kind: 'relation',
  name: 'authority ddos-manager -> bottleneck-manager',
  yaml: '{ type: authority, from: ddos-manager, to: bottleneck-manager } # strength .31, p .003',
  link: { type: 'authority', from: 'ddos-manager', to: 'bottleneck-manager', group: 'resilience' },
};
const TEAM: Placement = { organization: 'resilience-team' };
const ORGANIZATION = 'organization.karma.yaml';
const sample = filesOf(SAMPLE);

const seriousOf = (view: FolderView): string[] =>
  [...view.problems, ...diagnose(view)]
    .filter(({ severity }) => severity === 'error' || severity === 'warning')
    .map(({ file, code, message }) => `${file} ${code} ${message}`);

const textOf = (files: readonly SpecFile[], path: string): string =>
  String(files.find((file) => file.path === path)!.text);

/** The files of a folder with one of them changed. */
function changed(path: string, change: (text: string) => string): SpecFile[] {
  return sample.map((file) => (file.path === path ? { path, text: change(String(file.text)) } : file));
}

/** Accepts a proposal; the text stays as sound as before, and every line stays unless the test says that it changes. */
function accept(proposal: Proposal, placement: Placement = TEAM, files: readonly SpecFile[] = sample) {
  const before = viewOf(files);
  const found = addProposal(before, proposal, placement);
  assert.ok('edits' in found, 'refused' in found ? found.refused : '');
  const after = applyAll(files, found.edits);
  const view = viewOf(after);
  const known = seriousOf(before);
  assert.deepEqual(
    seriousOf(view).filter((each) => !known.includes(each)),
    [],
  );
  for (const { path, text } of files) {
    const comments = String(text).match(/#.*$/gm) ?? [];
    for (const comment of comments) assert.ok(textOf(after, path).includes(comment), `${path} lost ${comment}`);
  }
  return { name: found.name, files: after, view };
}

function refusal(proposal: Proposal, placement: Placement = TEAM, files: readonly SpecFile[] = sample): string {
  const found = addProposal(viewOf(files), proposal, placement);
  assert.ok('refused' in found);
  return found.refused;
}

const team = (view: FolderView) => view.model.organizations.find(({ name }) => name === TEAM.organization)!;

describe('an inferred role', () => {
  it('An inferred role becomes a document after the role that it resembles, with its comments', () => {
    const { name, files, view } = accept(role);
    assert.equal(name, 'inferred-1');
    const text = textOf(files, 'roles.karma.yaml');
    assert.ok(text.includes('    # scale up: precision 91 %\n    - when: service.pending > 12\n'));
    assert.deepEqual(
      view.model.roles.filter(({ origin }) => origin.file === 'roles.karma.yaml').map((each) => each.name),
      ['bottleneck-manager', 'inferred-1', 'ddos-manager', 'failure-manager', 'resource-manager'],
    );
    assert.equal(textOf(files, ORGANIZATION), textOf(sample, ORGANIZATION));
  });

  it('An inferred role gets another name if its own is taken', () => {
    const first = accept(role);
    const other = { ...role, yaml: role.yaml.replace('> 12', '> 20') };
    const { name, view } = accept(other, TEAM, first.files);
    assert.equal(name, 'inferred-1-2');
    assert.ok(view.model.roles.some((each) => each.name === 'inferred-1-2'));
  });

  it('An inferred role is not added twice, whatever its name is now', () => {
    const { files } = accept(role);
    const renamed = files.map(({ path, text }) => ({
      path,
      text: String(text).replace('name: inferred-1', 'name: b-guard'),
    }));
    assert.match(refusal(role, TEAM, renamed), /already: b-guard/);
    assert.equal(alreadyThere(viewOf(renamed), role, TEAM.organization), 'b-guard');
    assert.equal(alreadyThere(viewOf(sample), role, TEAM.organization), undefined);
  });

  it('The agents of an inferred role take the links and duties of the old role with them', () => {
    const { view, files } = accept(role, { ...TEAM, agents: ['relief'] });
    const { agents, groups, obligations } = team(view);
    assert.deepEqual(
      agents.map(({ roles }) => roles),
      [['inferred-1'], ['ddos-manager'], ['failure-manager'], ['resource-manager']],
    );
    const [{ roles, links }] = groups;
    assert.deepEqual(
      roles.map(({ role: each, min, max }) => [each, min, max]),
      [
        ['bottleneck-manager', 0, 1],
        ['ddos-manager', 1, 1],
        ['failure-manager', 1, 1],
        ['resource-manager', 1, 1],
        ['inferred-1', 1, 1],
      ],
    );
    assert.deepEqual(
      links.map(({ type, from, to }) => [type, from, to]),
      [
        ['authority', 'failure-manager', 'resource-manager'],
        ['communication', 'inferred-1', 'ddos-manager'],
      ],
    );
    assert.deepEqual(
      obligations.map((each) => each.role),
      ['inferred-1'],
    );
    assert.deepEqual(
      diagnose(view).filter(({ code }) => code === 'unused-role'),
      [],
    );
    assert.ok(textOf(files, ORGANIZATION).includes('links:\n'));
  });

  it('An inferred role is added beside the old one if other agents keep that one', () => {
    const files = changed(ORGANIZATION, (text) =>
      text
        .replace(
          'bottleneck-manager, cardinality: { min: 1, max: 1 }',
          'bottleneck-manager, cardinality: { min: 2, max: 2 }',
        )
        .replace('  agents:\n', '  agents:\n    - name: second # helps\n      role: bottleneck-manager\n'),
    );
    const { view } = accept(role, { ...TEAM, agents: ['relief'] }, files);
    const { agents, groups, obligations } = team(view);
    assert.deepEqual(agents[0].roles, ['bottleneck-manager']);
    assert.deepEqual(agents[1].roles, ['inferred-1']);
    assert.equal(groups[0].roles[0].min, 1);
    assert.deepEqual(
      groups[0].links.map(({ from }) => from),
      ['failure-manager', 'bottleneck-manager', 'inferred-1'],
    );
    assert.deepEqual(
      obligations.map((each) => each.role),
      ['bottleneck-manager', 'inferred-1'],
    );
  });

  it('An inferred role that replaces several roles leaves no link from a role to itself', () => {
    const any: Proposal = { kind: 'role', name: role.name, yaml: role.yaml };
    const { view } = accept(any, { ...TEAM, agents: ['relief', 'shield'] });
    const { agents, groups } = team(view);
    assert.deepEqual(
      agents.map(({ roles }) => roles[0]),
      ['inferred-1', 'inferred-1', 'failure-manager', 'resource-manager'],
    );
    assert.deepEqual([groups[0].roles.at(-1)!.min, groups[0].roles.at(-1)!.max], [2, 2]);
  });

  it('An inferred role is refused for an organization with errors, but can still be added as a document', () => {
    const files = changed(ORGANIZATION, (text) => text.replace('cluster: chained-services', 'cluster: 4'));
    assert.match(refusal(role, { ...TEAM, agents: ['relief'] }, files), /correct it/);
    accept(role, TEAM, files);
  });

  it('An inferred role is refused if its text is not a role', () => {
    assert.match(refusal({ ...role, yaml: 'a: [' }), /cannot be read/);
    assert.match(refusal({ ...role, yaml: role.yaml.replace('service.pending', 'service.nonsense') }), /nonsense/);
  });
});

describe('an inferred goal', () => {
  it('An inferred goal goes into the first mission of the organization, or into the one that is named', () => {
    const { files, view } = accept(goal);
    const mission = view.model.missions.find(({ name }) => name === 'clear-queues')!;
    assert.deepEqual(
      mission.goals.map(({ name, weight }) => [name, weight]),
      [
        ['short-queues', 0],
        ['inferred-1', 0],
      ],
    );
    assert.ok(
      textOf(files, 'missions.karma.yaml').includes(
        '    # pending of b at most 12 requests\n    - name: inferred-1\n      reward:',
      ),
    );
    const other = accept(goal, { organization: 'published-team', mission: 'stay-reachable' });
    assert.ok(
      other.view.model.missions
        .find(({ name }) => name === 'stay-reachable')!
        .goals.some(({ name }) => name === 'inferred-1'),
    );
    assert.match(refusal(goal, { ...TEAM, mission: 'stay-reachable' }), /no mission stay-reachable/);
  });

  it('An inferred goal gets another name if its own is taken, and is not added twice', () => {
    const { files } = accept(goal, { organization: 'published-team', mission: 'stay-reachable' });
    const other = { ...goal, yaml: goal.yaml.replaceAll('12', '20') };
    assert.equal(accept(other, { organization: 'published-team' }, files).name, 'inferred-1-2');
    assert.match(refusal(goal, { organization: 'published-team' }, files), /already: inferred-1 \(stay-reachable\)/);
  });

  it('An inferred goal is written in brackets if its neighbors are', () => {
    const files = changed('missions.karma.yaml', (text) => {
      const [, ...others] = text.split('---\n');
      return [
        `${HEAD}kind: Mission\nmetadata: { name: clear-queues }\nspec: { goals: [{ name: g, reward: "1.0", range: [0, 1] }] } # short\n`,
        ...others,
      ].join('---\n');
    });
    const { view } = accept(goal, TEAM, files);
    const [, added] = view.model.missions.find(({ name }) => name === 'clear-queues')!.goals;
    assert.equal(added.name, 'inferred-1');
    assert.equal(added.weight, 0);
  });

  it('An inferred goal becomes a mission of its own if the organization has none', () => {
    const mission = `${HEAD}kind: Mission\nmetadata: { name: inferred-goals }\nspec:\n  goals:\n    - name: inferred-1\n      reward: -cluster.latency\n      range: [-1, 0]\n      weight: 0\n`;
    for (const functional of ['  functional: { missions: [] }\n', '  functional:\n', '']) {
      const files = changed(ORGANIZATION, (text) => text.replace(/ {2}functional:[^]*(?= {2}agents:)/, functional));
      const { view } = accept({ ...goal, mission }, TEAM, files);
      assert.deepEqual(team(view).missions, ['inferred-goals'], functional);
      assert.match(refusal(goal, TEAM, files), /add one first/);
    }
  });
});

describe('an inferred relation', () => {
  it('An inferred relation becomes a link of its group, with its comment', () => {
    const { files, view } = accept(relation);
    assert.ok(
      textOf(files, ORGANIZATION).includes(
        '          - { type: authority, from: ddos-manager, to: bottleneck-manager } # strength .31, p .003\n',
      ),
    );
    assert.equal(team(view).groups[0].links.length, 3);
    assert.match(refusal(relation, TEAM, files), /already: resilience/);
  });

  it('An inferred relation has no direction unless it is authority', () => {
    const back: Proposal = {
      ...relation,
      link: { type: 'communication', from: 'ddos-manager', to: 'bottleneck-manager', group: 'resilience' },
    };
    assert.match(refusal(back), /already/);
  });

  it('An inferred relation adds the list of links if there is none', () => {
    const without = (links: string) =>
      changed(ORGANIZATION, (text) => text.replace(/ {8}links:\n(?: {10}-.*\n)+/, links));
    for (const links of ['', '        links: [] # none yet\n']) {
      const { view } = accept(relation, TEAM, without(links));
      assert.equal(team(view).groups[0].links.length, 1, links);
    }
  });

  it('An inferred relation is refused if it would close a circle of authority', () => {
    const circle: Proposal = {
      ...relation,
      yaml: '{ type: authority, from: resource-manager, to: failure-manager }',
      link: { type: 'authority', from: 'resource-manager', to: 'failure-manager', group: 'resilience' },
    };
    assert.match(refusal(circle), /authority over one another in a circle/);
  });

  it('An inferred relation is refused if a role has left the group', () => {
    const gone: Proposal = { ...relation, link: { ...relation.link!, from: 'gone' } };
    assert.match(refusal(gone), /No group of organization resilience-team has both roles/);
  });
});

describe('texts of proposals', () => {
  it('Texts of proposals are read with and without the dash of an item, and with a document marker', () => {
    assert.equal(readSnippet('# c\n- name: x\n  reward: 1\n')!.text, '# c\nname: x\nreward: 1');
    assert.equal(readSnippet('---\nname: x\n')!.text, 'name: x');
    assert.equal(readSnippet('- { name: x } # c')!.text, '{ name: x } # c');
    assert.equal(readSnippet('# only words'), undefined);
  });

  it('Texts of proposals get the line ends of the file that they are added to', () => {
    const files = sample.map(({ path, text }) => ({ path, text: String(text).replaceAll('\n', '\r\n') }));
    for (const proposal of [role, goal, relation]) {
      const { files: after } = accept(
        proposal,
        { ...TEAM, ...(proposal.agents && { agents: proposal.agents }) },
        files,
      );
      for (const { path, text } of after) assert.ok(!/[^\r]\n/.test(String(text)), `${proposal.kind}: ${path}`);
    }
  });
});
