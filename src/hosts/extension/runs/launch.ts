/** Starts the detached runner. Knows nothing of VS Code; never a shell. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { journalPath } from '../../../runs/run-directory.ts';
import type { StartAnswer, StartRequest } from '../../../jobs/starting/start-protocol.ts';
import type { NodeProgram } from '../services.ts';

/** An answer takes a second or two; a machine that sleeps or swaps gets longer. */
const ANSWER_WITHIN = 60_000;
/** Milliseconds between two looks at whether a run has begun. */
const LOOK = 200;
/** Where nobody holds the lease, the watchdog need not wait for its end. */
const NOBODY = 'nobody';

export interface Launcher {
  readonly node: NodeProgram;
  /** dist/runner.mjs */
  readonly runner: string;
  /** What a runner prints beside its answer is added here. */
  readonly logFile: string;
}

/**
 * Starts a job in a process that outlives this one and resolves with its answer: a run, or why there is none. Rejects with a sentence where
 * the process itself does not start or ends without an answer.
 */
export async function launchStart(launcher: Launcher, request: StartRequest): Promise<StartAnswer> {
  const { child, printed, closeLog } = spawnRunner(launcher, ['start', JSON.stringify(request)]);
  try {
    const line = await firstLine(child, printed);
    return JSON.parse(line) as StartAnswer;
  } finally {
    letGo(child);
    closeLog();
  }
}

/**
 * Goes on with a run in a process that outlives this one. Resolves once it has begun: with a first event in the run's journal, from
 * which on a stop counts. Rejects with a sentence where it ends before.
 */
export async function launchResume(launcher: Launcher, directory: string): Promise<void> {
  const size = () => statSync(journalPath(directory), { throwIfNoEntry: false })?.size ?? 0;
  const before = size();
  const { child, printed, closeLog } = spawnRunner(launcher, ['job', directory]);
  try {
    await begun(child, printed, () => size() > before);
  } finally {
    letGo(child);
    closeLog();
  }
}

/**
 * Gives the services back to their HPAs where the process of a transfer is gone and has left them changed (runner/watchdog.ts), in a
 * process that outlives this one. `holder`: of the lease that it left. Resolves when that is done; rejects with a sentence where it is not.
 */
export async function launchRestore(launcher: Launcher, directory: string, holder: string): Promise<void> {
  const { child, printed, closeLog } = spawnRunner(launcher, ['watchdog', directory, holder || NOBODY]);
  try {
    await first<void>((resolve, reject) => {
      child.on('error', (error) => reject(notStarted(child, error)));
      child.on('exit', (code, signal) => (code === 0 ? resolve() : reject(endedEarly(code, signal, printed()))));
      return () => undefined;
    }, child);
  } finally {
    letGo(child);
    closeLog();
  }
}

interface Spawned {
  readonly child: ChildProcess;
  /** What it has printed to its log so far. */
  readonly printed: () => string;
  readonly closeLog: () => void;
}

function spawnRunner({ node, runner, logFile }: Launcher, args: readonly string[]): Spawned {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const before = statSync(logFile).size;
  const child = spawn(node.path, [runner, ...args], {
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'pipe', log],
    env: { ...process.env, ...node.env },
  });
  const printed = () => readFileSync(logFile).subarray(before).toString('utf8').trim();
  return { child, printed, closeLog: () => closeSync(log) };
}

function firstLine(child: ChildProcess, printed: () => string): Promise<string> {
  return first((resolve, reject) => {
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.on('error', (error) => reject(notStarted(child, error)));
    child.on('close', (code, signal) => reject(endedEarly(code, signal, printed())));
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`The runner has not answered within ${ANSWER_WITHIN / 1000} s. ${lastLine(printed())}`));
    }, ANSWER_WITHIN);
    return () => clearTimeout(timer);
  }, child);
}

function begun(child: ChildProcess, printed: () => string, hasBegun: () => boolean): Promise<void> {
  return first((resolve, reject) => {
    const look = setInterval(() => hasBegun() && resolve(), LOOK);
    const timer = setTimeout(resolve, ANSWER_WITHIN);
    child.on('error', (error) => reject(notStarted(child, error)));
    child.on('exit', (code, signal) => (code === 0 ? resolve() : reject(endedEarly(code, signal, printed()))));
    return () => {
      clearInterval(look);
      clearTimeout(timer);
    };
  }, child);
}

/** What happens to a process first. What it does afterwards is no longer listened to. */
function first<T>(
  listen: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
  child: ChildProcess,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const settle = (settlement: () => void) => {
      child.removeAllListeners();
      child.stdout?.removeAllListeners();
      child.on('error', () => undefined);
      unlisten();
      settlement();
    };
    const unlisten = listen(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
  });
}

/** The runner goes on by itself: it keeps neither this process nor its pipe. */
function letGo(child: ChildProcess): void {
  child.stdout?.destroy();
  child.unref();
}

function notStarted(child: ChildProcess, error: Error): Error {
  return new Error(
    `${child.spawnfile} did not start: ${error.message}. Check the setting karma-mas.nodePath; empty, it takes the Node.js of VS Code.`,
  );
}

function endedEarly(code: number | null, signal: string | null, printed: string): Error {
  const how = signal ? `was ended by ${signal}` : `ended with code ${code}`;
  const said = lastLine(printed);
  return new Error(said === '' ? `The runner ${how} before it began.` : said);
}

/** Node prints a stack before the last word; the runner prints one sentence. */
function lastLine(printed: string): string {
  const lines = printed.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  return lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-1) ?? '';
}
