/**
 * What an analysis left in its run, read and checked; plain code, shared by the views of an analysis. Everything here rejects
 * with a sentence that says what is wrong and what to do: absent, of an older version, damaged.
 */
import { readFile } from 'node:fs/promises';
import type { Analysis } from '../../../analyzing/analysis.ts';
import type { Trajectories, TrajectoryEpisode } from '../../../analyzing/trajectories/trajectories.ts';
import type { ClusteringData } from '../../../analyzing/groups/clustering-data.ts';
import { ANALYSIS_FILE, CLUSTERING_FILE, TRAJECTORIES_FOLDER, TRAJECTORIES_FORMAT } from '../../../runs/artifacts.ts';
import { toIoError } from '../../../runs/io-error.ts';
import { artifactPath } from '../../../runs/run-directory.ts';
import { unpack, type TypedArray } from '../../../runs/typed-arrays.ts';
import { list, number, object, orNull, text, type Shape } from '../../../../webview/protocol/shape.ts';
import type { RunEntry } from '../runs/run-entry.ts';

const trajectoriesFile = (seed: number): string => `${TRAJECTORIES_FOLDER}/${seed}.bin`;
/** Older ones lack what the views can do without. */
const OLDEST_FORMAT = 1;

/** Whether a run has something for these views. */
export const hasAnalysis = ({ results }: Pick<RunEntry, 'results'>): boolean => results.includes('analysis');

/** The parts of analysis.json that every view relies on; each view checks what it shows beyond that by its own message. */
const analysisShape = object({
  organization: text,
  seeds: list(number),
  sequences: list(
    object({
      agent: text,
      role: text,
      seed: number,
      source: number,
      episode: number,
      scenario: text,
      load: text,
      episodeSeed: number,
      group: number,
      /** null = not a number. */
      objective: orNull(number),
    }),
  ),
  linkage: list(list(number)),
  groups: list(object({ group: number, sequences: number })),
  silhouette: number,
  purity: number,
});

const clusteringShape = object({
  moves: list(text),
  services: list(text),
  moveOf: list(object({ service: number, move: number })),
  sequences: list(list(number)),
  medoid: number,
  aligned: list(list(number)),
  map: object({ x: list(number), y: list(number), explained: list(number) }),
  cuts: list(object({ groups: number, height: number, silhouette: number })),
  itemSilhouettes: list(list(number)),
  ownSilhouettes: list(number),
  suggested: object({ groups: number, reason: text }),
  available: number,
});

/** artifacts/analysis.json. */
export function readAnalysis(directory: string): Promise<Analysis> {
  return readJson<Analysis>(directory, ANALYSIS_FILE, analysisShape);
}

/** artifacts/clustering.json. An analysis of an older version has none. */
export function readClustering(directory: string): Promise<ClusteringData> {
  return readJson<ClusteringData>(directory, CLUSTERING_FILE, clusteringShape);
}

/** An episode as recorded: format 1 has neither probabilities nor rules nor what the critic expected. */
export type RecordedEpisode = Optional<TrajectoryEpisode, 'probabilities' | 'expected' | 'rule'>;
type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>;

/** Trajectories of one seed of a run; episodes are put together when asked for. */
export interface TrajectoriesFile extends Optional<Omit<Trajectories, 'episodes'>, 'rules' | 'expectedMeaning'> {
  readonly episodes: readonly Pick<TrajectoryEpisode, 'scenario' | 'load' | 'seed' | 'steps' | 'events'>[];
  /** Throws a RangeError where there is no such episode. */
  episode(index: number): RecordedEpisode;
  /** Mean J of an episode; NaN where it has none. */
  meanObjective(index: number): number;
}

/** artifacts/trajectories/<seed>.bin. */
export async function readTrajectories(directory: string, seed: number): Promise<TrajectoriesFile> {
  const path = artifactPath(directory, trajectoriesFile(seed));
  const bytes = await readFile(path).catch((error: unknown) => {
    throw toIoError(error, path);
  });
  const { json, arrays } = whole(path, () => unpack(bytes));
  const { format, kind, ...content } = (json ?? {}) as Trajectories & { format?: unknown; kind?: unknown };
  if (kind !== 'trajectories') throw damaged(path, 'it holds no trajectories');
  if (typeof format !== 'number' || format < OLDEST_FORMAT) throw damaged(path, 'its format has no number');
  if (format > TRAJECTORIES_FORMAT)
    throw new Error(
      `${path} was written by a newer version of KARMA MAS: open it with that one, or run Analyze again.`,
    );
  return {
    ...content,
    episode(index) {
      const header = content.episodes[index];
      if (!header)
        throw new RangeError(`${path} has no episode ${index}: it has ${content.episodes.length}, counted from 0.`);
      return { ...header, ...arraysOf(arrays, index) } as RecordedEpisode;
    },
    meanObjective(index) {
      const values = arrays[`${index}.objective`] ?? [];
      let sum = 0;
      for (const value of values) sum += value;
      return values.length > 0 ? sum / values.length : NaN;
    },
  };
}

/** Arrays '<episode>.<name>', and lists of them by agent '<episode>.<name>.<agent>'. */
function arraysOf(
  arrays: Readonly<Record<string, TypedArray>>,
  episode: number,
): Record<string, TypedArray | TypedArray[]> {
  const found: Record<string, TypedArray | TypedArray[]> = {};
  for (const [key, array] of Object.entries(arrays)) {
    const [owner, name, agent] = key.split('.');
    if (Number(owner) !== episode) continue;
    if (agent === undefined) found[name] = array;
    else ((found[name] ??= []) as TypedArray[])[Number(agent)] = array;
  }
  return found;
}

async function readJson<T>(directory: string, name: string, shape: Shape<unknown>): Promise<T> {
  const path = artifactPath(directory, name);
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw toIoError(error, path);
  });
  const value = whole(path, () => JSON.parse(content) as unknown);
  const problem = shape.problem(value, name);
  if (problem !== undefined)
    throw new Error(`${path} does not have the format of this version (${problem}): run Analyze again.`);
  return value as T;
}

function whole<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw damaged(path, error instanceof SyntaxError ? 'it is no JSON' : String((error as Error).message), error);
  }
}

function damaged(path: string, why: string, cause?: unknown): Error {
  return new Error(`${path} is damaged (${why}): run Analyze again.`, { cause });
}
