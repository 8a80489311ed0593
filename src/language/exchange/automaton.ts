/** A trajectory pattern as a nondeterministic automaton over labels. No text is turned into code. */
import type { Pattern } from './pattern.ts';

/** What leaves a state: by a label, by any label, or without one. */
type Edge = { readonly label: string | undefined; readonly to: number } | { readonly free: number };

/** Groups that are repeated often are written out; more states than this are refused. */
const MOST_STATES = 50_000;

export class TrajectoryAutomaton {
  readonly #edges: Edge[][] = [[]];
  readonly #end: number;

  /** Throws RangeError where the repetitions of the pattern multiply to too many states. */
  constructor(pattern: Pattern) {
    this.#end = this.#add(pattern, 0);
  }

  /** Whether the whole trajectory is of the pattern. Takes time in proportion to labels x states. */
  matches(trajectory: Iterable<string>): boolean {
    let states = this.#closure([0]);
    for (const label of trajectory) {
      states = this.#closure(this.#after(states, label));
      if (states.size === 0) return false;
    }
    return states.has(this.#end);
  }

  #after(states: ReadonlySet<number>, label: string): number[] {
    const reached: number[] = [];
    for (const state of states)
      for (const edge of this.#edges[state])
        if ('to' in edge && (edge.label === undefined || edge.label === label)) reached.push(edge.to);
    return reached;
  }

  /** These states, and those that are reached from them without a label. */
  #closure(from: readonly number[]): ReadonlySet<number> {
    const states = new Set(from);
    const open = [...states];
    for (let state = open.pop(); state !== undefined; state = open.pop())
      for (const edge of this.#edges[state]) {
        if (!('free' in edge) || states.has(edge.free)) continue;
        states.add(edge.free);
        open.push(edge.free);
      }
    return states;
  }

  /** Adds the states of a pattern that begins in `start`; gives the state in which it ends. */
  #add(pattern: Pattern, start: number): number {
    switch (pattern.type) {
      case 'label':
      case 'any': {
        const end = this.#state();
        this.#edges[start].push({ label: pattern.type === 'any' ? undefined : pattern.label, to: end });
        return end;
      }
      case 'row':
        return pattern.items.reduce((at, item) => this.#add(item, at), start);
      case 'repeat':
        return this.#repeat(pattern, start);
    }
  }

  #repeat({ item, least, most }: Pattern & { type: 'repeat' }, start: number): number {
    let at = start;
    for (let i = 0; i < least; i++) at = this.#add(item, at);
    const end = this.#state();
    if (most === Infinity) {
      // A state of its own to come back to: edges of what stands before must not be taken again.
      const loop = this.#state();
      this.#edges[at].push({ free: loop });
      this.#edges[this.#add(item, loop)].push({ free: loop });
      this.#edges[loop].push({ free: end });
      return end;
    }
    for (let i = least; i < most; i++) {
      this.#edges[at].push({ free: end });
      at = this.#add(item, at);
    }
    this.#edges[at].push({ free: end });
    return end;
  }

  #state(): number {
    if (this.#edges.length >= MOST_STATES) throw new RangeError('The repetitions of the pattern multiply to too many.');
    return this.#edges.push([]) - 1;
  }
}
