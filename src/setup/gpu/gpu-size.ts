/** Finds out how much an installation of the GPU package downloads and occupies, by asking the host of the download. */
import { formatBytes } from './bytes.ts';
import { GPU_PACKAGE, LIBRARY_VERSION } from '../../jobs/backend/gpu-package.ts';

/** Bytes of the npm packages (version 4.22.0 and its 126 dependencies), as measured: compressed, and on disk. */
const NPM_DOWNLOAD = 77e6;
const NPM_DISK = 291e6;
/** Bytes of TensorFlow's library if its host does not say. This is the size of the next version, which is about the same. */
const LIBRARY_DOWNLOAD = 480e6;
/** Ratio of the size on disk to that of the archive, as in TensorFlow's other builds with CUDA. */
const UNPACKED = 2.2;
const TIMEOUT = 8_000;

export interface GpuSize {
  /** Bytes to download, and bytes on disk afterwards. */
  readonly download: number;
  readonly disk: number;
  /** Whether the host reported its part, so that the numbers are not estimates. */
  readonly asked: boolean;
  /** Why the library cannot come from its host, which would make the installation fail. */
  readonly problem?: string;
}

/** Returns why this platform has no GPU build, or undefined if it has one. */
export function whyNoGpuBuild(platform: NodeJS.Platform, arch: string): string | undefined {
  if ((platform === 'linux' || platform === 'win32') && arch === 'x64') return undefined;
  return `TensorFlow has GPU builds for Linux and Windows on x64 only, and this machine is ${platform} on ${arch}: the WASM kernels compute here, and need no installation.`;
}

/** Returns the URL from which the package's own script gets TensorFlow's library. The same variables redirect it to a mirror. */
export function libraryUrl(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string {
  const host = env.TFJS_NODE_CDN_STORAGE || env.CDN_STORAGE || 'https://storage.googleapis.com/';
  const base = env.TFJS_NODE_BASE_URI || `${host}tensorflow/libtensorflow/libtensorflow-`;
  const [system, extension] = platform === 'win32' ? ['windows', 'zip'] : ['linux', 'tar.gz'];
  return `${base}gpu-${system}-x86_64-${LIBRARY_VERSION}.${extension}`;
}

/** Asks the host for the size of the library without downloading it. Rejects only if `signal` aborts. */
export async function askGpuSize(url: string, signal: AbortSignal, request: typeof fetch = fetch): Promise<GpuSize> {
  const { host } = new URL(url);
  let problem: string | undefined;
  let library: number | undefined;
  try {
    const answer = await request(url, {
      method: 'HEAD',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
    });
    if (answer.ok) library = Number(answer.headers.get('content-length')) || undefined;
    else problem = `${host} answers ${answer.status} for TensorFlow's library`;
  } catch (error) {
    signal.throwIfAborted();
    problem = `${host}, which has TensorFlow's library, does not answer (${reasonOf(error)})`;
  }
  const bytes = library ?? LIBRARY_DOWNLOAD;
  return {
    download: NPM_DOWNLOAD + bytes,
    disk: NPM_DISK + bytes * UNPACKED,
    asked: library !== undefined,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Describes in one sentence how much will be downloaded and stored. */
export function describeGpuSize({ download, disk, asked }: GpuSize): string {
  const about = asked ? '' : 'about ';
  return `${GPU_PACKAGE} with TensorFlow ${LIBRARY_VERSION}: ${about}${formatBytes(download)} to download, about ${formatBytes(disk)} on disk.`;
}

function reasonOf(error: unknown): string {
  const { cause, name, message } = error as Error & { cause?: { code?: string } };
  if (name === 'TimeoutError') return `no answer in ${TIMEOUT / 1000} s`;
  return cause?.code ?? message;
}
