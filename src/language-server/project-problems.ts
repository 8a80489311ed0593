/** The problems of each project as far as they have been found, with the samples and facts that the checks use. */
import { diagnose, type SampleProvider } from '../language/diagnostics/diagnose.ts';
import type { HostKnowledge } from '../language/host-knowledge.ts';
import type { FolderView } from '../language/folder-view.ts';
import { compareProblems, type Problem } from '../spec/problem.ts';
import { KeptProblems } from './kept-problems.ts';
import type { Project } from './projects.ts';
import { BackgroundSamples } from './sampling/background-samples.ts';
import { ProjectFacts } from './surroundings/project-facts.ts';

/** The number of clusters of a project, counted from the first, whose states are sampled. */
const MOST_SAMPLED = 4;

interface Surroundings {
  readonly samples: SampleProvider;
  readonly facts: ProjectFacts;
  /** All problems of the last full check, and those that the loader does not find. */
  readonly all: KeptProblems;
  readonly findings: KeptProblems;
  dispose(): void;
}

export interface ProjectEvents {
  /** A check may find more now than the last one did. */
  moreToFind(project: Project): void;
  /** New results of runs are available. */
  newResults(): void;
}

export class ProjectProblems {
  readonly #events: ProjectEvents;
  readonly #surroundings = new Map<Project, Surroundings>();
  readonly #full = new WeakMap<FolderView, FolderView>();

  constructor(events: ProjectEvents) {
    this.#events = events;
  }

  /** The view with everything that is wrong, and with what the author probably does not mean. */
  fullView(project: Project): FolderView {
    const view = project.view();
    const known = this.#full.get(view);
    if (known) return known;
    const { samples, all, findings } = this.#surroundingsOf(project);
    const found = diagnose(view, { samples });
    const full = { ...view, problems: [...view.problems, ...found].sort(compareProblems) };
    findings.keep(view, found);
    all.keep(view, full.problems);
    this.#full.set(view, full);
    return full;
  }

  /** The problems of the texts alone, with those of the last full check in documents that have not changed since. */
  ofTexts(project: Project): readonly Problem[] {
    return this.#surroundingsOf(project).all.with(project.analysis.texts());
  }

  /** The problems of the loader, with what the last full check found beside them in documents that have not changed since. */
  ofLoaded(project: Project): readonly Problem[] {
    const view = project.view();
    const { documents } = view;
    const { findings } = this.#surroundingsOf(project);
    return this.#full.get(view)?.problems ?? [...view.problems, ...findings.with({ documents, problems: [] })];
  }

  factsOf(project: Project): HostKnowledge {
    return this.#surroundingsOf(project).facts.get();
  }

  samplesOf(project: Project): SampleProvider {
    return this.#surroundingsOf(project).samples;
  }

  forget(project: Project): void {
    this.#surroundings.get(project)?.dispose();
    this.#surroundings.delete(project);
  }

  #surroundingsOf(project: Project): Surroundings {
    const known = this.#surroundings.get(project);
    if (known) return known;
    const drawn = new BackgroundSamples(() => {
      this.#full.delete(project.view());
      this.#events.moreToFind(project);
    });
    // So many are kept; were more asked for, each would push out another without end.
    const samples: SampleProvider = (cluster) =>
      project.view().model.clusters.indexOf(cluster) < MOST_SAMPLED ? drawn.of(cluster) : undefined;
    const made = {
      samples,
      facts: new ProjectFacts(project, samples, Date.now, () => this.#events.newResults()),
      all: new KeptProblems(),
      findings: new KeptProblems(),
      dispose: () => drawn.dispose(),
    };
    this.#surroundings.set(project, made);
    return made;
  }
}
