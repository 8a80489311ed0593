/**
 * A condition for when something is done: a classification tree of depth two (CART, Breiman et al. 1984: Gini
 * impurity, here with both classes weighing the same), whose best leaves become one readable boolean expression.
 */
import type { RuleTerm } from './rule-terms.ts';

/** Rows of samples: values[term][sample], and whether it was done. */
export interface RuleSamples {
  readonly values: readonly Float64Array[];
  readonly done: Uint8Array;
}

export interface DecisionRule {
  /** CEL, boolean. */
  readonly when: string;
  /** Whether it holds for a sample. */
  holds(samples: RuleSamples, sample: number): boolean;
}

export interface RuleQuality {
  readonly samples: number;
  /** Share of the samples at which it was done at all. */
  readonly baseRate: number;
  /** Share of the samples that the rule allows. */
  readonly allows: number;
  /** Of the samples that the rule allows, at how many it was done; undefined where it allows none. */
  readonly precision: number | undefined;
  /** Of the samples at which it was done, how many the rule allows; undefined where there are none. */
  readonly recall: number | undefined;
}

type Tree =
  | { readonly allow: boolean }
  | { readonly term: number; readonly threshold: number; readonly above: Tree; readonly below: Tree };
interface Leaf {
  allow: boolean;
  readonly count: number;
  readonly positives: number;
}

const DEPTH = 2;
const THRESHOLDS = 32;
/** Leaves smaller than this share of the samples are chance. */
const SMALLEST_LEAF = 0.005;
/**
 * Leaves are allowed, the purest first, as long as that raises F2: what was done and is not allowed weighs four times what is
 * allowed and was not done, since a guide that forbids a good move costs more than one that permits a needless one.
 */
const BETA = 2;

/** A second condition must be worth its reading: it stays where it raises F2 by more than this factor. */
const WORTH = 1.03;

/** undefined where it was never or always done, or where no condition helps to predict it. */
export function fitRule(terms: readonly RuleTerm[], samples: RuleSamples): DecisionRule | undefined {
  const { done } = samples;
  const positives = done.reduce((sum, value) => sum + value, 0);
  if (positives === 0 || positives === done.length) return undefined;
  const columns = terms.map((term, t) => binned(samples.values[t], term.whole));
  let best: { tree: Tree; score: number } | undefined;
  for (let depth = 1; depth <= DEPTH; depth++) {
    const candidate = fitTree(columns, done, positives, depth);
    if (!('allow' in candidate.tree) && (!best || candidate.score > WORTH * best.score)) best = candidate;
  }
  if (!best || 'allow' in best.tree) return undefined;
  const { tree } = best;
  return { when: inCel(tree, terms), holds: (from, sample) => evaluate(tree, from, sample) };
}

/** The tree with its best leaves allowed, simplified, and its F2. */
function fitTree(columns: readonly Column[], done: Uint8Array, positives: number, depth: number) {
  const weights = { positive: 0.5 / positives, negative: 0.5 / (done.length - positives) };
  const leaves: Leaf[] = [];
  const grow = (members: Int32Array, left: number): Tree => {
    const split = left > 0 ? bestSplit(columns, done, members, weights) : undefined;
    if (!split) {
      const leaf: Leaf = { allow: false, count: members.length, positives: countDone(members, done) };
      leaves.push(leaf);
      return leaf;
    }
    const { term, threshold } = split;
    const { bins, thresholds } = columns[term];
    const above = members.filter((sample) => bins[sample] > threshold);
    const below = members.filter((sample) => bins[sample] <= threshold);
    return { term, threshold: thresholds[threshold], above: grow(above, left - 1), below: grow(below, left - 1) };
  };
  const all = Int32Array.from(done, (_, sample) => sample);
  const tree = grow(all, depth);
  const score = allowBest(leaves, positives);
  return { tree: simplify(tree), score };
}

function allowBest(leaves: Leaf[], positives: number): number {
  leaves.sort((a, b) => b.positives / b.count - a.positives / a.count);
  let [best, chosen, allowed, found] = [0, 0, 0, 0];
  for (const [i, leaf] of leaves.entries()) {
    allowed += leaf.count;
    found += leaf.positives;
    const score = ((1 + BETA ** 2) * found) / (BETA ** 2 * positives + allowed);
    if (score > best) {
      best = score;
      chosen = i + 1;
    }
  }
  for (const leaf of leaves.slice(0, chosen)) leaf.allow = true;
  return best;
}

export function ruleQuality(rule: Pick<DecisionRule, 'holds'>, samples: RuleSamples): RuleQuality {
  const count = samples.done.length;
  let [allowed, done, both] = [0, 0, 0];
  for (let sample = 0; sample < count; sample++) {
    const holds = Number(rule.holds(samples, sample));
    allowed += holds;
    done += samples.done[sample];
    both += holds & samples.done[sample];
  }
  return {
    samples: count,
    baseRate: count === 0 ? 0 : done / count,
    allows: count === 0 ? 0 : allowed / count,
    precision: allowed === 0 ? undefined : both / allowed,
    recall: done === 0 ? undefined : both / done,
  };
}

interface Column {
  /** Ascending. */
  readonly thresholds: readonly number[];
  /** Per sample: how many thresholds it is above. */
  readonly bins: Uint8Array;
}

/**
 * Thresholds between quantiles, of the values and of the distinct values (few values may be many samples), as short in
 * decimals as the gap allows.
 */
function binned(values: Float64Array, whole: boolean): Column {
  const sorted = values.slice().sort();
  const distinct = [...new Set(sorted)];
  const quantiles = (of: ArrayLike<number>) =>
    Array.from({ length: THRESHOLDS }, (_, k) => of[Math.floor((k * of.length) / THRESHOLDS)]);
  const edges =
    distinct.length <= THRESHOLDS
      ? distinct
      : [...new Set([...quantiles(sorted), ...quantiles(distinct), distinct[distinct.length - 1]])].sort(
          (a, b) => a - b,
        );
  const thresholds = edges.slice(1).map((high, k) => readableBetween(edges[k], high, whole));
  const bins = Uint8Array.from(values, (value) => {
    const above = thresholds.findIndex((threshold) => value <= threshold);
    return above < 0 ? thresholds.length : above;
  });
  return { thresholds, bins };
}

/** A number t with low <= t < high, with as few digits as possible. */
function readableBetween(low: number, high: number, whole: boolean): number {
  if (whole) return low;
  const middle = Number.isFinite(high) ? (low + high) / 2 : low + Math.abs(low) / 2 + 1e-3;
  for (let digits = 1; digits <= 15; digits++) {
    const rounded = Number(middle.toPrecision(digits));
    if (rounded >= low && rounded < high) return rounded;
  }
  return low;
}

function bestSplit(
  columns: readonly Column[],
  done: Uint8Array,
  members: Int32Array,
  weights: { positive: number; negative: number },
): { term: number; threshold: number } | undefined {
  const smallest = Math.max(1, SMALLEST_LEAF * done.length);
  const total = countDone(members, done);
  const impurity = (positives: number, count: number) => {
    const p = positives * weights.positive;
    const n = (count - positives) * weights.negative;
    return p + n === 0 ? 0 : (2 * p * n) / (p + n);
  };
  let best: { term: number; threshold: number } | undefined;
  // A split must gain something beyond rounding.
  let least = impurity(total, members.length) - 1e-9;
  for (const [term, { thresholds, bins }] of columns.entries()) {
    const counts = new Int32Array(thresholds.length + 1);
    const positives = new Int32Array(thresholds.length + 1);
    for (const sample of members) {
      counts[bins[sample]]++;
      positives[bins[sample]] += done[sample];
    }
    let [below, belowPositives] = [0, 0];
    for (let threshold = 0; threshold < thresholds.length; threshold++) {
      below += counts[threshold];
      belowPositives += positives[threshold];
      if (below < smallest || members.length - below < smallest) continue;
      const value = impurity(belowPositives, below) + impurity(total - belowPositives, members.length - below);
      if (value < least - 1e-12) {
        least = value;
        best = { term, threshold };
      }
    }
  }
  return best;
}

function countDone(members: Int32Array, done: Uint8Array): number {
  let sum = 0;
  for (const sample of members) sum += done[sample];
  return sum;
}

/** Joins leaves that say the same, and drops a condition that the one below it on the same term implies. */
function simplify(tree: Tree): Tree {
  if ('allow' in tree) return tree;
  const [above, below] = [simplify(tree.above), simplify(tree.below)];
  if ('allow' in above && 'allow' in below && above.allow === below.allow) return above;
  for (const [inner, other, kept] of [
    [above, below, 'below'],
    [below, above, 'above'],
  ] as const) {
    if ('allow' in inner || inner.term !== tree.term || !('allow' in other)) continue;
    const overlapping = inner[kept];
    if ('allow' in overlapping && overlapping.allow === other.allow) return inner;
  }
  return { ...tree, above, below };
}

function evaluate(tree: Tree, samples: RuleSamples, sample: number): boolean {
  if ('allow' in tree) return tree.allow;
  return evaluate(samples.values[tree.term][sample] > tree.threshold ? tree.above : tree.below, samples, sample);
}

function inCel(tree: Exclude<Tree, { allow: boolean }>, terms: readonly RuleTerm[]): string {
  const condition = (above: boolean) => terms[tree.term].condition(above, String(tree.threshold));
  const sides = [
    { above: true, part: tree.above, other: tree.below },
    { above: false, part: tree.below, other: tree.above },
  ];
  const alternatives = sides.flatMap(({ above, part, other }) => {
    if ('allow' in part) return part.allow ? [condition(above)] : [];
    const inner = inCel(part, terms);
    // Where the other side is allowed anyway, this side's condition need not be said.
    if ('allow' in other && other.allow) return [inner];
    return [`${condition(above)} && ${inner.includes(' || ') ? `(${inner})` : inner}`];
  });
  return alternatives.join(' || ');
}
