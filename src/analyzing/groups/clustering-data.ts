/** What a view of the groups draws. */
import type { ActionSequence, MoveAlphabet } from './action-sequences.ts';
import type { Linkage } from './agglomerative.ts';
import { condensedIndex, type CondensedDistances } from './condensed-distances.ts';
import { cutByCount, type Cut } from './dendrogram-cuts.ts';
import { principalCoordinates } from './principal-coordinates.ts';
import { silhouettes } from './silhouette.ts';
import { optionText } from '../trajectories/trajectories.ts';
import { warpedOnto } from './warped-sequences.ts';

/** artifacts/clustering.json: what a view of the groups needs beyond analysis.json. In the order of `Analysis.sequences`. */
export interface ClusteringData {
  /** Text of each symbol: 0 = 'hold', others as 'b +2'. */
  readonly moves: readonly string[];
  readonly services: readonly string[];
  /** Of each symbol: index of the service (-1 = hold) and the replicas moved. */
  readonly moveOf: readonly { readonly service: number; readonly move: number }[];
  /** Symbols per step. */
  readonly sequences: readonly (readonly number[])[];
  /** Index of the sequence that is nearest to all others on average. */
  readonly medoid: number;
  /** Each sequence warped onto the medoid's time: one symbol per step of the medoid. */
  readonly aligned: readonly (readonly number[])[];
  /** First two principal coordinates of the distances, and the share of each (principal-coordinates.ts). */
  readonly map: {
    readonly x: readonly number[];
    readonly y: readonly number[];
    readonly explained: readonly [number, number];
  };
  /** Cuts by count, 2..min(30, n - 1) groups, each at a height of the dendrogram that gives as many. */
  readonly cuts: readonly { readonly groups: number; readonly height: number; readonly silhouette: number }[];
  /** Per cut, per sequence: its silhouette in percent, -100..100. */
  readonly itemSilhouettes: readonly (readonly number[])[];
  /** The same for the groups of the analysis (`SequenceLabel.group`), which no cut by count need give. */
  readonly ownSilhouettes: readonly number[];
  /** 1 = no groups stand out. `reason` is a sentence. */
  readonly suggested: { readonly groups: number; readonly reason: string };
  /** Action sequences there were; more than `sequences` where an even sample was drawn. */
  readonly available: number;
}

/** Nobody can distinguish more groups than this. */
const MOST_GROUPS = 30;

export interface Clustering {
  readonly services: readonly string[];
  readonly alphabet: MoveAlphabet;
  readonly sequences: readonly ActionSequence[];
  /** Action sequences that these were drawn from. */
  readonly available: number;
  readonly distances: CondensedDistances;
  readonly linkage: Linkage;
  readonly band: number;
  readonly suggested: Cut;
  /** Why there are this many groups, as a sentence. */
  readonly reason: string;
}

export function clusteringData(clustering: Clustering): ClusteringData {
  const { services, alphabet, sequences, available, distances, linkage, suggested, reason } = clustering;
  const band = clustering.band > 0 ? clustering.band : undefined;
  const medoid = medoidOf(distances);
  const onto = sequences[medoid].symbols;
  const { x, y, explained } = principalCoordinates(distances);
  const cuts = Array.from({ length: Math.max(0, Math.min(MOST_GROUPS, sequences.length - 1) - 1) }, (_, i) =>
    cutInto(i + 2, linkage, distances),
  );
  return {
    moves: alphabet.moves.map((move) => optionText(services, move)),
    services,
    moveOf: alphabet.moves,
    sequences: sequences.map(({ symbols }) => Array.from(symbols)),
    medoid,
    aligned: sequences.map(({ symbols }) => Array.from(warpedOnto(symbols, onto, alphabet, band))),
    map: { x: rounded(x), y: rounded(y), explained },
    cuts: cuts.map(({ groups, height, items }) => ({ groups, height, silhouette: mean(items) })),
    itemSilhouettes: cuts.map(({ items }) => percent(items)),
    ownSilhouettes: percent(silhouettes(distances, suggested.labels)),
    suggested: { groups: suggested.groups, reason },
    available,
  };
}

/** The item with the smallest sum of distances. */
function medoidOf({ count, values }: CondensedDistances): number {
  const sums = new Float64Array(count);
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const distance = values[condensedIndex(count, i, j)];
      sums[i] += distance;
      sums[j] += distance;
    }
  return sums.indexOf(Math.min(...sums));
}

/** The cut into `groups` groups lies between the merge that would join two of them and the one before. */
function cutInto(groups: number, linkage: Linkage, distances: CondensedDistances) {
  const above = linkage[linkage.length + 1 - groups][2];
  const below = groups > linkage.length ? 0 : linkage[linkage.length - groups][2];
  return { groups, height: (above + below) / 2, items: silhouettes(distances, cutByCount(linkage, groups)) };
}

/** Six digits are more than a picture shows. */
const rounded = (values: Float64Array): number[] => Array.from(values, (value) => Number(value.toPrecision(6)));

const percent = (values: Float64Array): number[] => Array.from(values, (value) => Math.round(100 * value));

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
