/** When projects are checked as one types: at once while that is quick, else after a pause; never for what is stale. */
import type { Project } from './projects.ts';

/** A check that takes less than this is made after each change. Milliseconds. */
const QUICK = 20;
/** A slower one is made when so long nothing was typed. */
const PAUSE = 200;

export interface Stages {
  /** What the loader finds, with the findings of before in documents that did not change. */
  first(project: Project): void;
  /** Everything. */
  full(project: Project): void;
}
type Stage = keyof Stages;

/** Runs the checks of each project that changed; a check that a newer change overtakes is not made. */
export class Checks {
  readonly #stages: Stages;
  readonly #now: () => number;
  /** The last two times of each stage: one that was slow by chance does not count. */
  readonly #took = new Map<Project, Record<Stage, readonly [number, number]>>();
  readonly #waiting = new Map<Project, () => void>();

  /** `now`: milliseconds from any time on. */
  constructor(stages: Stages, now: () => number) {
    this.#stages = stages;
    this.#now = now;
  }

  request(project: Project): void {
    this.#waiting.get(project)?.();
    if (this.#isQuick(project, 'full')) this.#soon(project, () => this.#run(project, 'full'));
    else if (this.#isQuick(project, 'first')) {
      this.#soon(project, () => {
        this.#run(project, 'first');
        this.#later(project, () => this.#run(project, 'full'));
      });
    } else {
      this.#later(project, () => {
        this.#run(project, 'first');
        this.#soon(project, () => this.#run(project, 'full'));
      });
    }
  }

  forget(project: Project): void {
    this.#waiting.get(project)?.();
    this.#waiting.delete(project);
    this.#took.delete(project);
  }

  /** After the messages that are there already. */
  #soon(project: Project, run: () => void): void {
    const immediate = setImmediate(() => {
      this.#waiting.delete(project);
      run();
    });
    this.#waiting.set(project, () => clearImmediate(immediate));
  }

  #later(project: Project, run: () => void): void {
    const timer = setTimeout(() => {
      this.#waiting.delete(project);
      run();
    }, PAUSE);
    this.#waiting.set(project, () => clearTimeout(timer));
  }

  #run(project: Project, stage: Stage): void {
    const started = this.#now();
    this.#stages[stage](project);
    const took = this.#now() - started;
    const before = this.#took.get(project) ?? { first: [0, 0], full: [0, 0] };
    this.#took.set(project, { ...before, [stage]: [before[stage][1], took] });
  }

  #isQuick(project: Project, stage: Stage): boolean {
    const took = this.#took.get(project);
    return took === undefined || Math.min(...took[stage]) < QUICK;
  }
}
