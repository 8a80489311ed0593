/** Finds the npm that installs the GPU package. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

export interface Npm {
  readonly command: string;
  /** Arguments to put before npm's own. */
  readonly args: readonly string[];
}

/**
 * Returns the npm at the path in the settings, or else on PATH, or else beside Node; undefined if there is none. The result can
 * be started without a shell. On Windows npm.cmd cannot, so Node runs the script behind it.
 */
export function findNpm(env: NodeJS.ProcessEnv, configured = '', platform = process.platform): Npm | undefined {
  const names = platform === 'win32' ? ['npm.cmd'] : ['npm'];
  const onPath = (env.PATH ?? env.Path ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const folders = [...onPath, dirname(process.execPath)];
  const candidates = configured ? [configured] : folders.flatMap((folder) => names.map((name) => join(folder, name)));
  const found = candidates.find((file) => existsSync(file));
  if (found === undefined) return undefined;
  return platform === 'win32' ? behindCommandFile(found) : { command: found, args: [] };
}

function behindCommandFile(file: string): Npm | undefined {
  const folder = dirname(file);
  const node = join(folder, 'node.exe');
  const script = join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js');
  if (!existsSync(script)) return undefined;
  return { command: existsSync(node) ? node : 'node.exe', args: [script] };
}

export const NO_NPM =
  'npm was not found on PATH nor beside Node: install Node (https://nodejs.org), which brings npm, or name npm in the setting karma-mas.npmPath.';
