/**
 * Traces of clusters in one SQLite file: recordings, each a sequence of transitions. Readers and one writer may use the
 * file at once (write-ahead log); a write is a transaction, so nothing is half-written.
 */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { TraceError, withTraceErrors } from './errors.ts';
import { INDICATORS, stateSize, type Transition } from './layout.ts';
import { migrate } from './schema.ts';

export const DEFAULT_TRACE_STORE = '.karma/traces.sqlite';

/** What is known of a recording as a whole. */
export interface RecordingInfo {
  readonly cluster: string;
  /** `clusterHash` of the cluster as it was. */
  readonly clusterHash: string;
  /** 'emulator', or context and namespace of a real cluster. */
  readonly source: string;
  /** Seconds between two observations. */
  readonly interval: number;
  /** Seconds since the epoch; 0 and up for an emulated cluster. */
  readonly started: number;
  /** Of the exploration; null where there was none. */
  readonly seed: number | null;
  readonly notes: string;
  readonly services: readonly string[];
}

export interface Recording extends RecordingInfo {
  readonly id: number;
  readonly transitions: number;
}

const VECTORS = ['state', 'desired', 'move', 'arrivals', 'next', 'indicators'] as const;

const SELECT_RECORDINGS = `SELECT r.*, (SELECT count(*) FROM transitions t WHERE t.recording = r.id) AS transitions FROM recordings r`;

export class TraceStore {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  /**
   * Opens or creates the file and its folder. Throws TraceError where that fails.
   * @param options.wait milliseconds to wait for another process's write before giving up (5000)
   */
  constructor(path: string, options: { readonly wait?: number } = {}) {
    this.path = path;
    this.#db = withTraceErrors(path, () => {
      try {
        mkdirSync(dirname(path), { recursive: true });
      } catch (error) {
        throw new TraceError('unreadable', `${path}: its folder cannot be made (${(error as Error).message}).`, {
          cause: error,
        });
      }
      const db = new DatabaseSync(path, { timeout: options.wait ?? 5000, enableForeignKeyConstraints: true });
      try {
        migrate(db, path);
        db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;');
      } catch (error) {
        db.close();
        throw error;
      }
      return db;
    });
  }

  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** A new, empty recording; returns its number. */
  create(info: RecordingInfo): number {
    return this.#run(() =>
      Number(
        this.#statement(
          'INSERT INTO recordings (cluster, cluster_hash, source, interval, started, seed, notes, services) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        ).run(
          info.cluster,
          info.clusterHash,
          info.source,
          info.interval,
          info.started,
          info.seed,
          info.notes,
          JSON.stringify(info.services),
        ).lastInsertRowid,
      ),
    );
  }

  /** Adds transitions to a recording: all or, on an error, none. Throws where a vector has the wrong length or a step is there already. */
  append(recording: number, transitions: Iterable<Transition>): void {
    const services = this.recording(recording).services.length;
    this.transaction(() => {
      for (const transition of transitions) this.insert(recording, services, transition);
    });
  }

  recordings(): Recording[] {
    return this.#run(() => this.#statement(`${SELECT_RECORDINGS} ORDER BY r.id`).all().map(toRecording));
  }

  recording(id: number): Recording {
    const row = this.#run(() => this.#statement(`${SELECT_RECORDINGS} WHERE r.id = ?`).get(id));
    if (!row)
      throw new TraceError('missing', `${this.path}: there is no recording ${id}; list them to see which there are.`);
    return toRecording(row);
  }

  /** Streams a recording's transitions in order. The store must not be written to meanwhile. */
  *transitions(id: number): Generator<Transition> {
    const statement = this.#run(() => this.#db.prepare('SELECT * FROM transitions WHERE recording = ? ORDER BY step'));
    const rows = statement.iterate(id);
    for (;;) {
      const row = this.#run(() => rows.next());
      if (row.done) return;
      yield toTransition(row.value);
    }
  }

  /** Of all recordings. */
  count(): number {
    return this.#run(() => Number(this.#statement('SELECT count(*) AS n FROM transitions').get()?.n));
  }

  /** Removes a recording with its transitions. */
  delete(id: number): void {
    this.recording(id);
    this.transaction(() => this.#statement('DELETE FROM recordings WHERE id = ?').run(id));
  }

  /** Runs `action` as one transaction: an error undoes all of it. */
  transaction(action: () => void): void {
    this.begin();
    try {
      action();
      this.commit();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** For transactions that last over several calls (imports). */
  begin(): void {
    this.#run(() => this.#db.exec('BEGIN IMMEDIATE'));
  }
  commit(): void {
    this.#run(() => this.#db.exec('COMMIT'));
  }
  rollback(): void {
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
  }

  /** Inserts one transition of a recording with `services` services; the caller holds a transaction. */
  insert(recording: number, services: number, transition: Transition): void {
    const lengths = [stateSize(services), services, services, services, stateSize(services), INDICATORS.length];
    VECTORS.forEach((name, i) => {
      if (transition[name].length !== lengths[i])
        throw new TraceError(
          'badFile',
          `step ${transition.step}: ${name} has ${transition[name].length} values, not ${lengths[i]}.`,
        );
    });
    this.#run(() =>
      this.#statement('INSERT INTO transitions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)').run(
        recording,
        transition.step,
        transition.time,
        ...VECTORS.map((name) => toBlob(transition[name])),
      ),
    );
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }

  #run<T>(action: () => T): T {
    return withTraceErrors(this.path, action);
  }
}

type Row = Readonly<Record<string, unknown>>;

function toRecording(row: Row): Recording {
  return {
    id: Number(row.id),
    cluster: String(row.cluster),
    clusterHash: String(row.cluster_hash),
    source: String(row.source),
    interval: Number(row.interval),
    started: Number(row.started),
    seed: row.seed === null ? null : Number(row.seed),
    notes: String(row.notes),
    services: JSON.parse(String(row.services)) as string[],
    transitions: Number(row.transitions),
  };
}

function toTransition(row: Row): Transition {
  const vector = (name: (typeof VECTORS)[number]): Float64Array => fromBlob(row[name] as Uint8Array);
  return {
    step: Number(row.step),
    time: Number(row.time),
    state: vector('state'),
    desired: vector('desired'),
    move: vector('move'),
    arrivals: vector('arrivals'),
    next: vector('next'),
    indicators: vector('indicators'),
  };
}

// Little-endian, as every machine is that Node runs on. -0 becomes 0, so that the text formats keep every value.
function toBlob(vector: Float64Array): Uint8Array {
  const copy = vector.map((value) => value + 0);
  return new Uint8Array(copy.buffer);
}

function fromBlob(blob: Uint8Array): Float64Array {
  return new Float64Array(blob.slice().buffer);
}
