import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { runInCodeServer } from '../../host/run-in-code-server.ts';
import { removeFolder } from '../../host/server.ts';
import { newWorkspace, root } from '../../host/workspaces.ts';

const STARTS = 7;

/** Milliseconds to load and activate the extension, each time in a new extension host. */
export async function measureActivation(): Promise<{ readonly median: number; readonly all: readonly number[] }> {
  const tests = join(root, 'out/host/bench-activation.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'in-host.ts')],
    outfile: tests,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const scratch = mkdtempSync(join(tmpdir(), 'karma-bench-'));
  const output = join(scratch, 'milliseconds');
  writeFileSync(output, '');
  // Nothing in it activates the extension before it is measured.
  const workspace = newWorkspace('nothing');
  try {
    for (let start = 0; start < STARTS; start++)
      if (!(await runInCodeServer({ extension: root, tests, workspace, trusted: true, env: { KARMA_BENCH: output } })))
        throw new Error('The extension was not activated.');
    const all = readFileSync(output, 'utf8').trim().split('\n').map(Number);
    return { median: median(all), all };
  } finally {
    removeFolder(scratch);
    removeFolder(dirname(workspace));
  }
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
