/** Names of MOISE+MARL, which may be any text, and ours: lower-case letters, digits and '-'. */

const LONGEST = 63;

/** Ours for each of theirs, each once, in their order. */
export function ourNames(theirs: Iterable<string>): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of theirs) {
    if (names.has(name)) continue;
    const plain = plainName(name);
    let ours = plain;
    for (let i = 2; taken.has(ours); i++) ours = `${plain.slice(0, LONGEST - 1 - String(i).length)}-${i}`;
    taken.add(ours);
    names.set(name, ours);
  }
  return names;
}

/** 'role_1' -> 'role-1' */
export function plainName(name: string): string {
  if (name.length <= LONGEST && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return name;
  const plain = name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-+|-+$/g, '');
  return plain === '' ? 'unnamed' : plain;
}
