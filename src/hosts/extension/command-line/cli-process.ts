/** The command line in a process of its own: what it says line by line, and how it ends. Knows nothing of VS Code. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { NodeProgram } from '../services.ts';

export interface CliOptions {
  readonly node: NodeProgram;
  /** dist/cli.mjs */
  readonly program: string;
  /** To add to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** It is asked to stop, and says what it has done. */
  readonly signal: AbortSignal;
  readonly onResult: (result: CliResult) => void;
}

/** One line of --json. */
export interface CliResult {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** Resolves where it ends well. Rejects with the sentence that it ends with, or why it does not start. */
export async function runCli(
  args: readonly string[],
  { node, program, env, signal, onResult }: CliOptions,
): Promise<void> {
  const child = spawn(node.path, [program, '--json', ...args], {
    env: { ...process.env, ...node.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const stop = () => child.kill('SIGINT');
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  let problem = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-5_000)));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const result = JSON.parse(line) as CliResult;
    if (result.type === 'error') problem = String(result.message);
    else onResult(result);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  }).finally(() => signal.removeEventListener('abort', stop));
  if (code !== 0 && !signal.aborted) throw new Error(problem || errors.trim() || `exit code ${code}`);
}
