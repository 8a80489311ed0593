import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives each test of the suite a folder of its own, and removes it after the test. */
export function useFolder(): () => string {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'karma-runs-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  return () => folder;
}

/** A clock that advances by one second at each call. */
export function steppingClock(start = 1_700_000_000_000): () => number {
  let now = start;
  return () => (now += 1000);
}
