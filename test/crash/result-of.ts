import { readFileSync } from 'node:fs';
import { settledEvents } from '../../src/runs/events.ts';
import { readJournal } from '../../src/runs/journal.ts';
import { artifactPath, journalPath, seedDirectory } from '../../src/runs/run-directory.ts';

/** What tells only when something happened, and in which life. */
const LIFE = new Set(['seq', 't', 'seconds']);

/** What a training left, but for times and for how often it was resumed: its journals' events and its policies. */
export function resultOf(directory: string, seeds: readonly number[]): string[] {
  const journals = [directory, ...seeds.map((seed) => seedDirectory(directory, seed))].map((path) =>
    settledEvents(readJournal(journalPath(path)).events).map((event) =>
      JSON.stringify(event, (key, value: unknown) => (LIFE.has(key) ? undefined : value)),
    ),
  );
  const policies = seeds.map((seed) => readFileSync(artifactPath(directory, `policies/${seed}.bin`), 'hex'));
  return [...journals.flat(), ...policies];
}
