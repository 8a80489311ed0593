import type { Curves } from '../../../../../webview/protocol/learning-curves.ts';
import type { Points } from './thin-out.ts';

type Curve = Curves['curves'][number];
type Sent = Required<Omit<Curve, 'of' | 'from'>>;

/** What the view has of one run and metric, so that only the ends that changed are sent. */
export class SentCurves {
  readonly #sent = new Map<string, Sent>();

  /** The curves, or their new ends, that the view lacks. */
  update(curves: ReadonlyMap<string, Points>): Curve[] {
    const gone = [...this.#sent.keys()].filter((of) => !curves.has(of));
    for (const of of gone) this.#sent.delete(of);
    const changed = [...curves].flatMap(([of, points]) => {
      const present = rounded(points);
      const before = this.#sent.get(of);
      this.#sent.set(of, present);
      const from = before ? commonLength(before, present) : 0;
      if (before && from === present.x.length && before.x.length === from) return [];
      const rest = (values: readonly (number | null)[]) => values.slice(from);
      return [
        {
          of,
          from,
          x: present.x.slice(from),
          y: rest(present.y),
          ...(points.low ? { low: rest(present.low), high: rest(present.high) } : {}),
        },
      ];
    });
    return [...changed, ...gone.map((of) => ({ of, from: 0, x: [], y: [] }))];
  }
}

/** As exact as a screen can show, and half as many characters. JSON has no NaN: null. */
function rounded({ x, y, low = [], high = [] }: Points): Sent {
  const short = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(6)) : null);
  return {
    x: x.map((value) => (Number.isInteger(value) ? value : Math.round(value * 1000) / 1000)),
    y: y.map(short),
    low: low.map(short),
    high: high.map(short),
  };
}

function commonLength(a: Sent, b: Sent): number {
  const limit = Math.min(a.x.length, b.x.length);
  for (let i = 0; i < limit; i++)
    if (a.x[i] !== b.x[i] || a.y[i] !== b.y[i] || a.low[i] !== b.low[i] || a.high[i] !== b.high[i]) return i;
  return limit;
}
