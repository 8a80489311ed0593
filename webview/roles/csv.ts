/** The tables of the view as files for other programs. */
import type { Comparison, RolesMessage } from '../protocol/roles.ts';
import { csv } from '../shared/csv.ts';
import { confusion, figureLabel, uncovered } from './figures.ts';

export function confusionCsv(message: RolesMessage): string {
  const { columns, rows } = confusion(message);
  return csv([
    ['group', 'sequences', 'matches', ...columns],
    ...rows.map(({ label, sequences, counts, match }) => [label, sequences, columns[match] ?? '', ...counts]),
  ]);
}

export const alignmentCsv = ({ agents }: RolesMessage): string =>
  csv([
    ['agent', 'roles', 'steps', 'alignment', 'alignment without mask', 'moves no rule covers', 'steps no rule matches'],
    ...agents.map((agent) => {
      const { moves, steps } = uncovered(agent);
      return [agent.agent, agent.roles.join(' + '), agent.steps, agent.alignment, agent.freeAlignment, moves, steps];
    }),
  ]);

export const rolesCsv = ({ roles }: RolesMessage): string =>
  csv([
    [
      'role',
      'sequences',
      'matches',
      'direction',
      'scale',
      'services',
      'when',
      'set',
      'support',
      'confidence',
      'recall',
      'allows',
      'done',
    ],
    ...roles.flatMap(({ name, sequences, matches, rules }) =>
      rules.flatMap(({ direction, scale, services, when, fitted, heldOut }) =>
        (
          [
            ['fitted', fitted],
            ['held out', heldOut],
          ] as const
        ).map(([set, { samples, precision, recall, allows, baseRate }]) => [
          name,
          sequences,
          matches ?? '',
          direction,
          scale.join(' '),
          services.join(' '),
          when,
          set,
          samples,
          precision,
          recall,
          allows,
          baseRate,
        ]),
      ),
    ),
  ]);

export const goalsCsv = ({ goals }: RolesMessage): string =>
  csv([
    [
      'goal',
      'share of good states',
      'field',
      'unit',
      'at least',
      'at most',
      'within, of its states',
      'within, of all others',
      'visited from',
      'visited to',
    ],
    ...goals.flatMap(({ name, probability, bounds }) =>
      bounds.map(({ field, unit, atLeast, atMost, inside, outside, visited }) => [
        name,
        probability,
        field,
        unit,
        atLeast,
        atMost,
        inside,
        outside,
        visited[0],
        visited[1],
      ]),
    ),
  ]);

export function satisfactionCsv({ satisfaction }: RolesMessage): string {
  const scenarios = [...new Set(satisfaction.flatMap((goal) => goal.scenarios.map(({ scenario }) => scenario)))];
  return csv([
    ['goal', 'all', ...scenarios],
    ...satisfaction.map(({ goal, overall, scenarios: own }) => [
      goal,
      overall,
      ...scenarios.map((name) => own.find(({ scenario }) => scenario === name)?.share),
    ]),
  ]);
}

export const comparisonCsv = ({ figures }: Comparison): string =>
  csv([
    ['figure', 'before', 'after'],
    ...figures.map(({ what, before, after }) => [figureLabel(what).label, before ?? undefined, after ?? undefined]),
  ]);
