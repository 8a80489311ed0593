/** The relations of a window as edges of a graph, declared links beside inferred ones. Plain data. */
import type { RelationKind, RelationsMessage, RelationWindow } from '../protocol/relations.ts';
import type { Proposal } from '../protocol/proposals.ts';
import type { State } from './state.ts';

export interface Edge {
  /** The same for one relation in every window. */
  readonly key: string;
  readonly kind: RelationKind;
  readonly from: string;
  readonly to: string;
  readonly directed: boolean;
  /** A link of the specifications; else what was inferred. */
  readonly declared: boolean;
  /** 0..1 and the p-value; of a declared link those that were inferred for it, if they were. */
  readonly strength: number | undefined;
  readonly p: number | undefined;
  readonly significant: boolean;
}

/** Weaker than this nobody would see. */
const LEAST = 0.005;

const isDirected = (kind: RelationKind): boolean => kind === 'authority';

/** Whether both join the same agents in the same way. */
function isSame(
  a: { readonly kind: string; readonly from: string; readonly to: string },
  b: { readonly kind: string; readonly from: string; readonly to: string },
): boolean {
  if (a.kind !== b.kind) return false;
  return (a.from === b.from && a.to === b.to) || (a.kind !== 'authority' && a.from === b.to && a.to === b.from);
}

/** Of the window shown; with the declared ones, each beside what was inferred for it. The strongest last, so that it is drawn on top. */
export function edgesOf(
  message: RelationsMessage,
  { window, hidden, declared, faint }: Pick<State, 'window' | 'hidden' | 'declared' | 'faint'>,
): Edge[] {
  const relations = windowAt(message, window)?.relations ?? [];
  const inferred = relations
    .filter(
      ({ kind, strength, significant }) => !hidden.includes(kind) && (significant || (faint && strength >= LEAST)),
    )
    .sort((a, b) => Number(a.significant) - Number(b.significant) || a.strength - b.strength)
    .map(({ kind, from, to, strength, p, significant }): Edge => ({
      key: keyOf('inferred', kind, from, to),
      kind,
      from,
      to,
      directed: isDirected(kind),
      declared: false,
      strength,
      p,
      significant,
    }));
  if (!declared) return inferred;
  const links = message.declared
    .filter(({ kind }) => !hidden.includes(kind))
    .map((link): Edge => {
      const { kind, from, to } = link;
      const measured = relations.find((relation) => isSame(relation, link));
      return {
        key: keyOf('declared', kind, from, to),
        kind,
        from,
        to,
        directed: isDirected(kind),
        declared: true,
        strength: measured?.strength,
        p: measured?.p,
        significant: measured?.significant ?? false,
      };
    });
  return [...inferred, ...links];
}

/** The window shown; the last where there are fewer than there were. */
export const windowAt = ({ windows }: RelationsMessage, index: number): RelationWindow | undefined =>
  windows[Math.min(index, windows.length - 1)];

const keyOf = (...parts: readonly string[]): string => parts.join('\n');

/** Whether a link of the specifications says the same. */
export const isDeclared = ({ declared }: RelationsMessage, edge: Edge): boolean =>
  declared.some((link) => isSame(link, edge));

/** What would add the relation to the specifications. */
export function proposalFor(
  message: RelationsMessage,
  proposals: readonly Proposal[],
  edge: Edge,
): Proposal | undefined {
  const found = message.proposed.find((proposed) => isSame(proposed, edge));
  return found && proposals.find(({ id }) => id === found.id);
}

/** Strength in each window; undefined where there is none. */
export const overWindows = (
  { windows }: RelationsMessage,
  edge: Edge,
): { from: number; to: number; strength: number; significant: boolean }[] =>
  windows.map(({ from, to, relations }) => {
    const found = relations.find((relation) => isSame(relation, edge));
    return { from, to, strength: found?.strength ?? 0, significant: found?.significant ?? false };
  });

export const anySignificant = ({ windows }: RelationsMessage): boolean =>
  windows.some(({ relations }) => relations.some(({ significant }) => significant));
