import type { Curves } from '../protocol/learning-curves.ts';
import type { Interval, Value } from '../shared/series.ts';

export interface StoredCurve {
  readonly query: number;
  readonly x: readonly number[];
  readonly y: readonly Value[];
  readonly low?: readonly Value[];
  readonly high?: readonly Value[];
}

/** The curves that the host has sent. Those of the last query stay until the next one has been answered: nothing flickers. */
export class CurveStore {
  /** metric -> run -> of -> curve */
  readonly #curves = new Map<string, Map<string, Map<string, StoredCurve>>>();

  put({ query, metric, run, curves }: Curves): void {
    const runs = childOf(this.#curves, metric);
    const stored = childOf(runs, run);
    for (const { of, from, x, y, low, high } of curves) {
      const before = stored.get(of);
      // The first of a query begins anew.
      const kept = before?.query === query ? from : 0;
      const joined = <T>(old: readonly T[] | undefined, end: readonly T[]) =>
        kept === 0 ? end : [...(old ?? []).slice(0, kept), ...end];
      const curve: StoredCurve = { query, x: joined(before?.x, x), y: joined(before?.y, y) };
      const band = low && high ? { low: joined(before?.low, low), high: joined(before?.high, high) } : {};
      if (curve.x.length > 0) stored.set(of, { ...curve, ...band });
      else stored.delete(of);
    }
  }

  /** A query has been answered: what it did not bring is no longer there. */
  answered(query: number): void {
    for (const runs of this.#curves.values())
      for (const curves of runs.values())
        for (const [of, curve] of curves) if (curve.query !== query) curves.delete(of);
  }

  clear(): void {
    this.#curves.clear();
  }

  of(metric: string, run: string): ReadonlyMap<string, StoredCurve> {
    return this.#curves.get(metric)?.get(run) ?? new Map();
  }

  /** Ends of the x axis over all curves; undefined where there is none. */
  get extent(): Interval | undefined {
    const curves = [...this.#curves.values()].flatMap((runs) => [...runs.values()].flatMap((of) => [...of.values()]));
    const from = Math.min(...curves.map(({ x }) => x[0]));
    const to = Math.max(...curves.map(({ x }) => x[x.length - 1]));
    return from < to ? { from, to } : undefined;
  }

  get isEmpty(): boolean {
    return [...this.#curves.values()].every((runs) => [...runs.values()].every((curves) => curves.size === 0));
  }
}

function childOf<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = map.get(key);
  if (known) return known;
  const made = new Map<L, V>();
  map.set(key, made);
  return made;
}
