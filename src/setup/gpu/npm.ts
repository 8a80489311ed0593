/** The npm that installs the GPU package. */
import { existsSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';

export interface Npm {
  readonly command: string;
  /** Before npm's own arguments. */
  readonly args: readonly string[];
}

/**
 * npm at the path of the settings, else on PATH, else beside Node; undefined where there is none. Always as a program that can be
 * started without a shell: on Windows npm.cmd cannot, so Node runs the script behind it.
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
