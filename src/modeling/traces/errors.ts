/** What can go wrong with a trace store or a trace file; every message says what to do. */
export type TraceProblem =
  'unreadable' | 'notATraceStore' | 'corrupt' | 'locked' | 'newer' | 'full' | 'readOnly' | 'badFile' | 'missing';

export class TraceError extends Error {
  readonly problem: TraceProblem;
  constructor(problem: TraceProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TraceError';
    this.problem = problem;
  }
}

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that a user can do something about. */
const SQLITE: Readonly<Record<number, readonly [TraceProblem, string]>> = {
  5: ['locked', 'another process is writing to it; stop that process or try again later'],
  6: ['locked', 'another process is writing to it; stop that process or try again later'],
  8: ['readOnly', 'it is read-only; change its permissions or choose another file'],
  10: ['unreadable', 'reading or writing it failed; check the disk'],
  11: ['corrupt', 'the file is damaged; restore a copy, or move it away and import the traces again'],
  13: ['full', 'the disk is full; free some space. Nothing was half-written'],
  14: ['unreadable', 'it cannot be opened; check that the folder exists and can be written to'],
  19: ['badFile', 'a step was given that its recording holds already; give every step once'],
  26: ['notATraceStore', 'it is not a SQLite file; choose another path'],
};

/** Runs `action`; an error of SQLite becomes a TraceError that names the file, other errors pass. */
export function withTraceErrors<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = (error as { errcode?: unknown }).errcode;
    if (typeof code !== 'number') throw error;
    const [problem, advice] = SQLITE[code & 0xff] ?? ['unreadable', (error as Error).message];
    throw new TraceError(problem, `${path}: ${advice}.`, { cause: error });
  }
}
