/** What a project's folder has beside the specifications: data files, results of runs, inferred roles. Read between requests. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Facts, InferredRoleFact, LastResult, SampleState } from '../language/facts.ts';
import type { SampleProvider } from '../language/diagnostics/diagnose.ts';
import { readRun, type RunInfo } from '../runs/run-list.ts';
import { artifactPath, runsFolder } from '../runs/run-directory.ts';
import { loadSpecs } from '../spec/load.ts';
import type { Project } from './projects.ts';

const INFERRED_ROLES = 'inferred-roles.karma.yaml';
/** What was read is good for so long, milliseconds. */
const FRESH = 5000;
/** Folders in which no data is looked for. */
const SKIPPED: ReadonlySet<string> = new Set(['.karma', '.git', 'node_modules']);

export class ProjectFacts {
  readonly #project: Project;
  readonly #samples: SampleProvider;
  readonly #now: () => number;
  readonly #onResults: () => void;
  #dataFiles: readonly string[] | undefined;
  #inferredRoles: readonly InferredRoleFact[] = [];
  #finished = new Map<string, RunInfo>();
  #readAt = -Infinity;

  /** `now`: milliseconds since the epoch. `onResults`: results of runs are there that were not known before. */
  constructor(project: Project, samples: SampleProvider, now: () => number, onResults: () => void) {
    this.#project = project;
    this.#samples = samples;
    this.#now = now;
    this.#onResults = onResults;
  }

  /** What is known now. What is old is read again for the next time. */
  get(): Facts {
    if (this.#now() - this.#readAt > FRESH) {
      this.#readAt = this.#now();
      void this.#read();
    }
    return {
      ...(this.#dataFiles && { dataFiles: this.#dataFiles }),
      inferredRoles: this.#inferredRoles,
      sampleState: (cluster) => this.#sampleState(cluster),
      lastResult: (training) => this.#lastResult(training),
    };
  }

  /** Resolves when the folder has been read. Nothing in it makes this reject. */
  async #read(): Promise<void> {
    const { folder } = this.#project;
    if (folder === undefined) return;
    this.#dataFiles = (await filesBelow(folder)).filter((path) => path.endsWith('.csv')).sort();
    const runs = runsFolder(folder);
    const finished = new Map<string, RunInfo>();
    for (const name of await readdir(runs).catch(() => [])) {
      const directory = join(runs, name);
      const run = this.#finished.get(directory) ?? finishedRun(directory, this.#now);
      if (run) finished.set(directory, run);
    }
    const isNew = [...finished.keys()].some((directory) => !this.#finished.has(directory));
    this.#finished = finished;
    this.#inferredRoles = inferredRoles([...finished.values()]);
    if (isNew) this.#onResults();
  }

  #sampleState(name: string): SampleState | undefined {
    const cluster = this.#project.view().model.clusters.find((each) => each.name === name);
    const moments = cluster && this.#samples(cluster)?.moments;
    const history = moments?.[Math.floor(moments.length / 2)];
    return history && { from: 'the emulator under a random load', history };
  }

  #lastResult(training: string): LastResult | undefined {
    const runs = [...this.#finished.values()].filter(({ manifest, summary }) => {
      const options = manifest.options as { readonly training?: unknown };
      return options.training === training && objectiveOf(summary) !== undefined;
    });
    const last = runs.sort((a, b) => b.updatedAt - a.updatedAt)[0];
    if (!last) return undefined;
    const text = `J ${objectiveOf(last.summary)!.toFixed(3)}, ${ago(this.#now() - last.updatedAt)}`;
    return { text, directory: last.directory };
  }
}

/** Paths relative to the folder, with '/'. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const open = [''];
  for (let under = open.pop(); under !== undefined; under = open.pop()) {
    for (const entry of await readdir(join(folder, under), { withFileTypes: true }).catch(() => [])) {
      const path = under === '' ? entry.name : `${under}/${entry.name}`;
      if (!entry.isDirectory()) found.push(path);
      else if (!SKIPPED.has(entry.name)) open.push(path);
    }
  }
  return found;
}

/** Undefined where it has not finished, or cannot be read: the Runs view says why. */
function finishedRun(directory: string, now: () => number): RunInfo | undefined {
  try {
    const run = readRun(directory, now);
    return run.state === 'finished' ? run : undefined;
  } catch {
    return undefined;
  }
}

function objectiveOf(summary: RunInfo['summary']): number | undefined {
  const objective = (summary as { readonly objective?: unknown } | undefined)?.objective;
  return typeof objective === 'number' ? objective : undefined;
}

/** Those of the newest run that has some. */
function inferredRoles(runs: readonly RunInfo[]): InferredRoleFact[] {
  const newest = [...runs]
    .sort((a, b) => b.updatedAt - a.updatedAt)
    .map(({ directory }) => artifactPath(directory, INFERRED_ROLES))
    .find((path) => existsSync(path));
  if (newest === undefined) return [];
  try {
    const { documents } = loadSpecs([{ path: INFERRED_ROLES, text: readFileSync(newest) }]);
    return documents.flatMap(({ name, source, yaml }) => {
      if (name === undefined) return [];
      const about = yaml.getIn(['spec', 'description']);
      const text = source.text.slice(yaml.range[0], yaml.range[2]).replace(/^---\r?\n/, '');
      return [{ name, about: typeof about === 'string' ? about : '', yaml: text }];
    });
  } catch {
    return []; // deleted in the meantime
  }
}

function ago(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 60 * 24) return `${Math.round(minutes / 60)} h ago`;
  return `${Math.round(minutes / 60 / 24)} d ago`;
}
