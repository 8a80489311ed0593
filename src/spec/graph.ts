/** Order and cycles of named things that depend on one another. */

export interface Sorted {
  /** All names that are in no cycle and depend on none, each after what it depends on; otherwise in the order given. */
  readonly order: readonly string[];
  /** Each cycle once: the names in order, starting with the one met first. */
  readonly cycles: readonly (readonly string[])[];
}

/** Depth-first, without recursion: chains may be long. Names that `dependsOn` gives but `names` lacks are ignored. */
export function sortByDependency(names: readonly string[], dependsOn: (name: string) => readonly string[]): Sorted {
  const known = new Set(names);
  const order: string[] = [];
  const cycles: string[][] = [];
  const state = new Map<string, 'open' | 'done' | 'cyclic'>();

  for (const root of names) {
    if (state.has(root)) continue;
    const path: { name: string; next: number }[] = [{ name: root, next: 0 }];
    state.set(root, 'open');
    while (path.length > 0) {
      const top = path[path.length - 1];
      const dependencies = dependsOn(top.name).filter((name) => known.has(name));
      if (top.next < dependencies.length) {
        const name = dependencies[top.next++];
        const seen = state.get(name);
        if (seen === 'open' || (seen === 'cyclic' && path.some((step) => step.name === name))) {
          const cycle = path.slice(path.findIndex((step) => step.name === name)).map((step) => step.name);
          for (const member of cycle) state.set(member, 'cyclic');
          cycles.push(cycle);
        } else if (seen === 'cyclic') state.set(top.name, 'cyclic');
        else if (seen === undefined) {
          state.set(name, 'open');
          path.push({ name, next: 0 });
        }
        continue;
      }
      path.pop();
      if (state.get(top.name) === 'open') {
        state.set(top.name, 'done');
        order.push(top.name);
      } else if (path.length > 0) state.set(path[path.length - 1].name, 'cyclic');
    }
  }
  return { order, cycles };
}
