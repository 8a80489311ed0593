/** TensorFlow.js as a backend: in plain JavaScript, or on TensorFlow's own library, which uses a GPU where there is one. */
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';
import type { ActBatch, Backend, Network, NetworkShape } from '../backend.ts';
import { checkShape } from '../checks.ts';
import type { TensorFlow } from './losses.ts';
import { TfNetwork, type Activate } from './network.ts';

class TfBackend implements Backend {
  readonly name: 'tfjs' | 'tfjs-gpu';
  readonly device: string;
  readonly #activate: Activate;
  readonly #networks = new Set<Network>();

  constructor(name: 'tfjs' | 'tfjs-gpu', device: string, activate: Activate) {
    this.name = name;
    this.device = device;
    this.#activate = activate;
  }

  network(shape: NetworkShape): Network {
    checkShape(shape);
    const network = new TfNetwork(this.#activate, shape);
    this.#networks.add(network);
    return network;
  }

  act(policies: readonly Network[], batches: readonly ActBatch[]): void {
    if (policies.length !== batches.length) {
      throw new Error(`${policies.length} policies need as many batches, not ${batches.length}.`);
    }
    policies.forEach((policy, i) => {
      if (!(policy instanceof TfNetwork) || policy.activate !== this.#activate) {
        throw new Error('The policy belongs to another backend.');
      }
      policy.act(batches[i]);
    });
  }

  /** Frees the tensors of all its networks. */
  dispose(): void {
    for (const network of this.#networks) network.dispose();
    this.#networks.clear();
  }
}

/** The active backend is a setting of the whole process, so that every call sets it again. */
function activator(tf: TensorFlow, name: string): Activate {
  return () => {
    if (tf.getBackend() !== name) void tf.setBackend(name);
    return tf;
  };
}

const cpuPackages = '@tensorflow/tfjs-core @tensorflow/tfjs-backend-cpu @tensorflow/tfjs-layers';

/** TensorFlow.js in plain JavaScript, from three optional packages. */
export async function createTfjsBackend(): Promise<Backend> {
  let tf: TensorFlow;
  try {
    const core = await import('@tensorflow/tfjs-core');
    // Types promise a default export; a bundle has none.
    tf = core.default ?? core;
    // Otherwise its first use prints an advertisement for tfjs-node.
    tf.enableProdMode();
    await import('@tensorflow/tfjs-backend-cpu');
    // This is the only package for Node that registers the gradients of the operations.
    await import('@tensorflow/tfjs-layers');
  } catch (cause) {
    throw new Error(`TensorFlow.js does not load: ${(cause as Error).message}. It needs npm install ${cpuPackages}.`, {
      cause,
    });
  }
  if (!(await tf.setBackend('cpu'))) throw new Error('TensorFlow.js does not accept its CPU backend.');
  return new TfBackend('tfjs', 'CPU, TensorFlow.js', activator(tf, 'cpu'));
}

export interface GpuOptions {
  /** The folder whose node_modules holds @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node; default: where this program's packages are. */
  readonly packagePath?: string;
  /** The variables of this process: TensorFlow is told in them to report warnings only. Default: left alone. */
  readonly environment?: Record<string, string | undefined>;
}

export interface GpuBackend {
  readonly backend: Backend;
  /** The package that was loaded. */
  readonly packageName: string;
  /** The version of TensorFlow's library. */
  readonly library: string;
  /** False where the package runs on the CPU because no GPU, or none that it can use, is there. */
  readonly usesGpu: boolean;
}

/** Neither package is installed: there is nothing to repair. */
export class PackageMissingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PackageMissingError';
  }
}

const gpuPackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** What tfjs-node adds to TensorFlow.js' own backend object. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean;
  readonly binding: { readonly TF_Version: string };
}

/**
 * @tensorflow/tfjs-node-gpu, or else @tensorflow/tfjs-node. They are no dependencies, since their installation fetches hundreds of
 * megabytes. Every failure is an Error whose message says what to do.
 */
export async function createTfjsGpuBackend(options: GpuOptions = {}): Promise<GpuBackend> {
  const { name, tf } = loadGpuPackage(options);
  try {
    await tf.ready();
    if (!(await tf.setBackend('tensorflow'))) throw new Error('its backend is refused');
    const { isUsingGpuDevice, binding } = tf.backend() as ReturnType<TensorFlow['backend']> & NodeBackend;
    const library = `TensorFlow ${binding.TF_Version}`;
    const device = isUsingGpuDevice
      ? `${gpuName()}, ${library}`
      : `CPU, ${library} (${name} found no GPU that it can use)`;
    const backend = new TfBackend('tfjs-gpu', device, activator(tf, 'tensorflow'));
    return { backend, packageName: name, library: binding.TF_Version, usesGpu: isUsingGpuDevice };
  } catch (cause) {
    throw new Error(`${name} loads but does not start: ${(cause as Error).message}.`, { cause });
  }
}

function loadGpuPackage({ packagePath, environment }: GpuOptions): { name: string; tf: TensorFlow } {
  const load = createRequire(packagePath === undefined ? import.meta.url : join(packagePath, 'package.json'));
  const name = gpuPackages.find((candidate) => {
    try {
      return load.resolve(candidate);
    } catch {
      return false;
    }
  });
  if (name === undefined) {
    const where = packagePath === undefined ? 'beside this program' : `in ${packagePath}`;
    throw new PackageMissingError(
      `@tensorflow/tfjs-node-gpu is not installed ${where}: run npm install @tensorflow/tfjs-node-gpu there.`,
    );
  }
  // Node 23 removed it, and tfjs-node's matMul still calls it.
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
  // Otherwise TensorFlow reports every CPU feature on standard error.
  if (environment) environment.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    return { name, tf: load(name) as TensorFlow };
  } catch (cause) {
    const reason = (cause as Error).message.trim().split('\n')[0];
    throw new Error(
      `${name} is installed, but does not load: ${reason} (npm rebuild ${name} builds its binding again.)`,
      { cause },
    );
  }
}

/** The name that the tool of the driver gives, or 'GPU'. */
function gpuName(): string {
  try {
    const names = execFileSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], {
      encoding: 'utf8',
      timeout: 5000,
    });
    return names.trim().split('\n')[0] || 'GPU';
  } catch {
    return 'GPU';
  }
}
