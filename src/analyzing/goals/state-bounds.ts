/** The bounds that set a region of states apart, in words and as CEL. */
import { splitField, unitOf } from '../trajectories/recorded-states.ts';

export interface StateBound {
  readonly field: string;
  readonly unit: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Shares of the states of the region, and of all others, within the bound. */
  readonly inside: number;
  readonly outside: number;
  /** Least and greatest value of all states. */
  readonly visited: readonly [number, number];
}

/** States of the region beyond a bound, on one side. */
const TAIL = 0.05;
/** A bound that lets nearly as many other states through as its own says nothing. */
const MINIMUM_GAIN = 0.2;
/** More bounds than this nobody reads. */
const MOST_BOUNDS = 4;

/** The bounds that best tell `inside` from `outside`, best first. Rows are states, columns `fields`. */
export function stateBounds(
  fields: readonly string[],
  inside: readonly ArrayLike<number>[],
  outside: readonly ArrayLike<number>[],
): StateBound[] {
  return fields
    .flatMap((field, f) => {
      const own = inside.map((state) => state[f]).sort((a, b) => a - b);
      const others = outside.map((state) => state[f]);
      const visited = extent(own, others);
      const candidates = boundsOf(own).map(({ atLeast, atMost }): StateBound => {
        const within = (value: number) => value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
        const shareOf = (values: readonly number[]) => values.filter(within).length / Math.max(1, values.length);
        return {
          field,
          unit: unitOf(field),
          ...(atLeast === undefined ? {} : { atLeast }),
          ...(atMost === undefined ? {} : { atMost }),
          inside: shareOf(own),
          outside: shareOf(others),
          visited,
        };
      });
      // One bound for a field; of equal ones the one-sided, which comes first.
      return candidates.sort((a, b) => gain(b) - gain(a)).slice(0, 1);
    })
    .filter((bound) => gain(bound) >= MINIMUM_GAIN)
    .sort((a, b) => gain(b) - gain(a))
    .slice(0, MOST_BOUNDS);
}

function extent(...columns: readonly (readonly number[])[]): readonly [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (const values of columns)
    for (const value of values) [least, greatest] = [Math.min(least, value), Math.max(greatest, value)];
  return [least, greatest];
}

const gain = (bound: StateBound): number => bound.inside - bound.outside;

function boundsOf(sorted: readonly number[]): { atLeast?: number; atMost?: number }[] {
  const whole = sorted.every(Number.isInteger);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  const atLeast = whole ? at(TAIL) : roundOutwards(at(TAIL), Math.floor);
  const atMost = whole ? at(1 - TAIL) : roundOutwards(at(1 - TAIL), Math.ceil);
  return [{ atMost }, { atLeast }, { atLeast, atMost }];
}

/** To two significant digits, so that the bound reads well and keeps at least what it kept. */
function roundOutwards(value: number, round: (value: number) => number): number {
  if (value === 0) return 0;
  const unit = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  return Number((round(value / unit) * unit).toPrecision(3));
}

/** "pending of b at most 12 requests; d at 3 replicas or more". */
export function describeBounds(bounds: readonly StateBound[]): string {
  if (bounds.length === 0) return 'no bounds set it apart from other states';
  return bounds.map(describeBound).join('; ');
}

function describeBound({ field: column, unit, atLeast, atMost }: StateBound): string {
  const { owner, field } = splitField(column);
  if (field === 'desired' && owner !== 'cluster') {
    if (atLeast === undefined) return `${owner} at ${replicas(atMost)} or fewer`;
    if (atMost === undefined) return `${owner} at ${replicas(atLeast)} or more`;
    return atLeast === atMost ? `${owner} at ${replicas(atLeast)}` : `${owner} at ${atLeast} to ${replicas(atMost)}`;
  }
  const suffix = unit === '' || unit === 'share' ? '' : ` ${unit}`;
  const subject = `${field} of ${owner === 'cluster' ? 'the cluster' : owner}`;
  if (atLeast === undefined) return `${subject} at most ${atMost}${suffix}`;
  if (atMost === undefined) return `${subject} at least ${atLeast}${suffix}`;
  return atLeast === atMost
    ? `${subject} at ${atLeast}${suffix}`
    : `${subject} between ${atLeast} and ${atMost}${suffix}`;
}

const replicas = (count: number | undefined): string => `${count} ${count === 1 ? 'replica' : 'replicas'}`;

/** One condition per service, all of them together. '' for no bounds. */
export function satisfiedWhen(bounds: readonly StateBound[]): string {
  const byOwner = Map.groupBy(bounds, ({ field }) => splitField(field).owner);
  return [...byOwner]
    .map(([owner, owned]) => {
      const subject = owner === 'cluster' ? 'cluster' : 's';
      const conditions = owned.flatMap(({ field, atLeast, atMost }) => {
        const name = `${subject}.${splitField(field).field}`;
        return [
          ...(atLeast === undefined ? [] : [`${name} >= ${atLeast}`]),
          ...(atMost === undefined ? [] : [`${name} <= ${atMost}`]),
        ];
      });
      if (owner === 'cluster') return conditions.join(' && ');
      return `services.exists(s, s.name == '${owner}' && ${conditions.join(' && ')})`;
    })
    .join(' && ');
}
