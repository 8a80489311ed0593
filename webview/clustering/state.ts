/** The navigation state of the view, which survives a reload. */

/** One sequence, or one group of the cut shown. */
export type Focus = { readonly item: number } | { readonly group: number };

export const FILTERS = ['agent', 'role', 'scenario', 'seed'] as const;
export type FilterName = (typeof FILTERS)[number];
export type Filters = Readonly<Partial<Record<FilterName, string>>>;

export const CHARTS = ['dendrogram', 'sequences', 'map', 'silhouettes', 'means'] as const;
export type ChartName = (typeof CHARTS)[number];

/** Rows of the dendrogram, from top to bottom. */
export interface Rows {
  readonly from: number;
  readonly to: number;
}

export interface State {
  /** Directory of the run. */
  readonly directory: string;
  /** null = the groups of the analysis. */
  readonly groups: number | null;
  readonly time: 'own' | 'warped';
  readonly colors: 'direction' | 'service';
  /** The chosen values stand out; a filter without a value lets everything through. */
  readonly filters: Filters;
  /** Charts shown as tables. */
  readonly tables: readonly ChartName[];
  readonly selected: Focus | null;
  /** Rows that are shown of dendrogram and sequences; null = all. */
  readonly rows: Rows | null;
}

/** Restores the state that this version or an older one kept. */
export function restore({
  directory,
  groups,
  time,
  colors,
  filters,
  tables,
  selected,
  rows,
}: Partial<Record<keyof State, unknown>>): State {
  return {
    directory: typeof directory === 'string' ? directory : '',
    groups: isWhole(groups) && groups > 0 ? groups : null,
    time: time === 'warped' ? 'warped' : 'own',
    colors: colors === 'service' ? 'service' : 'direction',
    filters: filtersOf(filters),
    tables: Array.isArray(tables) ? CHARTS.filter((chart) => tables.includes(chart)) : [],
    selected: focusOf(selected),
    rows: rowsOf(rows),
  };
}

function filtersOf(value: unknown): Filters {
  const given = (value ?? {}) as Record<string, unknown>;
  const known = FILTERS.map((name) => [name, given[name]] as const);
  return Object.fromEntries(known.filter(([, chosen]) => typeof chosen === 'string'));
}

function focusOf(value: unknown): Focus | null {
  const { item, group } = (value ?? {}) as Record<string, unknown>;
  if (isWhole(item)) return { item };
  return isWhole(group) ? { group } : null;
}

function rowsOf(value: unknown): Rows | null {
  const { from, to } = (value ?? {}) as Record<string, unknown>;
  return isWhole(from) && isWhole(to) && from < to ? { from, to } : null;
}

const isWhole = (value: unknown): value is number => Number.isInteger(value) && (value as number) >= 0;
