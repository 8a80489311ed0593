/** A dendrogram out of SciPy's linkage matrix: items are nodes 0..n-1, merge i makes node n + i; heights never decrease. */

export interface Linkage {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly height: readonly number[];
}

/** Group of each item, 0..k-1, numbered by first appearance; as many groups as asked for, at least 1, at most the items. */
export function cutByCount({ left, right }: Linkage, groups: number): Int32Array {
  const count = left.length + 1;
  const top = Int32Array.from({ length: 2 * count - 1 }, (_, node) => node);
  // From the last merge kept to the first, so that each group's top is known before its parts ask for it.
  for (let row = Math.min(count, count - groups) - 1; row >= 0; row--) {
    if (row >= left.length) continue;
    top[left[row]] = top[count + row];
    top[right[row]] = top[count + row];
  }
  return byFirstAppearance(top.subarray(0, count));
}

function byFirstAppearance(labels: Int32Array): Int32Array {
  const numbers = new Map<number, number>();
  return labels.map((label) => {
    const number = numbers.get(label) ?? numbers.size;
    numbers.set(label, number);
    return number;
  });
}

/** The groups that are left when all merges up to this height have been made. */
export function countAtHeight({ height }: Linkage, at: number): number {
  let low = 0;
  let high = height.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (height[middle] <= at) low = middle + 1;
    else high = middle;
  }
  return height.length + 1 - low;
}

/** A height at which there are this many groups: in the middle between the merges around it; for one group a little above all. */
export function heightOfCut({ height }: Linkage, groups: number): number {
  const merges = height.length + 1 - groups;
  const below = merges > 0 ? height[merges - 1] : 0;
  return merges < height.length ? (below + height[merges]) / 2 : below * TOP;
}
/** How far above the last merge the picture goes. */
export const TOP = 1.04;

/** Where everything of a dendrogram lies. */
export interface Layout {
  /** Items from top to bottom. */
  readonly order: readonly number[];
  /** Place of each item in `order`. */
  readonly rowOf: Int32Array;
  /** By node: the rows below it are first..first + size - 1. */
  readonly first: Int32Array;
  readonly size: Int32Array;
  /** By node, in rows: in the middle of its parts. */
  readonly middle: Float64Array;
}

export function layoutOf({ left, right }: Linkage): Layout {
  const merges = left.length;
  const count = merges + 1;
  const nodes = count + merges;
  const size = new Int32Array(nodes).fill(1);
  for (let row = 0; row < merges; row++) size[count + row] = size[left[row]] + size[right[row]];
  const first = new Int32Array(nodes);
  for (let row = merges - 1; row >= 0; row--) {
    first[left[row]] = first[count + row];
    first[right[row]] = first[count + row] + size[left[row]];
  }
  const middle = Float64Array.from(first);
  for (let row = 0; row < merges; row++) middle[count + row] = (middle[left[row]] + middle[right[row]]) / 2;
  const rowOf = first.slice(0, count);
  const order = new Array<number>(count);
  rowOf.forEach((row, item) => (order[row] = item));
  return { order, rowOf, first, size, middle };
}

/** By node: the group of all items below it; -1 where there are several. */
export function groupsOfNodes({ left, right }: Linkage, labels: ArrayLike<number>): Int32Array {
  const count = left.length + 1;
  const groups = new Int32Array(count + left.length);
  for (let item = 0; item < count; item++) groups[item] = labels[item];
  for (let row = 0; row < left.length; row++) {
    const [a, b] = [groups[left[row]], groups[right[row]]];
    groups[count + row] = a === b ? a : -1;
  }
  return groups;
}
