/** A process that works on runs, with its clock and timers: a host hands it in (src/jobs/this-process.ts). */
export interface RunProcess {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Acts every so many milliseconds, which alone does not keep the process alive. Returns what ends it. */
  readonly every: (milliseconds: number, action: () => void) => () => void;
  readonly pid: number;
  /** A text that no other call on any machine gives. */
  readonly unique: () => string;
}
