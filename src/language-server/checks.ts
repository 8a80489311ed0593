/** When projects are checked as one types: at once while that is quick, else after a pause; never for what is stale. */
import type { Project } from './projects.ts';

/** A check that takes less than this is made after each change. Milliseconds. */
const QUICK = 20;
/** A slower one is made when so long nothing was typed. */
const PAUSE = 200;

/** From the one that takes least to the one that finds everything. */
const STAGES = ['texts', 'loaded', 'full'] as const;
export type Stage = (typeof STAGES)[number];

/** Runs the checks of each project that changed; a check that a newer change overtakes is not made. */
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

  /** At once what is quick; the rest after a pause, a stage at a time. */
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
