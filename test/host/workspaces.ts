import { cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');

/** A new folder that holds a copy of the sample, or nothing. */
export function newWorkspace(content: 'sample' | 'nothing'): string {
  const folder = join(
    mkdtempSync(join(tmpdir(), 'karma-workspace-')),
    content === 'sample' ? 'chained-services' : 'empty',
  );
  if (content === 'sample') cpSync(join(root, 'examples/chained-services'), folder, { recursive: true });
  else mkdirSync(folder);
  return folder;
}
