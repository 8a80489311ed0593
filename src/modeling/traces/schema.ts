/**
 * The tables of the trace store, as migrations: entry i brings a file from version i to i + 1. Entries are never
 * changed once released, only added to.
 *
 * Vectors are blobs of little-endian 64-bit floats in the order of layout.ts: `state` and `next` by service and
 * SERVICE_FIELDS, then CLUSTER_FIELDS; `desired`, `move` and `arrivals` by service; `indicators` by INDICATORS.
 */
import type { DatabaseSync } from 'node:sqlite';
import { TraceError } from './errors.ts';

/** 'KRMA': tells a trace store from another program's SQLite file. */
const APPLICATION_ID = 0x4b524d41;

const MIGRATIONS: readonly string[] = [
  `CREATE TABLE recordings (
     id INTEGER PRIMARY KEY,
     cluster TEXT NOT NULL,
     cluster_hash TEXT NOT NULL,
     source TEXT NOT NULL,
     interval REAL NOT NULL,
     started REAL NOT NULL,
     seed INTEGER,
     notes TEXT NOT NULL,
     services TEXT NOT NULL
   ) STRICT;
   CREATE TABLE transitions (
     recording INTEGER NOT NULL REFERENCES recordings(id) ON DELETE CASCADE,
     step INTEGER NOT NULL,
     time REAL NOT NULL,
     state BLOB NOT NULL,
     desired BLOB NOT NULL,
     move BLOB NOT NULL,
     arrivals BLOB NOT NULL,
     next BLOB NOT NULL,
     indicators BLOB NOT NULL,
     PRIMARY KEY (recording, step)
   ) STRICT, WITHOUT ROWID;`,
];
export const SCHEMA_VERSION = MIGRATIONS.length;

const pragma = (db: DatabaseSync, name: string): number =>
  Number(Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]);

/** Brings a database to SCHEMA_VERSION, each migration in a transaction. Rejects files that are not ours or are newer. */
export function migrate(db: DatabaseSync, path: string): void {
  const version = pragma(db, 'user_version');
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n);
  if (pragma(db, 'application_id') !== APPLICATION_ID && tables > 0)
    throw new TraceError(
      'notATraceStore',
      `${path}: this SQLite file belongs to another program; choose another path.`,
    );
  if (version > SCHEMA_VERSION)
    throw new TraceError(
      'newer',
      `${path}: written by a newer version (schema ${version}, this one knows ${SCHEMA_VERSION}); update karma-mas.`,
    );
  for (let next = version; next < SCHEMA_VERSION; next++) {
    db.exec('BEGIN IMMEDIATE');
    try {
      // Another process may have been here first.
      if (pragma(db, 'user_version') === next) {
        db.exec(MIGRATIONS[next]);
        db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${next + 1};`);
      }
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }
}
