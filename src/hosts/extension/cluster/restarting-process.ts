/** Keeps a process running that observes a cluster, and hands on its lines. Knows nothing of VS Code. */
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
  /** Returns whether the process does what it is for; the count of attempts begins anew then. */
  readonly onLine: (line: string) => boolean;
  /** It did not start, or ended by itself; it is started again. */
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
  /** Counts what was started: what an earlier process says no longer counts. */
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

  /** Ends the process; what it still says is not handed on. */
  stop(): void {
    this.#isWanted = false;
    this.#started++;
    clearTimeout(this.#timer);
    if (this.#child) end(this.#child);
    this.#child = undefined;
  }

  /** For what the process was started with is different now. */
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

/** Its standard input ends, which it takes as the sign to end; where it does not, it is ended. */
function end(child: ChildProcess): void {
  child.stdin?.end();
  const timer = setTimeout(() => child.kill('SIGKILL'), END);
  timer.unref();
  child.on('close', () => clearTimeout(timer));
  child.unref();
}
