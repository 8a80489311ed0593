/** An analysis as the view holds it: what the host has sent so far, and what follows from it for a number of groups. */
import type { ClusteringMessage, RowKind, RowsMessage } from '../protocol/clustering.ts';
import { unpackNumbers } from '../protocol/packed-numbers.ts';
import { cutByCount, groupsOfNodes, layoutOf, type Layout } from './dendrogram.ts';

export interface Model {
  /** Of the run. */
  readonly directory: string;
  readonly analysis: ClusteringMessage;
  readonly count: number;
  readonly layout: Layout;
  /** Steps of the longest sequence. */
  readonly steps: number;
  /** The most groups that can be cut into. */
  readonly most: number;
  /** Rows of numbers, as they come. */
  readonly rows: Readonly<Record<RowKind, (readonly number[])[]>>;
}

export function modelOf(analysis: ClusteringMessage): Model {
  const { linkage, items, cuts, groups } = analysis;
  const count = items.agent.length;
  return {
    directory: analysis.directory,
    analysis,
    count,
    layout: layoutOf(linkage),
    steps: items.length.reduce((most, length) => Math.max(most, length), 0),
    most: Math.min(count, Math.max(1, cuts.at(-1)?.groups ?? 1, groups.length)),
    rows: { own: [], warped: [], silhouettes: [] },
  };
}

export function addRows({ rows }: Model, { kind, width, from, rows: packed }: RowsMessage): void {
  packed.forEach((text, i) => (rows[kind][from + i] = unpackNumbers(text, width)));
}

/** Whether all rows of a kind have come. */
export function isWhole({ rows, count, analysis }: Model, kind: RowKind): boolean {
  const all = kind === 'silhouettes' ? analysis.cuts.length + 1 : count;
  return rows[kind].length === all && !rows[kind].includes(undefined as never);
}

export interface Group {
  readonly number: number;
  readonly items: readonly number[];
  /** Declared roles of its sequences, the most frequent first. */
  readonly roles: readonly { readonly role: string; readonly sequences: number }[];
  /** Of the analysis's own groups: the declared role that it matches (undefined = none), and whether as a variant. */
  readonly matched?: { readonly role: string | undefined; readonly variant: boolean };
  /** Mean, in [-1, 1]; undefined until it is known. */
  readonly silhouette: number | undefined;
}

/** The sequences in some number of groups. */
export interface Grouping {
  readonly count: number;
  /** The groups of the analysis, with what it found about them. */
  readonly isOwn: boolean;
  /** A cut at one height gives these groups. The analysis may cut each branch by itself. */
  readonly atOneHeight: boolean;
  readonly labels: ArrayLike<number>;
  /** By node of the dendrogram; -1 = several. */
  readonly ofNodes: Int32Array;
  readonly groups: readonly Group[];
  /** Mean over all; undefined where it was not computed, or for one group. */
  readonly silhouette: number | undefined;
  /** By item, in percent; undefined until they have come, or where they were not computed. */
  readonly itemSilhouettes: readonly number[] | undefined;
}

export function groupingOf(model: Model, count: number): Grouping {
  const { analysis, rows } = model;
  const { linkage, items, cuts } = analysis;
  const isOwn = count === analysis.groups.length;
  const cut = cutByCount(linkage, count);
  const labels = isOwn ? items.group : cut;
  const row = isOwn ? cuts.length : count - 2;
  const percent = rows.silhouettes[row]?.map((value) => value - 100);
  const itemSilhouettes = count > 1 ? percent : undefined;
  const members = Array.from({ length: count }, (): number[] => []);
  for (let item = 0; item < model.count; item++) members[labels[item]].push(item);
  return {
    count,
    isOwn,
    atOneHeight: !isOwn || isSamePartition(labels, cut),
    labels,
    ofNodes: groupsOfNodes(linkage, labels),
    groups: members.map((of, number) => groupOf(model, number, of, isOwn, itemSilhouettes)),
    silhouette: count < 2 ? undefined : isOwn ? analysis.silhouette : cuts[count - 2]?.silhouette,
    itemSilhouettes,
  };
}

function groupOf(
  { analysis }: Model,
  number: number,
  items: readonly number[],
  isOwn: boolean,
  silhouettes: readonly number[] | undefined,
): Group {
  const counts = new Map<string, number>();
  for (const item of items) {
    const role = analysis.roles[analysis.items.role[item]];
    counts.set(role, (counts.get(role) ?? 0) + 1);
  }
  const roles = [...counts].map(([role, sequences]) => ({ role, sequences })).sort((a, b) => b.sequences - a.sequences);
  const found = analysis.groups.find(({ group }) => group === number);
  const sum = silhouettes && items.reduce((total, item) => total + silhouettes[item], 0);
  return {
    number,
    items,
    roles,
    ...(isOwn && found ? { matched: { role: found.role, variant: found.variant } } : {}),
    silhouette: sum === undefined || items.length === 0 ? undefined : sum / items.length / 100,
  };
}

/** Whether two labelings differ in the numbers at most. */
function isSamePartition(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  const toB = new Map<number, number>();
  const toA = new Map<number, number>();
  for (let i = 0; i < a.length; i++) {
    if ((toB.get(a[i]) ?? b[i]) !== b[i] || (toA.get(b[i]) ?? a[i]) !== a[i]) return false;
    toB.set(a[i], b[i]);
    toA.set(b[i], a[i]);
  }
  return true;
}
