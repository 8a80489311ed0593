/** Tries a backend in a process of its own: a native library that crashes takes nobody with it, and all that it prints can be read. */
import { spawn } from 'node:child_process';

/** The last line that the process prints on standard output. */
export type Probe =
  | {
      readonly loads: true;
      readonly device: string;
      /** Only of the GPU backend: whether a GPU computes, the package, and the version of TensorFlow's library. */
      readonly usesGpu?: boolean;
      readonly packageName?: string;
      readonly library?: string;
    }
  | {
      readonly loads: false;
      readonly message: string;
      /** Not installed, rather than broken. */
      readonly missing: boolean;
    };

export interface Probed {
  readonly probe: Probe;
  /** What TensorFlow printed. */
  readonly output: string;
}

export interface ProbeOptions {
  /** The Node that runs runs. */
  readonly node: string;
  /** The runner's program. */
  readonly runner: string;
  readonly backend: 'tfjs' | 'tfjs-gpu';
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

/** Loading CUDA's libraries from a cold disk takes its time. */
const TIMEOUT = 90_000;

/** Rejects only with the signal's reason. */
export async function probeBackend({ node, runner, backend, env, signal }: ProbeOptions): Promise<Probed> {
  signal?.throwIfAborted();
  const child = spawn(node, [runner, 'probe', backend], {
    // All that TensorFlow says, which it is told to keep to itself in a run.
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

/** The library may print there, too: the result is the last line that is one. */
function parse(stdout: string): Probe | undefined {
  for (const line of stdout.split('\n').reverse()) {
    try {
      const value = JSON.parse(line) as Partial<Probe>;
      if (typeof value === 'object' && typeof value.loads === 'boolean') return value as Probe;
    } catch {
      // Not ours.
    }
  }
  return undefined;
}
