// A store in one file that many processes write to, each batch in one transaction; a killed one leaves nothing half done.

import { DatabaseSync } from 'node:sqlite';
import type { PushedBatch, Written } from '../../src/tsdb/queue/contract.ts';

export interface Stored {
  /** Each series and time once. */
  readonly samples: number;
  /** Rows that committed writes brought, with those that were there already. */
  readonly written: number;
  /** Samples whose value is not their time. */
  readonly wrong: number;
}

export interface SqliteStore {
  /** @param inside called when all rows are in and nothing is committed. */
  write(batch: PushedBatch, inside?: () => void): Written;
  read(): Stored;
  close(): void;
}

const TABLES = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 60000;
  CREATE TABLE IF NOT EXISTS samples (series TEXT, time REAL, value REAL, PRIMARY KEY (series, time)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS writes (rows INTEGER);
`;

export function openSqliteStore(path: string): SqliteStore {
  const database = new DatabaseSync(path, { timeout: 60_000 });
  database.exec(TABLES);
  const insert = database.prepare('INSERT OR IGNORE INTO samples VALUES (?, ?, ?)');
  const note = database.prepare('INSERT INTO writes VALUES (?)');
  const count = (sql: string) => Number(database.prepare(`SELECT ${sql} AS n`).get()?.n ?? 0);
  return {
    write(batch, inside) {
      const rows = batch.times.length;
      database.exec('BEGIN IMMEDIATE');
      let appended = 0;
      for (let row = 0; row < rows; row += 1) {
        const series = batch.labels[row]?.__name__ ?? '';
        appended += Number(
          insert.run(series, batch.times[row] as number, batch.values[row] as number).changes,
        );
      }
      note.run(rows);
      inside?.();
      database.exec('COMMIT');
      return { appended, duplicates: rows - appended, conflicts: 0, outOfBounds: 0 };
    },
    read: () => ({
      samples: count('(SELECT count(*) FROM samples)'),
      written: count('(SELECT total(rows) FROM writes)'),
      wrong: count('(SELECT count(*) FROM samples WHERE value <> time)'),
    }),
    close: () => database.close(),
  };
}
