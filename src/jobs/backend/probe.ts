/** Tries a backend in a separate process, so that a crash of a native library stays there and all of its output can be read. */
import { spawn } from 'node:child_process';

/** The last line that the process prints on standard output, as JSON. */
export type Probe =
  | {
      readonly loads: true;
      readonly device: string;
      /** Only for the GPU backend: whether a GPU computes, the name of the package, and the version of TensorFlow's library. */
      readonly usesGpu?: boolean;
      readonly packageName?: string;
      readonly library?: string;
    }
  | {
      readonly loads: false;
      readonly message: string;
      /** true if it is not installed, false if it is broken. */
      readonly missing: boolean;
    };

export interface Probed {
  readonly probe: Probe;
  /** Everything that TensorFlow printed. */
  readonly output: string;
}

export interface ProbeOptions {
  /** The Node that is used for runs. */
  readonly node: string;
  /** The runner's program. */
  readonly runner: string;
  readonly backend: 'tfjs' | 'tfjs-gpu';
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Milliseconds. Loading CUDA's libraries from a cold disk is slow. */
const TIMEOUT = 90_000;

/** Rejects only with the signal's reason. */
export async function probeBackend({ node, runner, backend, env, signal }: ProbeOptions): Promise<Probed> {
  signal?.throwIfAborted();
  const child = spawn(node, [runner, 'probe', backend], {
    // Show all messages of TensorFlow, which are suppressed in a run.
    env: { ...env, TF_CPP_MIN_LOG_LEVEL: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
    killSignal: 'SIGKILL',
    timeout: TIMEOUT,
    ...(signal ? { signal } : {}),
  });
  let stdout = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-50_000)));
  const how = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(`its process does not start (${error.message})`));
    child.on('close', (code, by) => resolve(by ? `its process was ended by ${by}` : `its process exits with ${code}`));
  });
  signal?.throwIfAborted();
  return { probe: parse(stdout) ?? { loads: false, missing: false, message: `The backend crashes: ${how}.` }, output };
}

/** Returns the last line that is a result. The library may print to standard output too. */
function parse(stdout: string): Probe | undefined {
  for (const line of stdout.split('\n').reverse()) {
    try {
      const value = JSON.parse(line) as Partial<Probe>;
      if (typeof value === 'object' && typeof value.loads === 'boolean') return value as Probe;
    } catch {
      // The line is not a result.
    }
  }
  return undefined;
}
