/** Ways to cut a dendrogram into groups. */
import type { Linkage } from './agglomerative.ts';
import { condensedIndex, type CondensedDistances } from './condensed-distances.ts';
import { silhouette } from './silhouette.ts';

/** Group of each item, 0..k-1, numbered by first appearance; as many groups as asked for, at least 1, at most the items. */
export function cutByCount(linkage: Linkage, groups: number): Int32Array {
  return labelsAfter(linkage, linkage.length + 1 - Math.max(1, groups));
}

/** All merges at a distance of at most `height` are kept (SciPy's fcluster, criterion 'distance'). */
export function cutByHeight(linkage: Linkage, height: number): Int32Array {
  return labelsAfter(linkage, linkage.filter((merge) => merge[2] <= height).length);
}

export interface Cut {
  readonly labels: Int32Array;
  readonly groups: number;
  /** Mean silhouette of the cut; 0 for one group. */
  readonly silhouette: number;
}

/** Below this mean silhouette a structure is not substantial (Kaufman and Rousseeuw 1990). */
export const NOT_SUBSTANTIAL = 0.25;

/**
 * The cut into 2..maximum groups with the best mean silhouette; one group where even the best is below `minimum`: then no
 * groups stand out.
 */
export function cutBySilhouette(
  linkage: Linkage,
  distances: CondensedDistances,
  { maximum, minimum }: { readonly maximum: number; readonly minimum: number },
): Cut {
  let best: Cut = { labels: cutByCount(linkage, 1), groups: 1, silhouette: 0 };
  for (let groups = 2; groups <= Math.min(maximum, linkage.length); groups++) {
    const labels = cutByCount(linkage, groups);
    const quality = silhouette(distances, labels);
    if (quality >= minimum && quality > best.silhouette) best = { labels, groups, silhouette: quality };
  }
  return best;
}

function labelsAfter(linkage: Linkage, merges: number): Int32Array {
  const count = linkage.length + 1;
  const groupOf = Int32Array.from({ length: 2 * count }, (_, i) => i);
  // From the last merge kept to the first, so that each group's top is known before its parts ask for it.
  for (let row = Math.max(0, merges) - 1; row >= 0; row--)
    for (const part of linkage[row].slice(0, 2)) groupOf[part] = groupOf[count + row];
  return byFirstAppearance(groupOf.subarray(0, count));
}

function byFirstAppearance(labels: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return labels.map((label) => {
    const number = numbers.get(label) ?? numbers.size;
    numbers.set(label, number);
    return number;
  });
}

/**
 * From the top down: a group falls into its two parts where that split, looked at alone, has a mean silhouette of at least
 * `minimum`; the widest splits first, until there are `maximum` groups. Finds groups of different tightness, which one
 * height cannot: two that are close to each other beside one that is far away. A part smaller than `smallest` is no group but
 * outliers; these go to the group that is nearest on average. Ours.
 */
export function cutBySplits(
  linkage: Linkage,
  distances: CondensedDistances,
  { maximum, minimum, smallest }: { readonly maximum: number; readonly minimum: number; readonly smallest: number },
): Cut {
  const { count } = distances;
  const groups: (readonly number[])[] = [];
  const open = count > 0 ? [count + linkage.length - 1] : [];
  const outliers: number[] = [];
  while (open.length > 0) {
    // Later merges have larger numbers and are wider.
    const group = Math.max(...open);
    open.splice(open.indexOf(group), 1);
    const items = itemsOf(linkage, group);
    const parts = group < count ? [] : linkage[group - count].slice(0, 2);
    const big = parts.filter((part) => sizeOf(linkage, part) >= smallest);
    if (big.length === 1) {
      open.push(big[0]);
      outliers.push(...itemsOf(linkage, parts[0] === big[0] ? parts[1] : parts[0]));
    } else if (
      big.length === 2 &&
      groups.length + open.length + 2 <= maximum &&
      splitQuality(linkage, distances, items, big[0]) >= minimum
    ) {
      open.push(...big);
    } else groups.push(items);
  }

  const labels = new Int32Array(count).fill(-1);
  for (const [label, items] of groups.entries()) for (const item of items) labels[item] = label;
  for (const outlier of outliers) labels[outlier] = nearestGroup(distances, groups, outlier);
  const numbered = byFirstAppearance(labels);
  return { labels: numbered, groups: groups.length, silhouette: silhouette(distances, numbered) };
}

function splitQuality(linkage: Linkage, distances: CondensedDistances, items: readonly number[], part: number): number {
  const inPart = new Set(itemsOf(linkage, part));
  return silhouette(
    subset(distances, items),
    items.map((item) => Number(inPart.has(item))),
  );
}

/** The distances of some of the items, in the order given. */
export function subset({ count, values }: CondensedDistances, items: readonly number[]): CondensedDistances {
  const chosen = new Float64Array((items.length * (items.length - 1)) / 2);
  let index = 0;
  for (let i = 0; i < items.length; i++)
    for (let j = i + 1; j < items.length; j++) chosen[index++] = values[condensedIndex(count, items[i], items[j])];
  return { count: items.length, values: chosen };
}

function nearestGroup(
  { count, values }: CondensedDistances,
  groups: readonly (readonly number[])[],
  item: number,
): number {
  const means = groups.map(
    (items) => items.reduce((sum, other) => sum + values[condensedIndex(count, item, other)], 0) / items.length,
  );
  return means.indexOf(Math.min(...means));
}

function sizeOf(linkage: Linkage, group: number): number {
  const count = linkage.length + 1;
  return group < count ? 1 : linkage[group - count][3];
}

function itemsOf(linkage: Linkage, group: number): number[] {
  const count = linkage.length + 1;
  if (group < count) return [group];
  const [a, b] = linkage[group - count];
  return [...itemsOf(linkage, a), ...itemsOf(linkage, b)];
}
