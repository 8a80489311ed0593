import type { Analysis } from '../analyzing/analysis.ts';
import { rolesAsYaml, goalsAsYaml } from '../analyzing/proposals/inferred-yaml.ts';
import type { ReportData } from './data.ts';
import { dendrogram } from './dendrogram.ts';
import { html, NOTHING, type Html } from './html.ts';
import { fixed, percent } from './numbers.ts';
import { figure, folded, missing, section, table } from './html-fragments.ts';

/** What the agents learned: groups of action sequences, inferred roles and goals, and the scores. */
export function rolesSection({ analysis }: ReportData): Html {
  if (!analysis) return section('roles', 'Roles and goals', missing('analyzing', 'karma-mas analyze'));
  const names = groupNames(analysis);
  const single = analysis.groups.length === 1;
  return section(
    'roles',
    'Roles and goals',
    html`<p>
      ${analysis.sequences.length} action sequences of ${analysis.seeds.length} training
      ${analysis.seeds.length === 1 ? 'seed' : 'seeds'}, from ${analysis.episodes} episodes.
      ${
        single
          ? 'No groups stand out: the agents act alike, or each time differently.'
          : `They fall into ${analysis.groups.length} groups.`
      }
    </p>`,
    scores(analysis),
    figure(dendrogram(analysis, names)),
    groupsTable(analysis, names),
    inferredRoles(analysis, names),
    goals(analysis),
    alignment(analysis),
    satisfaction(analysis),
  );
}

export function groupNames({ groups }: Analysis): string[] {
  return groups.map(({ group, role, variant }) => {
    const likeness = role === undefined ? 'new' : variant ? `${role}, variant` : role;
    return groups.length === 1 ? 'all' : `${group + 1}: ${likeness}`;
  });
}

function scores({ purity, stability, silhouette, fit, alignment: { overall, free } }: Analysis): Html {
  const rows = [
    [
      'Alignment',
      percent(overall),
      'Steps with a matching rule at which the action taken was allowed. 100 % under a hard mask, by construction.',
    ],
    [
      'Alignment without the mask',
      percent(free),
      'The same for what the policy would choose if nothing were forbidden.',
    ],
    ['Purity', percent(purity), 'Share of the sequences whose declared role is the most frequent one in their group.'],
    [
      'Stability',
      fixed(stability, 2),
      'Adjusted Rand index between training seeds: 1 = the same groups, 0 = as by chance.',
    ],
    ['Silhouette', fixed(silhouette, 2), 'How well the groups are apart, −1 to 1; below 0.25 nothing stands out.'],
    [
      'Structural fit',
      fixed(fit.structural, 2),
      'How much nearer sequences of one role are to each other than to others: 0 no nearer, 1 equal.',
    ],
    [
      'Functional fit',
      fixed(fit.functional, 2),
      'How much closer together states that satisfy a goal are than all states: 0 no closer, 1 equal.',
    ],
    ['Organizational fit', fixed(fit.overall, 2), 'Mean of the two.'],
  ];
  return table(
    'Scores',
    ['score', 'value', 'meaning'],
    rows.map(([name, value, text]) => [name, value, { text, wide: true }]),
  );
}

function groupsTable({ groups }: Analysis, names: readonly string[]): Html {
  return table(
    'Groups against declared roles',
    ['group', 'sequences', 'declared roles of its sequences'],
    groups.map(({ group, sequences, roles }) => [
      names[group],
      String(sequences),
      { text: roles.map((entry) => `${entry.role} ${entry.sequences}`).join(', '), wide: true },
    ]),
  );
}

function inferredRoles({ roles }: Analysis, names: readonly string[]): Html {
  const rules = roles.flatMap((role) =>
    role.rules.map((rule) => [
      names[role.group],
      rule.scale.map((move) => (move > 0 ? `+${move}` : String(move).replace('-', '−'))).join(', '),
      { text: `${rule.when}${rule.services.length > 0 ? ` (${rule.services.join(', ')})` : ''}`, wide: true } as const,
      percent(rule.heldOut.precision, 0),
      percent(rule.heldOut.recall, 0),
      percent(rule.heldOut.allows, 0),
    ]),
  );
  const yaml = rolesAsYaml(roles);
  if (rules.length === 0)
    return html`<h3>Inferred rules</h3>
      <p>No rule was found that says when the agents move.</p>`;
  return html`<h3>Inferred rules</h3>
    <p>
      When each group moves a service, as far as a rule of two conditions can tell it. Precision: of the cases that the
      rule allows, how many were moves. Recall: of the moves, how many it allows. Both on held-out steps.
    </p>
    ${table(
      'Rules',
      ['group', 'moves', 'when (and for which services)', 'precision', 'recall', 'allows'],
      rules,
    )}${folded('As YAML, for the specifications', html`<pre>${yaml}</pre>`)}`;
}

function goals({ goals }: Analysis): Html {
  if (goals.length === 0)
    return html`<h3>Inferred goals</h3>
      <p>Successful episodes dwell in no region of states.</p>`;
  return html`<h3>Inferred goals</h3>
    <p>Regions of states in which successful episodes dwell.</p>
    ${table(
      'Goals',
      ['goal', 'share of visits', 'region', 'its states within the bounds', 'other states within'],
      goals.map(({ name, probability, description, bounds, inside, outside }) => [
        name,
        percent(probability, 0),
        { text: description, wide: true },
        percent(bounds.length > 0 ? inside : undefined, 0),
        percent(bounds.length > 0 ? outside : undefined, 0),
      ]),
    )}${goals.some(({ satisfiedWhen }) => satisfiedWhen !== '') && folded('As YAML, for the specifications', html`<pre>${goalsAsYaml(goals)}</pre>`)}`;
}

function alignment({ alignment: { agents } }: Analysis): Html {
  return table(
    'Alignment of each agent',
    [
      'agent',
      'roles',
      'a rule matched',
      'aligned',
      'without the mask',
      'its moves without the mask',
      'steps with a move',
    ],
    agents.map((agent) => [
      agent.agent,
      { text: agent.roles.join(', ') || 'none', wide: true } as const,
      percent(agent.steps === 0 ? undefined : agent.activeSteps / agent.steps),
      percent(agent.alignment),
      percent(agent.freeAlignment),
      percent(agent.freeMoveAlignment),
      percent(agent.moving),
    ]),
  );
}

function satisfaction({ goalSatisfaction }: Analysis): Html {
  const [first] = goalSatisfaction;
  if (!first) return NOTHING;
  return table(
    'Declared goals: share of the steps at which each is satisfied',
    ['goal', 'all', ...first.scenarios.map(({ scenario }) => scenario)],
    goalSatisfaction.map(({ goal, overall, scenarios }) => [
      goal,
      percent(overall),
      ...scenarios.map(({ share }) => percent(share)),
    ]),
  );
}
