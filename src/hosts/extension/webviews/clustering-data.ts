/** Turns the groups of an analysis into the messages of the Clustering view. Does not import vscode. */
import type { ClusteringMessage, RowKind, RowsMessage } from '../../../../webview/protocol/clustering.ts';
import { clustering as protocol } from '../../../../webview/protocol/clustering.ts';
import { packNumbers, widthFor } from '../../../../webview/protocol/packed-numbers.ts';
import type { Analysis } from '../../../analyzing/analysis.ts';
import type { ClusteringData } from '../../../analyzing/groups/clustering-data.ts';
import { readAnalysis, readClustering } from './analysis-data.ts';

/** Characters of rows in one message: several fill an envelope. */
const CHUNK = 14_000;
/** Digits that a picture shows. */
const DIGITS = 4;

export interface ClusteringMessages {
  readonly analysis: ClusteringMessage;
  /** In the order in which a view needs them. */
  readonly rows: readonly RowsMessage[];
}

/** Rejects with a sentence if the files of the run are missing, damaged or from another version. */
export async function readClusteringMessages(directory: string): Promise<ClusteringMessages> {
  const [analysis, data] = await Promise.all([readAnalysis(directory), readClustering(directory)]);
  const inconsistent = inconsistency(analysis, data);
  if (inconsistent !== undefined)
    throw new Error(`The analysis in ${directory} does not fit together (${inconsistent}): run Analyze again.`);
  const messages = messagesOf(directory, analysis, data);
  const problem = protocol.toView.analysis.problem(messages.analysis, 'analysis');
  if (problem !== undefined)
    throw new Error(
      `The analysis in ${directory} does not have the format of this version (${problem}): run Analyze again.`,
    );
  return messages;
}

/** Describes how two files of one analysis contradict each other; undefined if they do not. */
function inconsistency({ sequences, linkage, groups }: Analysis, data: ClusteringData): string | undefined {
  const count = sequences.length;
  const { map, cuts, itemSilhouettes, moves } = data;
  const lengths = [data.sequences, data.aligned, map.x, map.y, data.ownSilhouettes, ...itemSilhouettes].map(
    (list) => list.length,
  );
  if (lengths.some((length) => length !== count)) return `not everything is of ${count} sequences`;
  if (linkage.length !== Math.max(0, count - 1)) return `${linkage.length} merges of ${count} sequences`;
  if (linkage.some(([left, right], row) => left >= count + row || right >= count + row || left < 0 || right < 0))
    return 'a merge of groups that are not there yet';
  if (itemSilhouettes.length !== cuts.length || cuts.some((cut, i) => cut.groups !== i + 2)) return 'cuts are missing';
  if (data.moveOf.length !== moves.length) return 'moves are missing';
  const isSymbol = (symbol: number) => Number.isInteger(symbol) && symbol >= 0 && symbol < moves.length;
  if (![...data.sequences, ...data.aligned].every((row) => row.every(isSymbol))) return 'an unknown move';
  if (count > 0 && data.sequences[data.medoid] === undefined) return 'no medoid';
  if (sequences.some(({ group }) => groups[group] === undefined)) return 'an unknown group';
  return undefined;
}

export function messagesOf(directory: string, analysis: Analysis, data: ClusteringData): ClusteringMessages {
  const symbolWidth = widthFor(data.moves.length - 1);
  const silhouettes = [...data.itemSilhouettes, data.ownSilhouettes].map((row) => row.map((percent) => percent + 100));
  return {
    analysis: {
      directory,
      organization: analysis.organization,
      ...itemsOf(analysis, data),
      ...groupsOf(analysis, data),
    },
    rows: [
      ...rowMessages(directory, 'own', symbolWidth, data.sequences),
      ...rowMessages(directory, 'silhouettes', SILHOUETTE_WIDTH, silhouettes),
      ...rowMessages(directory, 'warped', symbolWidth, data.aligned),
    ],
  };
}

/** The sequences as columns, and the names that these point to. */
function itemsOf(
  { sequences, seeds }: Analysis,
  data: ClusteringData,
): Pick<ClusteringMessage, 'agents' | 'roles' | 'scenarios' | 'loads' | 'seeds' | 'items' | 'available'> {
  const agent = indexed(sequences.map((sequence) => sequence.agent));
  const role = indexed(sequences.map((sequence) => sequence.role));
  const scenario = indexed(sequences.map((sequence) => sequence.scenario));
  const load = indexed(sequences.map((sequence) => sequence.load));
  return {
    available: data.available,
    agents: agent.names,
    roles: role.names,
    scenarios: scenario.names,
    loads: load.names,
    seeds,
    items: {
      agent: agent.indices,
      role: role.indices,
      scenario: scenario.indices,
      load: load.indices,
      seed: sequences.map(({ source }) => source),
      episode: sequences.map(({ episode }) => episode),
      episodeSeed: sequences.map(({ episodeSeed }) => episodeSeed),
      objective: sequences.map(({ objective }) => (Number.isFinite(objective) ? short(objective) : null)),
      length: data.sequences.map((row) => row.length),
      group: sequences.map(({ group }) => group),
      x: data.map.x.map(short),
      y: data.map.y.map(short),
    },
  };
}

/** The dendrogram, the groups that were cut from it, and what the sequences are made of. */
function groupsOf(
  { linkage, groups, silhouette, purity, stability }: Analysis,
  { map, cuts, suggested, medoid, moves, moveOf, services }: ClusteringData,
) {
  return {
    explained: map.explained.map(short),
    linkage: {
      left: linkage.map(([left]) => left),
      right: linkage.map(([, right]) => right),
      height: linkage.map(([, , height]) => short(height)),
    },
    groups: groups.map(({ group, sequences, roles, role, variant }) => ({
      group,
      sequences,
      roles,
      ...(role === undefined ? {} : { role }),
      variant,
    })),
    silhouette: short(silhouette),
    purity: short(purity),
    ...(typeof stability === 'number' ? { stability: short(stability) } : {}),
    cuts: cuts.map((cut) => ({
      groups: cut.groups,
      height: short(cut.height),
      silhouette: short(cut.silhouette),
    })),
    suggested,
    medoid,
    moves: moves.map((text, i) => ({ text, ...moveOf[i] })),
    services,
  };
}

/** For 0..200. */
const SILHOUETTE_WIDTH = widthFor(200);

/** Rows in messages that fill envelopes well. */
function rowMessages(
  directory: string,
  kind: RowKind,
  width: number,
  all: readonly (readonly number[])[],
): RowsMessage[] {
  const messages: { directory: string; kind: RowKind; width: number; from: number; rows: string[] }[] = [];
  let size = Infinity;
  for (const [from, values] of all.entries()) {
    const row = packNumbers(values, width);
    if (size + row.length > CHUNK) {
      messages.push({ directory, kind, width, from, rows: [] });
      size = 0;
    }
    messages[messages.length - 1].rows.push(row);
    // With its quotes, escaped in the envelope, and a comma.
    size += row.length + 5;
  }
  return messages;
}

/** The distinct names, and the index of the name at each place. */
function indexed(values: readonly string[]): { readonly names: string[]; readonly indices: number[] } {
  const numbers = new Map<string, number>();
  const indices = values.map((value) => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  });
  return { names: [...numbers.keys()], indices };
}

const short = (value: number): number => Number(value.toPrecision(DIGITS));
