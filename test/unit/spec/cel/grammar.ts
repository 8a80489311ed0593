/** Random well-typed expressions, from a list of choices: the same list gives the same text, smaller numbers simpler ones. */
import { CLUSTER_FIELDS, SERVICE_FIELDS } from '../../../../src/spec/observation.ts';

export const SETTINGS = { load: 0.7, window: 30, pending: 5, none: 0, minus: -0 };
const NAMES = ["'a'", "'b'", "'c'", "'elsewhere'"];
const PRIORITIES = ["'critical'", "'normal'", "'low'"];
const CHANGING = [...Object.keys(SERVICE_FIELDS), 'demand', 'capacity'];

interface Known {
  /** Names of macro variables. */
  readonly services: readonly string[];
  readonly numbers: readonly string[];
  readonly bools: readonly string[];
  readonly texts: readonly string[];
  /** Macros over services around. */
  readonly nested: number;
  readonly depth: number;
}

export function expressionFrom(choices: readonly number[], result: 'number' | 'bool', perService: boolean): string {
  let used = 0;
  let names = 0;
  /** 0 once the choices are used up: every first alternative below ends. */
  const choose = (count: number): number => (used < choices.length ? choices[used++] % count : 0);
  const pick = <T>(values: readonly T[]): T => values[choose(values.length)];
  const deeper = (known: Known): Known => ({ ...known, depth: known.depth + 1 });

  const aService = (known: Known): string | undefined => (known.services.length > 0 ? pick(known.services) : undefined);

  const path = (known: Known): string => {
    const service = choose(4) > 0 ? aService(known) : undefined;
    return service ? `${service}.${pick(CHANGING)}` : `cluster.${pick(Object.keys(CLUSTER_FIELDS))}`;
  };

  const numberLeaf = (known: Known): string => {
    const service = aService(known);
    const leaves = [
      () => pick(['0', '1', '2.5', '0.7', '100', '3u', '0x10', '1e-3']),
      () => path(known),
      () => `settings.${pick(Object.keys(SETTINGS))}`,
      () => (service ? `${service}.${pick(['throughput', 'min', 'max'])}` : '7'),
      () => (known.numbers.length > 0 ? pick(known.numbers) : '5'),
    ];
    return pick(leaves)();
  };

  const number = (known: Known): string => {
    if (known.depth > 5) return numberLeaf(known);
    const inner = deeper(known);
    return pick([
      () => numberLeaf(known),
      () => path(known),
      () => `(${number(inner)} ${pick(['+', '-', '*', '/', '%'])} ${number(inner)})`,
      () => `-${number(inner)}`,
      () => `(${bool(inner)} ? ${number(inner)} : ${number(inner)})`,
      () =>
        `${pick(['change', 'mean'])}(${path(known)}, ${pick(['30', "'15s'", 'settings.window', "'10m'", 'duration("1m")', '(2 * settings.window)', '4'])})`,
      () => `${numbers(inner)}.${pick(['sum', 'min', 'max'])}()`,
      () => (choose(2) ? `size(${pick(lists(inner))(inner)})` : `${pick(lists(inner))(inner)}.size()`),
    ])();
  };

  const text = (known: Known): string => {
    const service = aService(known);
    const leaves = [
      () => pick(NAMES),
      () => (service ? `${service}.name` : pick(NAMES)),
      () => (known.texts.length > 0 ? pick(known.texts) : pick(NAMES)),
    ];
    if (known.depth <= 5)
      leaves.push(() => `(${bool(deeper(known))} ? ${text(deeper(known))} : ${text(deeper(known))})`);
    return pick(leaves)();
  };

  const bool = (known: Known): string => {
    const service = aService(known);
    const leaves = [
      () => pick(['true', 'false']),
      () => `(${numberLeaf(known)} ${pick(['<', '<=', '>', '>='])} ${numberLeaf(known)})`,
      () => (service ? `${service}.entryPoint` : 'false'),
      () => (known.bools.length > 0 ? pick(known.bools) : 'true'),
    ];
    if (known.depth > 5) return pick(leaves)();
    const inner = deeper(known);
    return pick([
      ...leaves,
      () => `(${number(inner)} ${pick(['<', '<=', '>', '>=', '==', '!='])} ${number(inner)})`,
      () => `(${bool(inner)} ${pick(['&&', '||', '==', '!='])} ${bool(inner)})`,
      () => `!${bool(inner)}`,
      () => `(${bool(inner)} ? ${bool(inner)} : ${bool(inner)})`,
      () => `(${text(inner)} ${pick(['==', '!='])} ${text(inner)})`,
      () => (service ? `(${service}.priority ${pick(['==', '!='])} ${pick(PRIORITIES)})` : 'true'),
      () => (service ? `(${service}.priority in [${pick(PRIORITIES)}, ${pick(PRIORITIES)}])` : 'false'),
      () => `(${text(inner)} in ${texts(inner)})`,
      () => `(${number(inner)} in ${numbers(inner)})`,
      () => quantifier(inner),
    ])();
  };

  /** Lists that can stand here: services only where macros may nest further, or a service is known. */
  const lists = (known: Known): ((known: Known) => string)[] =>
    known.nested < 2 || known.services.length > 0 ? [services, numbers, bools] : [numbers, bools];

  const quantifier = (known: Known): string => {
    const kind = pick(['exists', 'all', 'exists_one']);
    const list = pick(lists(known));
    const elements = list === services ? 'services' : list === numbers ? 'numbers' : 'bools';
    return macro(known, list, elements, (inner, v) => `${kind}(${v}, ${bool(inner)})`);
  };

  type Kind = 'services' | 'numbers' | 'bools' | 'texts';
  /** list.what(variable, ...), the variable known within. Counts every list as one over services. */
  const macro = (
    known: Known,
    list: (known: Known) => string,
    kind: Kind,
    what: (inner: Known, variable: string) => string,
  ): string => {
    const receiver = list(deeper(known));
    const variable = `v${names++}`;
    const inner = { ...deeper(known), [kind]: [...known[kind], variable], nested: known.nested + 1 };
    return `${receiver}.${what(inner, variable)}`;
  };

  const services = (known: Known): string => {
    const written = known.services.length > 0 ? `[${pick(known.services)}]` : undefined;
    const base = known.nested < 2 ? 'services' : written;
    if (base === undefined) throw new Error('no list of services here');
    return pick([
      () => base,
      () => base,
      () => (known.depth > 5 ? base : macro(known, services, 'services', (inner, v) => `filter(${v}, ${bool(inner)})`)),
      () => written ?? base,
    ])();
  };

  const listOf = (kind: Kind, item: (known: Known) => string) => {
    const list = (known: Known): string => {
      const written = (): string => `[${Array.from({ length: 1 + choose(3) }, () => item(deeper(known))).join(', ')}]`;
      if (known.depth > 5 || known.nested >= 2) return written();
      return pick([
        written,
        () => macro(known, services, 'services', (inner, v) => `map(${v}, ${item(inner)})`),
        () => macro(known, services, 'services', (inner, v) => `map(${v}, ${bool(inner)}, ${item(inner)})`),
        () => macro(known, list, kind, (inner, v) => `filter(${v}, ${bool(inner)})`),
        () => macro(known, list, kind, (inner, v) => `map(${v}, ${item(inner)})`),
      ])();
    };
    return list;
  };
  const numbers = listOf('numbers', number);
  const bools = listOf('bools', bool);
  const texts = listOf('texts', text);

  const root: Known = {
    services: perService ? ['service'] : [],
    numbers: [],
    bools: [],
    texts: [],
    nested: 0,
    depth: 0,
  };
  return result === 'bool' ? bool(root) : number(root);
}
