import { t } from '../shared/l10n.ts';
import type { Group, Grouping, Model } from './model.ts';
import type { FilterName, Filters } from './state.ts';

/** Which episode of which agent: what tells a sequence from all others. */
export function sequenceName({ analysis }: Model, item: number): string {
  const { items, agents, scenarios, seeds } = analysis;
  return t(
    '{0}, {1}, seed {2}, episode {3}',
    agents[items.agent[item]],
    scenarios[items.scenario[item]],
    seeds[items.seed[item]],
    items.episode[item] + 1,
  );
}

/** The same, where there is little room. */
export function shortName({ analysis }: Model, item: number): string {
  const { items, agents, seeds } = analysis;
  return t('{0} s{1} e{2}', agents[items.agent[item]], seeds[items.seed[item]], items.episode[item] + 1);
}

export const groupNumber = (group: number): string => t('group {0}', group + 1);

/** What a group is: the role that it matches, or whose sequences it holds. */
export function groupRole({ matched, roles, items }: Group): string {
  if (matched) {
    if (matched.role === undefined) return t('matches no declared role');
    return matched.variant ? t('{0}, in other circumstances', matched.role) : t('matches {0}', matched.role);
  }
  const [first] = roles;
  if (!first) return '';
  return first.sequences === items.length
    ? t('all {0}', first.role)
    : t('{0} in {1} of {2}', first.role, first.sequences, items.length);
}

function countInWords(count: number): string {
  return count === 1 ? t('1 group') : t('{0} groups', count);
}

/** How the sequences are cut, in a sentence. */
export function cutInWords({ count, isOwn, atOneHeight, silhouette }: Grouping, height: number): string {
  const quality = silhouette === undefined ? '' : t(', mean silhouette {0}', silhouette.toFixed(2));
  const where = atOneHeight ? t('at height {0}', height.toPrecision(3)) : t('each branch cut separately');
  return `${countInWords(count)}${isOwn ? t(' of the analysis') : ''}, ${where}${quality}`;
}

/** Moves one after another, equal ones counted: 'hold ×3, b +2'. */
export function movesInWords({ analysis }: Model, symbols: readonly number[]): string {
  const parts: string[] = [];
  for (let from = 0; from < symbols.length;) {
    let to = from + 1;
    while (to < symbols.length && symbols[to] === symbols[from]) to++;
    const name = analysis.moves[symbols[from]].text;
    parts.push(to - from > 1 ? `${name} ×${to - from}` : name);
    from = to;
  }
  return parts.join(', ');
}

export const FILTER_LABELS: Readonly<Record<FilterName, string>> = {
  agent: t('Agent'),
  role: t('Role'),
  scenario: t('Scenario'),
  seed: t('Seed'),
};

/** What each sequence is by one of the filters. */
export function valuesOf({ analysis }: Model, name: FilterName): readonly string[] {
  const { items, agents, roles, scenarios, seeds } = analysis;
  const names = { agent: agents, role: roles, scenario: scenarios, seed: seeds.map(String) }[name];
  return items[name].map((index) => names[index]);
}

/** By item: whether all filters let it through. */
export function shownBy(model: Model, filters: Filters): readonly boolean[] {
  const chosen = Object.entries(filters) as [FilterName, string][];
  const columns = chosen.map(([name, value]) => ({ value, of: valuesOf(model, name) }));
  return Array.from({ length: model.count }, (_, item) => columns.every(({ of, value }) => of[item] === value));
}
