// Hours rolled up: what an hour of a series holds, computed once it is over, and again when samples came late.

import { OF_SAMPLES } from './aggregates.ts';
import { HOUR_MS } from './append.ts';
import type { Client } from './connections.ts';
import type { Names } from './tables.ts';

/** Samples often come a little late. */
const SETTLE_MS = 5 * 60_000;
const HOURS_A_PASS = 48;
const SERIES_A_PIECE = 5_000;

/** Hours that are rolled up and were not written to since, as SQL; `from` and `to` are parameters. */
export function cleanHours({ rolled, marks }: Names, from: string, to: string): string {
  return `SELECT hour, samples FROM ${rolled} rolled WHERE hour >= ${from} AND hour < ${to}
    AND NOT EXISTS (SELECT FROM ${marks} WHERE hour = rolled.hour)`;
}

/** Rolls up what is over. @param now Unix milliseconds. */
export async function rollUp(client: Client, names: Names, now: number): Promise<void> {
  const { rows } = await client.query<{ hour: number }>(
    `SELECT DISTINCT hour::float8 FROM ${names.marks} WHERE hour <= $1 ORDER BY hour LIMIT ${HOURS_A_PASS}`,
    [Math.floor(now - HOUR_MS - SETTLE_MS)],
  );
  if (rows.length === 0) return;
  const epoch = await nextEpoch(client, names);
  for (const { hour } of rows) await rollHour(client, names, hour, epoch);
}

// Behind the gate no append is on its way: all that was marked before can be read, and what comes later is marked anew.
async function nextEpoch(client: Client, names: Names): Promise<string> {
  await client.query("BEGIN; SET LOCAL lock_timeout = '5s'");
  await client.query(`SELECT pg_advisory_xact_lock(${names.lock('gate')})`);
  const { rows } = await client.query(`UPDATE ${names.state} SET epoch = epoch + 1 RETURNING epoch`);
  await client.query('COMMIT');
  return rows[0].epoch;
}

async function rollHour(client: Client, names: Names, hour: number, epoch: string): Promise<void> {
  const last = await client.query(`SELECT coalesce(max(id), 0) AS id FROM ${names.series}`);
  let samples = 0;
  for (let from = 0; from <= last.rows[0].id; from += SERIES_A_PIECE) {
    const { rows } = await client.query(rollPiece(names), [
      from,
      from + SERIES_A_PIECE,
      hour,
      hour + HOUR_MS,
    ]);
    samples += rows[0].samples;
  }
  // Nobody reads the hour as long as it is marked, so its series may have changed one by one.
  await client.query('BEGIN');
  await client.query(`DELETE FROM ${names.marks} WHERE hour = $1 AND epoch < $2`, [hour, epoch]);
  await client.query(
    `INSERT INTO ${names.rolled} VALUES ($1, $2) ON CONFLICT (hour) DO UPDATE SET samples = excluded.samples`,
    [hour, samples],
  );
  await client.query('COMMIT');
}

// By series, as the index has it. Stale markers count as samples, and are no values.
function rollPiece({ series, samples, rollups }: Names): string {
  return `
    WITH found AS (
      SELECT series.id, hour.* FROM ${series} series, LATERAL (
        SELECT (SELECT count(*) FROM ${samples} WHERE series = series.id AND ms >= $3 AND ms < $4)::float8 AS all_samples,
               ${OF_SAMPLES}
          FROM ${samples} WHERE series = series.id AND ms >= $3 AND ms < $4 AND NOT stale) hour
       WHERE series.id >= $1 AND series.id < $2),
    written AS (
      INSERT INTO ${rollups} (series, hour, count, sum, min, max, last_ms, last)
        SELECT id, $3, count, sum, min, max, last[1]::bigint, last[2] FROM found WHERE count > 0
        ON CONFLICT (series, hour) DO UPDATE SET count = excluded.count, sum = excluded.sum, min = excluded.min,
          max = excluded.max, last_ms = excluded.last_ms, last = excluded.last)
    SELECT coalesce(sum(all_samples), 0) AS samples FROM found`;
}
