/** Decides when projects are checked while the user types: at once if that is quick, otherwise after a pause. Stale checks are dropped. */
import type { Project } from './projects.ts';

/** Milliseconds; a check that takes less is made after each change. */
const QUICK = 20;
/** Milliseconds without typing after which a slower check is made. */
const PAUSE = 200;

/** From the fastest to the most thorough. */
const STAGES = ['texts', 'loaded', 'full'] as const;
export type Stage = (typeof STAGES)[number];

/** Runs the checks of each changed project, but not a check that a newer change has made stale. */
export class Checks {
  readonly #check: (project: Project, stage: Stage) => void;
  readonly #now: () => number;
  /** The last two times of each stage: one that was slow by chance does not count. */
  readonly #took = new Map<Project, Record<Stage, readonly [number, number]>>();
  readonly #waiting = new Map<Project, () => void>();

  /** `now`: milliseconds, of a clock or of computing, from any time on. */
  constructor(check: (project: Project, stage: Stage) => void, now: () => number) {
    this.#check = check;
    this.#now = now;
  }

  /** Runs the quick stages at once and the others after a pause, one stage at a time. */
  request(project: Project): void {
    this.#waiting.get(project)?.();
    const quick = STAGES.findLast((stage) => this.#isQuick(project, stage));
    const finish = (): void => {
      if (quick === 'loaded') this.#run(project, 'full');
      else {
        this.#run(project, 'loaded');
        this.#soon(project, () => this.#run(project, 'full'));
      }
    };
    if (quick === undefined) this.#later(project, finish);
    else {
      this.#soon(project, () => {
        this.#run(project, quick);
        if (quick !== 'full') this.#later(project, finish);
      });
    }
  }

  forget(project: Project): void {
    this.#waiting.get(project)?.();
    this.#waiting.delete(project);
    this.#took.delete(project);
  }

  /** After the messages that are there already: the connection takes one of them a turn, so that it is after the next turn. */
  #soon(project: Project, run: () => void): void {
    let immediate = setImmediate(() => {
      immediate = setImmediate(() => {
        this.#waiting.delete(project);
        run();
      });
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
    this.#check(project, stage);
    const took = this.#now() - started;
    const before = this.#took.get(project) ?? { texts: [0, 0], loaded: [0, 0], full: [0, 0] };
    this.#took.set(project, { ...before, [stage]: [before[stage][1], took] });
  }

  #isQuick(project: Project, stage: Stage): boolean {
    const took = this.#took.get(project);
    return took === undefined || Math.min(...took[stage]) < QUICK;
  }
}
