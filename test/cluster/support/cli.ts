/** Runs the built command line as a user of a real cluster does. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { ensureBuilt } from '../../../tools/build-once.ts';

const program = join(ensureBuilt(), 'karma-mas.mjs');

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The output of --json: one object per line. */
  readonly results: readonly Record<string, unknown>[];
}

export class CliRun {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** The output so far. */
  stdout = '';
  stderr = '';

  constructor(args: readonly string[], kubeconfig: string) {
    this.child = spawn(process.execPath, [program, ...args], {
      env: { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout!.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.finished = new Promise((done) =>
      this.child.on('close', (status) => {
        const { stdout, stderr } = this;
        const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
        done({ status, stdout, stderr, results: lines.map((line) => JSON.parse(line) as Record<string, unknown>) });
      }),
    );
  }
}

/** Runs a command with --json to its end; throws if it fails. */
export async function cli(args: readonly string[], kubeconfig: string): Promise<Finished> {
  const finished = await new CliRun([...args, '--json'], kubeconfig).finished;
  if (finished.status !== 0)
    throw new Error(
      `karma-mas ${args.join(' ')} ended with ${finished.status}:\n${finished.stderr}\n${finished.stdout}`,
    );
  return finished;
}
