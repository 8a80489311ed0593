/** What the view tells, as plain data: tables that are drawn, exported and tested. */
import type { AgentAlignment, ComparisonFigure, InferredRule, RolesMessage, StateBound } from '../protocol/roles.ts';
import { t } from '../shared/l10n.ts';
import { compact } from '../shared/numbers.ts';

export interface Matrix {
  /** Declared roles, in the order of the agents; classes of several roles as one. */
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly group: number;
    readonly label: string;
    readonly sequences: number;
    readonly counts: readonly number[];
    /** The column that it matches; -1 = none. */
    readonly match: number;
    readonly variant: boolean;
  }[];
}

/** Sequences of each group by the declared role of their agent. */
export function confusion({ groups, agents, roles }: Pick<RolesMessage, 'groups' | 'agents' | 'roles'>): Matrix {
  const found = groups.flatMap((group) => group.roles.map(({ role }) => role));
  const declared = agents.map((agent) => agent.roles.join(' + ')).filter((role) => found.includes(role));
  const columns = [...new Set([...declared, ...found])];
  const rows = groups.map(({ group, sequences, roles: own, role, variant }) => ({
    group,
    label: roles.find((inferred) => inferred.group === group)?.name ?? t('group {0}', group + 1),
    sequences,
    counts: columns.map((column) => own.find((entry) => entry.role === column)?.sequences ?? 0),
    match: role === undefined ? -1 : columns.indexOf(role),
    variant,
  }));
  return { columns, rows };
}

/** Share of the moves that the policy would make which no rule of its role allows, and of the steps at which no rule matched. */
export function uncovered({ freeMoveAlignment, steps, activeSteps }: AgentAlignment): {
  readonly moves: number | undefined;
  readonly steps: number | undefined;
} {
  return {
    moves: freeMoveAlignment === undefined ? undefined : 1 - freeMoveAlignment,
    steps: steps === 0 ? undefined : 1 - activeSteps / steps,
  };
}

/** "Scale b, c up by 1 or 2". */
export function ruleInWords({ direction, scale, services }: InferredRule): string {
  const sizes = scale.map((move) => Math.abs(move)).sort((a, b) => a - b);
  const by =
    sizes.length < 2 ? sizes.join('') : t('{0} or {1}', sizes.slice(0, -1).join(', '), sizes[sizes.length - 1]);
  const what = services.length === 0 ? t('any service') : services.join(', ');
  return direction === 'up' ? t('Scale {0} up by {1}', what, by) : t('Scale {0} down by {1}', what, by);
}

/** "at most 12 requests". */
export function boundInWords({ atLeast, atMost, unit }: StateBound): string {
  const suffix = unit === '' || unit === 'share' ? '' : ` ${unit}`;
  if (atLeast === undefined) return t('at most {0}', compact(atMost ?? 0)) + suffix;
  if (atMost === undefined) return t('at least {0}', compact(atLeast)) + suffix;
  if (atLeast === atMost) return compact(atLeast) + suffix;
  return t('{0} to {1}', compact(atLeast), compact(atMost)) + suffix;
}

/** The part of what was visited that lies within a bound, as shares of its range; a bound beyond it is cut. */
export function boundOnRange({ atLeast, atMost, visited }: StateBound): { readonly from: number; readonly to: number } {
  const [least, greatest] = visited;
  const span = greatest - least;
  const place = (value: number): number => (span > 0 ? Math.max(0, Math.min(1, (value - least) / span)) : 0);
  if (!(span > 0)) return { from: 0, to: 1 };
  return { from: atLeast === undefined ? 0 : place(atLeast), to: atMost === undefined ? 1 : place(atMost) };
}

export interface FigureLabel {
  readonly label: string;
  readonly about: string;
  readonly format: (value: number) => string;
  /** 1: more is better; -1: less; 0: neither. */
  readonly better: -1 | 0 | 1;
}

export function figureLabel(what: ComparisonFigure['what']): FigureLabel {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const plain = (value: number) => value.toFixed(4);
  const words: { readonly [W in ComparisonFigure['what']]: FigureLabel } = {
    objective: { label: 'J', about: t('mean of the same episodes'), format: plain, better: 1 },
    resilience: { label: 'or(s)', about: t('operational resilience, same episodes'), format: plain, better: 1 },
    alignment: { label: t('alignment'), about: t('as played, under the mask'), format: share, better: 1 },
    freeAlignment: {
      label: t('alignment without the mask'),
      about: t('what the policies themselves want'),
      format: share,
      better: 1,
    },
    purity: { label: t('purity'), about: t('sequences in the group of their role'), format: share, better: 1 },
    stability: {
      label: t('stability'),
      about: t('adjusted Rand index over seeds'),
      format: (value) => value.toFixed(2),
      better: 1,
    },
    proposals: { label: t('proposals'), about: t('what is left to accept'), format: String, better: -1 },
  };
  return words[what];
}

/** How a figure changed: better, worse, or neither. */
export function trend({ what, before, after }: ComparisonFigure): 'better' | 'worse' | 'same' {
  if (before === null || after === null) return 'same';
  const { better, format } = figureLabel(what);
  if (format(before) === format(after)) return 'same';
  return (after - before) * better > 0 ? 'better' : 'worse';
}
