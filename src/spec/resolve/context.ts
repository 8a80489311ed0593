/** What a resolver knows of the other objects of the folder. */
import { closest } from '../closest.ts';
import type { CheckedExpressions } from '../cel/check.ts';
import type { Cluster } from '../model.ts';
import type { Kind } from '../schema/validators.ts';
import { quoted } from '../schema/phrases.ts';
import type { SourceObject } from '../source-object.ts';
import type { Path } from '../text/locate.ts';

/** An object whose text met its schema: `spec` has the schema's shape, with defaults. */
export interface Declared<Spec> {
  readonly object: SourceObject;
  readonly spec: Spec;
}

export class Context {
  readonly #names = new Map<Kind, Set<string>>();
  /** True where a document could not be read far enough to tell its kind and name, so that a missing name proves nothing. */
  readonly incomplete: boolean;
  /** Whether a file exists, by its path relative to the specification folder. */
  readonly exists: (path: string) => boolean;
  readonly expressions: CheckedExpressions;

  constructor({ incomplete, exists, expressions }: Pick<Context, 'incomplete' | 'exists' | 'expressions'>) {
    this.incomplete = incomplete;
    this.exists = exists;
    this.expressions = expressions;
  }

  declare(kind: Kind, name: string): void {
    const names = this.#names.get(kind) ?? new Set();
    this.#names.set(kind, names.add(name));
  }

  names(kind: Kind): ReadonlySet<string> {
    return this.#names.get(kind) ?? new Set();
  }

  /** Whether an object of that kind is declared; reports it if not. */
  refers(object: SourceObject, path: Path, kind: Kind, name: string): boolean {
    if (this.names(kind).has(name)) return true;
    if (!this.incomplete) unknownReference(object, path, kind.toLowerCase(), name, this.names(kind));
    return false;
  }
}

/** Reports a name that is not among the candidates, with the likeliest of them as a fix. `where` is like ' in group x'. */
export function unknownReference(
  object: SourceObject,
  path: Path,
  what: string,
  name: string,
  candidates: Iterable<string>,
  where = '',
): void {
  const all = [...candidates];
  const suggestion = closest(name, all);
  const others = `${all.slice(0, 8).join(', ')}${all.length > 8 ? ', ...' : ''}`;
  const known = all.length === 0 ? 'Add it.' : `Add it, or name one of: ${others}.`;
  const advice = suggestion ? `Did you mean ${suggestion}?` : known;
  const message = `There is no ${what} ${quoted(name)}${where}. ${advice}`;
  object.report(path, 'unknown-reference', message, suggestion ? { replaceBy: suggestion } : {});
}

/** Reports names that are not those of a cluster's services. */
export function checkServices(object: SourceObject, path: Path, names: readonly string[], cluster: Cluster): void {
  const known = new Set(cluster.services.map(({ name }) => name));
  names.forEach((name, index) => {
    if (known.has(name)) return;
    unknownReference(object, [...path, index], 'service', name, known, ` in cluster ${cluster.name}`);
  });
}

/** Reports entries of a list that have the name of an earlier one. */
export function checkUniqueNames(
  object: SourceObject,
  path: Path,
  entries: readonly { readonly name: string }[],
): void {
  const seen = new Set<string>();
  entries.forEach(({ name }, index) => {
    if (seen.has(name)) {
      const message = `The name ${quoted(name)} stands twice in ${String(path.at(-1))}. Rename one of them.`;
      const first = entries.findIndex((entry) => entry.name === name);
      object.report([...path, index, 'name'], 'duplicate-name', message, {
        related: [object.place([...path, first, 'name'], 'The same name.')],
      });
    }
    seen.add(name);
  });
}

/** Reports a value that has to be above zero. */
export function checkPositive(object: SourceObject, path: Path, value: number): boolean {
  if (value > 0) return true;
  const name = path.filter((step) => typeof step === 'string').at(-1);
  object.report(path, 'out-of-range', `${name} must be above 0.`);
  return false;
}

/** Reports a range whose ends are in the wrong order. */
export function checkAscending(
  object: SourceObject,
  path: Path,
  low: number,
  high: number,
  names: readonly [string, string],
  strict = false,
): boolean {
  if (low < high || (low === high && !strict)) return true;
  const words = strict ? 'must be below' : 'must not be above';
  object.report(path, 'min-above-max', `${names[0]} (${low}) ${words} ${names[1]} (${high}). Swap or correct them.`);
  return false;
}
