/** Messages of the Clustering view. The host reads what an analysis wrote; the view cuts the dendrogram and draws. */
import { runChoiceToHost, runChoiceToView } from './run-choice.ts';
import { flag, list, number, object, oneOf, optional, orNull, text, type Of } from './shape.ts';

/** A group as the analysis made it, and the declared roles of its sequences, the most frequent first. */
const group = object({
  group: number,
  sequences: number,
  roles: list(object({ role: text, sequences: number })),
  /** The declared role that it matches; left out where none does. */
  role: optional(text),
  /** The same role in other circumstances. */
  variant: flag,
});

/**
 * An analysis without its rows of numbers, which come in messages of their own. Columns have an entry per sequence; those
 * named like a list (`agent` and `agents`) hold indices into it.
 */
const analysis = object({
  /** Of the run. */
  directory: text,
  organization: text,
  /** Sequences that there were; more than are shown where a sample was drawn. */
  available: number,
  agents: list(text),
  roles: list(text),
  scenarios: list(text),
  loads: list(text),
  seeds: list(number),
  items: object({
    agent: list(number),
    role: list(number),
    scenario: list(number),
    load: list(number),
    /** Index into `seeds`. */
    seed: list(number),
    /** In the trajectories of that seed. */
    episode: list(number),
    episodeSeed: list(number),
    /** Mean J of the episode; null = not a number. */
    objective: list(orNull(number)),
    /** Steps. */
    length: list(number),
    /** As the analysis cut. */
    group: list(number),
    /** Principal coordinates. */
    x: list(number),
    y: list(number),
  }),
  /** Shares of the variance along x and y. */
  explained: list(number),
  /** SciPy's linkage matrix without the sizes: joined group, joined group, distance. */
  linkage: object({ left: list(number), right: list(number), height: list(number) }),
  groups: list(group),
  /** Of the analysis's cut. */
  silhouette: number,
  purity: number,
  /** Left out for one seed or one group. */
  stability: optional(number),
  /** By number of groups, from 2 on. */
  cuts: list(object({ groups: number, height: number, silhouette: number })),
  suggested: object({ groups: number, reason: text }),
  medoid: number,
  /** Of each symbol: how it reads, its service (-1 = hold) and the replicas moved. */
  moves: list(object({ text, service: number, move: number })),
  services: list(text),
});

/** Rows `from`.. of one kind, packed (packed-numbers.ts), `width` characters a number. */
const rows = object({
  directory: text,
  /**
   * Symbols by step, or by step of the medoid; or, for each cut and at the end for the groups of the analysis, the silhouettes of
   * all sequences in percent + 100.
   */
  kind: oneOf('own', 'warped', 'silhouettes'),
  width: number,
  from: number,
  rows: list(text),
});

export const clustering = {
  toView: {
    ...runChoiceToView,
    analysis,
    rows,
  },
  toHost: {
    ...runChoiceToHost,
    /** Opens the Episode view on what one agent did in one episode. */
    episode: object({ directory: text, seed: number, episode: number, agent: text }),
    open: object({ what: oneOf('analyze', 'runAll', 'train', 'reveal', 'showLog', 'roles', 'relations') }),
  },
} as const;

export type ClusteringMessage = Of<typeof analysis>;
export type RowsMessage = Of<typeof rows>;
export type RowKind = RowsMessage['kind'];
