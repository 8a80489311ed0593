import { ClusterError } from '../cluster/live/live-cluster.ts';
import { TraceError, type TraceProblem } from '../modeling/traces/errors.ts';
import { IoError } from '../runs/io-error.ts';
import { LeaseHeldError } from '../runs/lease.ts';
import { RunNotFoundError } from '../runs/run-list.ts';

/** Exit codes of the command line and the runner. */
export const EXIT = { fine: 0, problems: 1, usage: 2, io: 3, stopped: 130 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command was used incorrectly; the message shows the correct usage. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A job is impossible with what it was given; the message says what to do. */
export class JobError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'JobError';
  }
}

/** Returns what a user sees of a failure: one sentence, the exit code, and the stack for those who ask for it. */
export function describeFailure(error: unknown): { message: string; exitCode: ExitCode; stack: string } {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return { message: sentence(error), exitCode: exitCodeOf(error), stack };
}

function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof UsageError || error instanceof RunNotFoundError) return EXIT.usage;
  if (error instanceof IoError || error instanceof LeaseHeldError || error instanceof ClusterError) return EXIT.io;
  if (error instanceof TraceError) return TRACE_FILE_PROBLEMS.has(error.problem) ? EXIT.io : EXIT.problems;
  return isSystemError(error) ? EXIT.io : EXIT.problems;
}

/** Problems of the file itself. The others concern its contents. */
const TRACE_FILE_PROBLEMS: ReadonlySet<TraceProblem> = new Set(['unreadable', 'locked', 'full', 'readOnly']);

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return `Something unexpected was thrown: ${String(error)}.`;
  if (isSystemError(error)) return `A file or a connection failed: ${error.message}.`;
  // Errors that the engine throws on purpose say what to do. Those that JavaScript throws are bugs.
  if (error instanceof TypeError || error instanceof ReferenceError)
    return `An internal error: ${error.message.split('\n')[0]} (--debug shows where; please report it).`;
  return error.message;
}

/** Tells whether this is an error of the operating system that no layer has explained. */
function isSystemError(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  return typeof code === 'string' && typeof syscall === 'string';
}
