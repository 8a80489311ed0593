import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** Creates a folder with a copy of the sample, or an empty one. */
export function newWorkspace(content: 'sample' | 'nothing'): string {
  const folder = join(
    mkdtempSync(join(tmpdir(), 'karma-workspace-')),
    content === 'sample' ? 'chained-services' : 'empty',
  );
  if (content === 'sample') cpSync(join(root, 'examples/chained-services'), folder, { recursive: true });
  else mkdirSync(folder);
  return folder;
}
