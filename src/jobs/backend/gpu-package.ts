/** The package behind the GPU backend, and where it is installed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export const GPU_PACKAGE = '@tensorflow/tfjs-node-gpu';
/** The version that passes the backend's conformance suite, and the version of TensorFlow's library in it. */
export const GPU_PACKAGE_VERSION = '4.22.0';
export const LIBRARY_VERSION = '2.9.1';
/** What that library was built with. A GPU is used only if these are installed. */
export const CUDA_NEEDED = 'CUDA 11.2 and cuDNN 8.1';
/** Environment variable: the folder whose node_modules contains the package. The extension sets it for its child processes. */
export const GPU_PATH_VARIABLE = 'KARMA_TFJS_PATH';

/** Returns the folder of our installation below a data folder, which is the extension's storage or the command line's. */
export function gpuFolder(dataFolder: string): string {
  return join(dataFolder, 'tfjs-node-gpu');
}

/** Returns the command line's data folder, as the conventions of the platform have it. */
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

/**
 * Returns the folder with the package: that in the environment, else that of the command line. Undefined means beside the
 * program.
 */
export function gpuPackagePath(env: NodeJS.ProcessEnv): string | undefined {
  const told = env[GPU_PATH_VARIABLE];
  if (told) return told;
  const folder = gpuFolder(commandLineDataFolder(env));
  return existsSync(folder) ? folder : undefined;
}

/** Returns the version in a folder's node_modules. Undefined if it is missing or incomplete. */
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

/** If the download of the binding is cut off, the package's own script reports no error and leaves none behind. */
function hasBinding(place: string): boolean {
  const lib = join(place, 'lib');
  return existsSync(lib) && readdirSync(lib).some((napi) => existsSync(join(lib, napi, 'tfjs_binding.node')));
}
