/** Runs the command line in a process of its own and reports its results line by line. Does not import vscode. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { NodeProgram } from '../services.ts';

export interface CliOptions {
  readonly node: NodeProgram;
  /** dist/cli.mjs */
  readonly program: string;
  /** Variables to add to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** The folder that it runs in; default: that of this process. */
  readonly cwd?: string;
  /** When aborted, the process is asked to stop; it may still report what it has done. */
  readonly signal: AbortSignal;
  readonly onResult: (result: CliResult) => void;
}

/** One line of --json. */
export interface CliResult {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** The number of last characters that are kept of all other output: they tell why a process died. */
const MOST_SAID = 5_000;

/** Resolves if it succeeds. Rejects with its error message, or with the reason why it did not start. */
export async function runCli(
  args: readonly string[],
  { node, program, env, cwd, signal, onResult }: CliOptions,
): Promise<void> {
  const child = spawn(node.path, [program, '--json', ...args], {
    env: { ...process.env, ...node.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const stop = () => child.kill('SIGINT');
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  let problem = '';
  let said = '';
  const note = (text: string) => (said = `${said}${text}\n`.slice(-MOST_SAID));
  createInterface({ input: child.stderr }).on('line', note);
  createInterface({ input: child.stdout }).on('line', (line) => {
    const result = resultOf(line);
    if (!result) note(line);
    else if (result.type === 'error') problem = String(result.message);
    else onResult(result);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => signal.removeEventListener('abort', stop));
  if (code !== 0 && !signal.aborted) throw new Error(problem || said.trim() || `exit code ${code}`);
}

/** Undefined if the line is not a result: Node or a library may print too. */
function resultOf(line: string): CliResult | undefined {
  try {
    const value = JSON.parse(line) as Partial<CliResult> | null;
    return typeof value?.type === 'string' ? (value as CliResult) : undefined;
  } catch {
    return undefined;
  }
}
