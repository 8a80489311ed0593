/** The navigation state of the view, which survives a reload. */
import type { RelationKind } from '../protocol/relations.ts';

export const KINDS: readonly RelationKind[] = ['authority', 'communication', 'acquaintance'];

export interface State {
  /** Directory of the run. */
  readonly directory: string;
  readonly window: number;
  /** Kinds that are not shown. */
  readonly hidden: readonly RelationKind[];
  readonly declared: boolean;
  /** Also those that are not significant. */
  readonly faint: boolean;
  readonly asTable: boolean;
  /** Key of the edge that is looked at; empty = none. */
  readonly selected: string;
}

/** Restores the state that this version or an older one kept. */
export function restore(kept: Partial<Record<keyof State, unknown>>): State {
  const { directory, window, hidden, declared, faint, asTable, selected } = kept;
  return {
    directory: typeof directory === 'string' ? directory : '',
    window: typeof window === 'number' && Number.isInteger(window) && window >= 0 ? window : 0,
    hidden: Array.isArray(hidden) ? KINDS.filter((kind) => hidden.includes(kind)) : [],
    declared: declared !== false,
    faint: faint !== false,
    asTable: asTable === true,
    selected: typeof selected === 'string' ? selected : '',
  };
}
