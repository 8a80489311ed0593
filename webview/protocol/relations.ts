/** Messages of the Relations view. The host reads the analysis of a run; the view draws it. */
import { analysisToHost, analysisToView } from './proposals.ts';
import { flag, list, number, object, oneOf, text, type Of } from './shape.ts';

const kind = oneOf('acquaintance', 'authority', 'communication');

const relation = object({
  kind,
  from: text,
  to: text,
  /** 0..1 */
  strength: number,
  p: number,
  significant: flag,
});

const relations = object({
  /** Of the run. */
  directory: text,
  organization: text,
  notes: list(text),
  /** Level of significance, and the least strength that counts. */
  alpha: number,
  minimumStrength: number,
  agents: list(object({ name: text, roles: list(text) })),
  /** One after the other; seconds since the start of the episode. */
  windows: list(object({ from: number, to: number, relations: list(relation) })),
  declared: list(object({ kind, from: text, to: text })),
  /** For every proposed relation the agents that it is about. */
  proposed: list(object({ id: text, kind, from: text, to: text })),
});

export const relationsView = {
  toView: { ...analysisToView, relations },
  toHost: analysisToHost,
} as const;

export type RelationsMessage = Of<typeof relations>;
export type RelationKind = Of<typeof kind>;
export type Relation = Of<typeof relation>;
export type RelationWindow = RelationsMessage['windows'][number];
