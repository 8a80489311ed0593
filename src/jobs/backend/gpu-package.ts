/** The package behind the GPU backend: what it is and where an installation of it lies. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';
/** The version that the backend's conformance suite runs on, and TensorFlow's library in it. */
export const GPU_PACKAGE_VERSION = '4.22.0';
export const LIBRARY_VERSION = '2.9.1';
/** What that library was built with: a GPU is used only where these are installed. */
export const CUDA_NEEDED = 'CUDA 11.2 and cuDNN 8.1';
/** Environment variable: the folder whose node_modules holds the package. The extension sets it for the processes that it starts. */
export const GPU_PATH_VARIABLE = 'KARMA_TFJS_PATH';

/** Where our installation lies below a data folder: the extension's storage, or the command line's. */
export function gpuFolder(dataFolder: string): string {
  return join(dataFolder, 'tfjs-node-gpu');
}

/** The command line's own folder for data, by the customs of the platform. */
export function commandLineDataFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  if (env.KARMA_DATA) return env.KARMA_DATA;
  const home = homedir();
  if (platform === 'win32') return join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'karma-mas');
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'karma-mas');
  return join(env.XDG_DATA_HOME || join(home, '.local', 'share'), 'karma-mas');
}

/** The folder that a process takes the package from: the one that it was told, else what the command line installed; undefined = beside the program. */
export function gpuPackagePath(env: NodeJS.ProcessEnv): string | undefined {
  const told = env[GPU_PATH_VARIABLE];
  if (told) return told;
  const folder = gpuFolder(commandLineDataFolder(env));
  return existsSync(folder) ? folder : undefined;
}

/** The version that a folder's node_modules holds, whole with its binding; undefined where it holds none. */
export function installedVersion(folder: string): string | undefined {
  const place = packageFolder(folder);
  try {
    const { version } = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as { version: string };
    return hasBinding(place) ? version : undefined;
  } catch {
    return undefined;
  }
}

function packageFolder(folder: string): string {
  return join(folder, 'node_modules', ...GPU_PACKAGE.split('/'));
}

/** The package's own script leaves no binding behind, and no error, where its download was cut off. */
function hasBinding(place: string): boolean {
  const lib = join(place, 'lib');
  return existsSync(lib) && readdirSync(lib).some((napi) => existsSync(join(lib, napi, 'tfjs_binding.node')));
}
