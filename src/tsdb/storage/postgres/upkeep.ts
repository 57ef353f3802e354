// What goes on by itself: partitions that have expired are dropped, series that are empty are removed, hours rolled up.
// One process at a time does it.

import { setTimeout as sleep } from 'node:timers/promises';
import { HOUR_MS } from './append.ts';
import type { Client, Connections } from './connections.ts';
import { isPassing, reasonOf } from './failures.ts';
import type { PostgresStoreOptions } from './options.ts';
import type { Ranges } from './ranges.ts';
import { rollUp } from './rollups.ts';
import type { Names } from './tables.ts';

const SERIES_A_PIECE = 5_000;
/** A series that was just made has time to get its first sample. */
const EMPTY_FOR = '1 hour';
/** Much longer than anybody waits for a lost connection. */
const TOKENS_FOR = '1 hour';

export interface UpkeepParts {
  readonly connections: Connections;
  readonly names: Names;
  readonly ranges: Ranges;
  readonly now: () => number;
  readonly oldestKept: () => number;
}

export class Upkeep {
  readonly #parts: UpkeepParts;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
  }

  /** The end of the newest hour that was written to; -Infinity when there is none. */
  newestTime(): Promise<number> {
    const { connections, names } = this.#parts;
    return connections.use('upkeep', async (client) => {
      const { rows } = await client.query(`
        SELECT greatest((SELECT max(hour) FROM ${names.marks}), (SELECT max(hour) FROM ${names.rolled}))::float8 AS hour`);
      return rows[0].hour === null ? Number.NEGATIVE_INFINITY : rows[0].hour + HOUR_MS - 1;
    });
  }

  /** Does nothing while another process does it. */
  async run(signal?: AbortSignal): Promise<void> {
    const { connections, names, now } = this.#parts;
    const work = async (client: Client) => {
      const { rows } = await client.query(`SELECT pg_try_advisory_lock(${names.lock('upkeep')}) AS is_mine`);
      if (!rows[0].is_mine) return;
      try {
        await client.query(`DELETE FROM ${names.commits} WHERE at < now() - interval '${TOKENS_FOR}'`);
        if (await this.#dropExpired(client)) await this.#removeEmptySeries(client);
        await rollUp(client, names, now());
      } finally {
        // In any other state the connection is closed, and the lock goes with it.
        if (client.getTransactionStatus() === 'I')
          await client.query(`SELECT pg_advisory_unlock(${names.lock('upkeep')})`);
      }
    };
    await connections.use('upkeep', work, signal);
  }

  // Dropping a table waits for its readers, and everybody else then waits for it: rather later than long.
  async #dropExpired(client: Client): Promise<boolean> {
    const { names, ranges, oldestKept } = this.#parts;
    const oldest = Math.floor(oldestKept());
    if (!Number.isFinite(oldest)) return false;
    await client.query("BEGIN; SET LOCAL lock_timeout = '2s'");
    const count = await ranges.drop(client, oldest);
    if (count > 0) {
      const lastHour = oldest - HOUR_MS;
      await client.query(`DELETE FROM ${names.marks} WHERE hour <= $1`, [lastHour]);
      await client.query(`DELETE FROM ${names.rolled} WHERE hour <= $1`, [lastHour]);
    }
    await client.query('COMMIT');
    return count > 0;
  }

  async #removeEmptySeries(client: Client): Promise<void> {
    const { names } = this.#parts;
    const isEmpty = `created_at < now() - interval '${EMPTY_FOR}'
      AND NOT EXISTS (SELECT FROM ${names.samples} WHERE series = series.id)`;
    for (let last = 0; ; ) {
      const { rows } = await client.query<{ id: number; is_empty: boolean }>(
        `SELECT id, ${isEmpty} AS is_empty FROM ${names.series} series WHERE id > $1 ORDER BY id LIMIT ${SERIES_A_PIECE}`,
        [last],
      );
      const empty = rows.filter((row) => row.is_empty).map(({ id }) => id);
      if (empty.length > 0) await this.#remove(client, empty, isEmpty);
      if (rows.length < SERIES_A_PIECE) return;
      last = (rows.at(-1) as { id: number }).id;
    }
  }

  // Behind the gate nobody appends, and whoever comes later sees that series were removed.
  async #remove(client: Client, ids: readonly number[], isEmpty: string): Promise<void> {
    const { names } = this.#parts;
    await client.query('BEGIN');
    await client.query(`SELECT pg_advisory_xact_lock(${names.lock('gate')})`);
    await client.query(`DELETE FROM ${names.series} series WHERE id = ANY ($1::integer[]) AND ${isEmpty}`, [
      ids,
    ]);
    await client.query(`UPDATE ${names.state} SET freed = freed + 1`);
    await client.query('COMMIT');
  }
}

export interface UpkeepLoop {
  /** Resolves when nothing is going on any more. */
  stop(): Promise<void>;
}

const LEAST_BETWEEN_MS = 1000;
const MOST_BETWEEN_MS = 60_000;
const PASSES_IN_RETENTION = 20;

/** Has `run` called again and again; what goes wrong is told and tried again. */
export function startUpkeep(
  run: (signal: AbortSignal) => Promise<void>,
  { retentionMs, log }: Pick<PostgresStoreOptions, 'retentionMs' | 'log'>,
): UpkeepLoop {
  const stopping = new AbortController();
  const everyMs = Math.max(LEAST_BETWEEN_MS, Math.min(MOST_BETWEEN_MS, retentionMs / PASSES_IN_RETENTION));
  const running = (async () => {
    while (!stopping.signal.aborted) {
      await sleep(everyMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
      if (stopping.signal.aborted) return;
      await run(stopping.signal).catch((error) => {
        if (stopping.signal.aborted) return;
        const reason = reasonOf(error);
        if (isPassing(error)) log.warn({ reason }, 'upkeep of PostgreSQL failed, it is tried again');
        else log.error({ reason }, 'upkeep of PostgreSQL failed, it is tried again');
      });
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
