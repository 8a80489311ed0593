/** Recorded trajectories made into the messages of the Episode view; plain code. */
import { readdir, stat } from 'node:fs/promises';
import type { EpisodeList, EpisodeMessage, Place } from '../../../../webview/protocol/episode.ts';
import { episodeView } from '../../../../webview/protocol/episode.ts';
import { artifactPath } from '../../../runs/run-directory.ts';
import { readTrajectories, type TrajectoriesFile } from './analysis-data.ts';

/** Digits that count of a state: more than anybody reads. */
const DIGITS = 4;

/** Files that are kept: two episodes are compared, and one is chosen. */
const KEPT = 3;

/** Files of trajectories, the last few of them kept in memory as long as they do not change. */
export class TrajectoryFiles {
  readonly #kept = new Map<string, { readonly changed: number; readonly file: Promise<TrajectoriesFile> }>();

  /** Rejects with a sentence where it cannot be read. */
  async get(directory: string, seed: number): Promise<TrajectoriesFile> {
    const path = artifactPath(directory, `trajectories/${seed}.bin`);
    const changed = await stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => NaN,
    );
    const known = this.#kept.get(path);
    this.#kept.delete(path);
    const entry = known?.changed === changed ? known : { changed, file: readTrajectories(directory, seed) };
    this.#kept.set(path, entry);
    for (const oldest of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(oldest);
    return entry.file;
  }
}

/** Training seeds of which a run has trajectories, ascending; none where there are no files. */
export async function recordedSeeds(directory: string): Promise<number[]> {
  const names = await readdir(artifactPath(directory, 'trajectories')).catch(() => []);
  return names
    .flatMap((name) => /^(\d+)\.bin$/.exec(name)?.slice(1) ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** The episodes of a file, to choose from. */
export function episodeList(directory: string, seed: number, file: TrajectoriesFile): EpisodeList {
  const scenarios = [...new Set(file.episodes.map(({ scenario }) => scenario))];
  const loads = [...new Set(file.episodes.map(({ load }) => load))];
  return {
    directory,
    seed,
    scenarios,
    loads,
    scenario: file.episodes.map(({ scenario }) => scenarios.indexOf(scenario)),
    load: file.episodes.map(({ load }) => loads.indexOf(load)),
    luck: file.episodes.map(({ seed: luck }) => luck),
    steps: file.episodes.map(({ steps }) => steps),
    objective: file.episodes.map((_, e) => rounded(file.meanObjective(e))),
  };
}

/** One episode with everything that was recorded of it. Throws an Error with a sentence where a part is missing or too short. */
export function episodeMessage(place: Place, file: TrajectoriesFile): EpisodeMessage {
  const { stateFields, agents, goals, services, interval } = file;
  const episode = file.episode(place.episode);
  const { steps } = episode;
  try {
    const column = (values: Float32Array, offset: number, stride: number, digits = DIGITS) =>
      Array.from({ length: steps }, (_, t) => rounded(at(values, offset + t * stride), digits));
    const row = (values: ArrayLike<number>, index: number) =>
      Array.from({ length: steps }, (_, t) => at(values, index * steps + t));
    const message: EpisodeMessage = {
      place,
      scenario: episode.scenario,
      load: episode.load,
      luck: episode.seed,
      interval,
      steps,
      services,
      entryPoints: file.entryPoints ?? null,
      events: episode.events?.map((event) => ({ ...event })) ?? null,
      fields: stateFields.map((name, f) => ({ name, values: column(episode.states, f, stateFields.length) })),
      objective: column(episode.objective, 0, 1, 6),
      agents: agents.map(({ name, roles, options }, a) => ({
        name,
        roles,
        options: options.map(({ service, move }) => ({ service, move })),
        rules: file.rules?.[a] ?? null,
        actions: row(episode.actions, a),
        free: row(episode.freeActions, a),
        allowed: bits(episode.allowed[a], steps * options.length),
        active: row(episode.active, a).join(''),
        probabilities: episode.probabilities ? thousandths(episode.probabilities[a], steps, options.length) : null,
        rule: episode.rule ? row(episode.rule, a) : null,
        expected: episode.expected ? row(episode.expected, a).map((value) => rounded(value, DIGITS)) : null,
      })),
      goals: goals.map((name, g) => ({ name, satisfied: row(episode.satisfied, g).join('') })),
      expectedMeaning: file.expectedMeaning ?? '',
    };
    const problem = episodeView.toView.episode.problem(message, 'episode');
    if (problem !== undefined) throw new Error(problem);
    return message;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Episode ${place.episode} of seed ${place.seed} does not have the format of this version (${why}): run Analyze again.`,
      { cause: error },
    );
  }
}

function bits(values: Uint8Array, length: number): string {
  if (values.length !== length) throw new RangeError(`there are ${values.length} values for ${length}`);
  return values.join('');
}

/** A step whose probabilities are not all numbers is all -1. */
function thousandths(values: Float32Array, steps: number, options: number): number[] {
  return Array.from({ length: steps }, (_, t) => {
    const shares = Array.from({ length: options }, (_, o) => at(values, t * options + o));
    const known = shares.every(Number.isFinite);
    return shares.map((share) => (known ? Math.round(1000 * share) : -1));
  }).flat();
}

function at(values: ArrayLike<number>, index: number): number {
  const value = values[index];
  if (value === undefined) throw new RangeError(`a list ends at ${values.length}`);
  return value;
}

/** null for what is no finite number: JSON has none. */
function rounded(value: number, digits = DIGITS): number | null {
  if (!Number.isFinite(value)) return null;
  return Number.isInteger(value) ? value : Number(value.toPrecision(digits));
}
