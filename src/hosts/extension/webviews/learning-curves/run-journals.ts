import { JournalReader } from '../../../../runs/follow-journal.ts';
import { describeIoError } from '../../../../runs/io-error.ts';
import { journalPath, seedDirectory } from '../../../../runs/run-directory.ts';
import { SeedColumns } from './seed-columns.ts';

/** Bytes read before others may work: some milliseconds. */
const CHUNK = 1 << 19;

/** The journals of all seeds of a run, as columns; each look reads only what is new. Knows nothing of VS Code. */
export class RunJournals {
  readonly seeds: ReadonlyMap<number, SeedColumns>;
  readonly #readers: readonly { readonly journal: JournalReader; readonly columns: SeedColumns }[];
  /** Why a journal cannot be read. */
  problem: string | undefined;

  constructor(directory: string, seeds: readonly number[]) {
    this.seeds = new Map(seeds.map((seed) => [seed, new SeedColumns()]));
    this.#readers = [...this.seeds].map(([seed, columns]) => ({
      journal: new JournalReader(journalPath(seedDirectory(directory, seed))),
      columns,
    }));
  }

  /** Resolves with whether there was something new. `pause` lets others work in between. */
  async read(pause: () => Promise<void>): Promise<boolean> {
    let changed = false;
    for (const { journal, columns } of this.#readers) {
      for (let more = true; more;) {
        try {
          const found = journal.read(CHUNK);
          for (const event of found.events) columns.add(event);
          changed ||= found.events.length > 0;
          more = found.more;
          this.problem = undefined;
        } catch (error) {
          this.problem = describeIoError(error, journal.path);
          more = false;
        }
        await pause();
      }
    }
    return changed;
  }
}
