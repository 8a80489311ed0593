import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../../tools/build-once.ts';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
/** The built programs, because users start these and they start fastest. */
const dist = ensureBuilt();
export const CLI = join(dist, 'karma-mas.mjs');
export const RUNNER = join(dist, 'runner.mjs');

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the command line in a folder, as a user would. With `stdin` 'pipe' the test may write to its standard input. */
export function startCli(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
  stdin: 'ignore' | 'pipe' = 'ignore',
): { child: ChildProcess; end: Promise<Result> } {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, end: once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr })) };
}

export function cli(args: readonly string[], cwd: string, env: Record<string, string> = {}): Promise<Result> {
  return startCli(args, cwd, env).end;
}

/** Copies the sample so that a job finishes in seconds: one scenario, few environments, no traces needed. */
export function copySmallSample(target: string): void {
  cpSync(join(root, 'examples', 'chained-services'), target, { recursive: true });
  const edit = (name: string, changes: readonly (readonly [RegExp, string])[]) => {
    const path = join(target, name);
    let text = readFileSync(path, 'utf8');
    for (const [pattern, replacement] of changes) {
      const changed = text.replace(pattern, replacement);
      if (changed === text) throw new Error(`The sample has no ${pattern} any more.`);
      text = changed;
    }
    writeFileSync(path, text);
  };
  edit('training.karma.yaml', [
    [/kind: calibrated/, 'kind: emulator'],
    [/scenarios: .*/, 'scenarios: [bottleneck]'],
    [/environments: 32, horizon: 32/, 'environments: 8, horizon: 16'],
  ]);
}

/** The lines of stdout, each of which must be a JSON object. */
export function objects(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`No object: ${line}`);
      return value as Record<string, unknown>;
    });
}
