// Batches → one transaction: judged, copied into a temporary table, inserted from there once, counted exactly.

import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { AppendResult, Batch, SeriesRef } from '../contract.ts';
import type { Client, Connections } from './connections.ts';
import { copyIn } from './copy.ts';
import {
  accept,
  type Bounds,
  count,
  type Joined,
  join,
  type Ordered,
  order,
  type Standing,
} from './judge.ts';
import type { Ranges } from './ranges.ts';
import { encodeRows } from './rows.ts';
import type { SeriesMemory } from './series-memory.ts';
import type { Names } from './tables.ts';

export const HOUR_MS = 3_600_000;

/** Larger ones are no series of ours: an integer of PostgreSQL. */
const LARGEST_REF = 2 ** 31 - 1;

export interface Appending {
  readonly connections: Connections;
  readonly names: Names;
  readonly memory: SeriesMemory;
  readonly ranges: Ranges;
  bounds(): Bounds;
}

/** The batches of one transaction, tried until it is known what became of it. */
export class Append {
  readonly #store: Appending;
  readonly #batches: readonly Batch[];
  readonly #durable: boolean;
  // Written with the rows. Numbers of transactions do not do: after a crash PostgreSQL gives some of them again.
  readonly #token = randomUUID();
  /** What is so when the COMMIT that was sent and not answered came about. */
  #doubtful: readonly AppendResult[] | undefined;

  constructor(store: Appending, batches: readonly Batch[], durable: boolean) {
    this.#store = store;
    this.#batches = batches;
    this.#durable = durable;
  }

  /** One try. A later one finds out first whether an earlier one was committed, so that each row is counted once. */
  async attempt(): Promise<readonly AppendResult[]> {
    const { connections, ranges } = this.#store;
    const { oldest, newest } = this.#store.bounds();
    const timesIn = this.#batches.map(({ times }) =>
      times.filter((time) => time >= oldest && time <= newest),
    );
    for (const times of timesIn) await ranges.ensure(times);
    try {
      return await connections.use('write', (client) => this.#write(client));
    } catch (error) {
      ranges.forget();
      throw error;
    }
  }

  async #write(client: Client): Promise<readonly AppendResult[]> {
    try {
      const place = await begin(client, this.#store.names, this.#token, this.#durable);
      const known = place.isCommitted ? this.#doubtful : undefined;
      const results = known ?? (await write(client, this.#store, join(this.#batches), place));
      this.#doubtful = results;
      await client.query('COMMIT');
      return results;
    } catch (error) {
      if (client.getTransactionStatus() === 'E') await client.query('ROLLBACK');
      throw error;
    }
  }
}

interface Place {
  /** How often series were removed. */
  readonly freed: number;
  readonly epoch: string;
  /** An earlier try came about. */
  readonly isCommitted: boolean;
}

// While it holds the gate no series is removed, and no hour begins to be rolled up. A token that an earlier try of ours
// is about to commit is waited for.
async function begin(client: Client, names: Names, token: string, durable: boolean): Promise<Place> {
  const results = (await client.query(`
    BEGIN;
    CREATE TEMP TABLE IF NOT EXISTS mini_tsdb_staged (
      row integer, series integer, ms bigint, value float8, stale boolean) ON COMMIT DELETE ROWS;
    ${durable ? '' : 'SET LOCAL synchronous_commit = off;'}
    INSERT INTO ${names.commits} (token) VALUES ('${token}') ON CONFLICT DO NOTHING;
    SELECT pg_advisory_xact_lock_shared(${names.lock('gate')});
    SELECT epoch, freed::float8 FROM ${names.state}`)) as unknown as pg.QueryResult[];
  const inserted = results.find(({ command }) => command === 'INSERT');
  return { ...results.at(-1)?.rows[0], isCommitted: inserted?.rowCount === 0 };
}

async function write(
  client: Client,
  store: Appending,
  joined: Joined,
  { freed, epoch }: Place,
): Promise<readonly AppendResult[]> {
  const bounds = store.bounds();
  store.memory.renew(freed);
  const refs = new Set(joined.refs);
  const known = await knownRefs(client, store, refs);
  const newest =
    bounds.lateMs === Number.POSITIVE_INFINITY ? new Map() : await newestOf(client, store, known);
  const ordered = order(
    joined,
    accept(joined, (ref) => known.has(ref), bounds, newest),
  );
  if (ordered.firsts.length > 0) {
    await copyIn(client, 'pg_temp.mini_tsdb_staged', encodeRows(joined, ordered.firsts));
    count(joined, ordered, await insert(client, store.names, hoursOf(joined, ordered), epoch, ordered));
  }
  return joined.tallies;
}

async function knownRefs(
  client: Client,
  { names, memory }: Appending,
  refs: Set<SeriesRef>,
): Promise<Set<SeriesRef>> {
  const asked = [...refs].filter((ref) => !memory.isKnown(ref) && ref <= LARGEST_REF);
  const known = new Set([...refs].filter((ref) => memory.isKnown(ref)));
  if (asked.length === 0) return known;
  const { rows } = await client.query<{ id: number }>(
    `SELECT id FROM ${names.series} WHERE id = ANY ($1::integer[])`,
    [asked],
  );
  for (const { id } of rows) {
    memory.know(id);
    known.add(id);
  }
  return known;
}

async function newestOf(
  client: Client,
  { names }: Appending,
  refs: Set<SeriesRef>,
): Promise<Map<SeriesRef, number>> {
  const { rows } = await client.query<{ id: number; ms: number }>(
    `SELECT asked.id, newest.ms::float8 FROM unnest($1::integer[]) asked (id), LATERAL (
       SELECT ms FROM ${names.samples} WHERE series = asked.id ORDER BY ms DESC LIMIT 1) newest`,
    [[...refs]],
  );
  return new Map(rows.map(({ id, ms }) => [id, ms]));
}

function hoursOf({ times }: Joined, { firsts }: Ordered): number[] {
  const hours = new Set<number>();
  for (const row of firsts) hours.add(Math.floor((times[row] as number) / HOUR_MS) * HOUR_MS);
  return [...hours].sort((a, b) => a - b);
}

/** @returns what stands instead of the rows that were not inserted. */
async function insert(
  client: Client,
  names: Names,
  hours: readonly number[],
  epoch: string,
  { firsts }: Ordered,
): Promise<Map<number, Standing | undefined>> {
  // Marks come first: who waits for the mark of another must not hold samples that the other waits for.
  await client.query(`INSERT INTO ${names.marks} SELECT unnest($1::bigint[]), $2 ON CONFLICT DO NOTHING`, [
    hours,
    epoch,
  ]);
  const { rowCount } = await client.query(`
    INSERT INTO ${names.samples} (series, ms, value, stale)
      SELECT series, ms, value, stale FROM pg_temp.mini_tsdb_staged ON CONFLICT (series, ms) DO NOTHING`);
  if (rowCount === firsts.length) return new Map();
  // One look at the index for each row: a join of other kinds could read whole partitions.
  const { rows } = await client.query(
    `SELECT staged.row, stands.value, stands.stale FROM pg_temp.mini_tsdb_staged staged LEFT JOIN LATERAL (
       SELECT value, stale, xmin FROM ${names.samples} s
        WHERE s.series = staged.series AND s.ms = staged.ms LIMIT 1) stands ON true
      WHERE stands.xmin IS DISTINCT FROM pg_current_xact_id()::xid`,
  );
  return new Map(
    rows.map(({ row, value, stale }) => [row, value === null ? undefined : { value, stale }] as const),
  );
}
