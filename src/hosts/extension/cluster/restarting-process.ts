/** Keeps a process running and hands on its lines; starts it again when it ends. Does not import vscode. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface ProcessProgram {
  readonly path: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export interface RestartingProcessOptions {
  /** Asked at each start. */
  readonly program: () => Promise<ProcessProgram>;
  /** Returns whether the process works as intended; the count of attempts then starts over. */
  readonly onLine: (line: string) => boolean;
  /** The process did not start or has ended by itself; it is started again. */
  readonly onEnd: (why: string) => void;
  /** Milliseconds before attempt n from 1 on. */
  readonly backoff?: (attempt: number) => number;
}

/** Milliseconds within which a process that is no longer needed has to end. */
const END = 2_000;
const doubling = (attempt: number): number => Math.min(60_000, 1_000 * 2 ** (attempt - 1));

export class RestartingProcess {
  readonly #options: RestartingProcessOptions;
  #isWanted = false;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;
  /** Number of the current process: lines of an earlier process are ignored. */
  #started = 0;

  constructor(options: RestartingProcessOptions) {
    this.#options = options;
  }

  get isWanted(): boolean {
    return this.#isWanted;
  }

  start(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    this.#attempt = 0;
    void this.#launch();
  }

  /** Ends the process; its remaining lines are not handed on. */
  stop(): void {
    this.#isWanted = false;
    this.#started++;
    clearTimeout(this.#timer);
    if (this.#child) end(this.#child);
    this.#child = undefined;
  }

  /** Call when the program or its arguments have changed. */
  restart(): void {
    if (!this.#isWanted) return;
    this.stop();
    this.start();
  }

  async #launch(): Promise<void> {
    const started = ++this.#started;
    const isCurrent = () => started === this.#started;
    let program: ProcessProgram;
    try {
      program = await this.#options.program();
    } catch (error) {
      if (isCurrent()) this.#again(error instanceof Error ? error.message : String(error));
      return;
    }
    if (!isCurrent()) return;
    const { path, args, env } = program;
    const child = spawn(path, args, { env, stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true });
    this.#child = child;
    // It may end before its standard input is closed.
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (isCurrent() && this.#options.onLine(line)) this.#attempt = 0;
    });
    const over = (why: string) => {
      if (!isCurrent()) return;
      this.#child = undefined;
      this.#again(why);
    };
    child.on('error', (error) => over(`${path} did not start: ${error.message}.`));
    child.on('close', (code, signal) =>
      over(`The process that observes the cluster ended (${signal ?? `code ${String(code)}`}).`),
    );
  }

  #again(why: string): void {
    // One start, one report.
    this.#started++;
    this.#options.onEnd(why);
    const { backoff = doubling } = this.#options;
    this.#timer = setTimeout(() => void this.#launch(), backoff(++this.#attempt));
  }
}

/** Closes its standard input, which is the sign to end; kills it if it does not end. */
function end(child: ChildProcess): void {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), END);
  timer.unref();
  child.on('close', () => clearTimeout(timer));
  child.unref();
}
