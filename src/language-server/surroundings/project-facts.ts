/** What a project's folder has beside the specifications: data files, results of runs, inferred roles. Read between requests. */
import type { SampleProvider } from '../../language/diagnostics/diagnose.ts';
import type { HostKnowledge, InferredRole, SampleState } from '../../language/host-knowledge.ts';
import type { Project } from '../projects.ts';
import { dataFilesBelow } from './data-files.ts';
import { lastResultOf, readFinishedRuns, type FinishedRuns } from './finished-runs.ts';
import { inferredRolesOf } from './inferred-roles.ts';

/** Milliseconds for which the last reading is used. */
const FRESH = 5000;

export class ProjectFacts {
  readonly #project: Project;
  readonly #samples: SampleProvider;
  readonly #now: () => number;
  readonly #onResults: () => void;
  #dataFiles: readonly string[] | undefined;
  #inferredRoles: readonly InferredRole[] = [];
  #finished: FinishedRuns = new Map();
  #readAt = -Infinity;

  /** `now`: milliseconds since the epoch. `onResults`: results of runs are there that were not known before. */
  constructor(project: Project, samples: SampleProvider, now: () => number, onResults: () => void) {
    this.#project = project;
    this.#samples = samples;
    this.#now = now;
    this.#onResults = onResults;
  }

  /** The facts as they are known now. Old facts are read again for the next call. */
  get(): HostKnowledge {
    if (this.#now() - this.#readAt > FRESH) {
      this.#readAt = this.#now();
      void this.#read();
    }
    return {
      ...(this.#dataFiles && { dataFiles: this.#dataFiles }),
      inferredRoles: this.#inferredRoles,
      sampleState: (cluster) => this.#sampleState(cluster),
      lastResult: (training) => lastResultOf(this.#finished, training, this.#now()),
    };
  }

  /** Resolves when the folder has been read. Nothing in it makes this reject. */
  async #read(): Promise<void> {
    const { folder } = this.#project;
    if (folder === undefined) return;
    this.#dataFiles = await dataFilesBelow(folder);
    const finished = await readFinishedRuns(folder, this.#finished, this.#now);
    const isNew = [...finished.keys()].some((directory) => !this.#finished.has(directory));
    this.#finished = finished;
    this.#inferredRoles = inferredRolesOf(finished);
    if (isNew) this.#onResults();
  }

  #sampleState(name: string): SampleState | undefined {
    const cluster = this.#project.view().model.clusters.find((each) => each.name === name);
    const moments = cluster && this.#samples(cluster)?.moments;
    const history = moments?.[Math.floor(moments.length / 2)];
    return history && { from: 'the emulator under a random load', history };
  }
}
