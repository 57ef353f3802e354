// What is in the store, and what takes most of it. Counting takes a while in a large one, so answers are kept for some
// time.

import type { StoreStats, Top } from '../contract.ts';
import { HOUR_MS } from './append.ts';
import type { Client } from './connections.ts';
import { unescapeText } from './label-text.ts';
import type { Reader } from './reader.ts';
import { cleanHours } from './rollups.ts';
import type { Division, Names } from './tables.ts';

const KEPT_MS = 5_000;
/** Counting takes a twentieth of the time at most. */
const KEPT_TIMES = 20;

export class Statistics {
  readonly #reader: Reader;
  readonly #division: Division;
  readonly #kept = new Map<number, { readonly until: number; readonly stats: Promise<StoreStats> }>();

  constructor(reader: Reader, division: Division) {
    this.#reader = reader;
    this.#division = division;
  }

  /** @param top how many names each list holds at most. */
  read(top: number): Promise<StoreStats> {
    const known = this.#kept.get(top);
    if (known !== undefined && performance.now() < known.until) return known.stats;
    const begin = performance.now();
    const stats = this.#count(top);
    // One for each size that is asked for: none, and what the status page wants.
    if (this.#kept.size > 4) this.#kept.clear();
    this.#kept.set(top, { until: Number.POSITIVE_INFINITY, stats });
    stats.then(
      () => {
        const now = performance.now();
        this.#kept.set(top, { until: now + Math.max(KEPT_MS, KEPT_TIMES * (now - begin)), stats });
      },
      () => this.#kept.delete(top),
    );
    return stats;
  }

  #count(top: number): Promise<StoreStats> {
    const { names } = this.#reader;
    return this.#reader.use(async (client) => ({
      ...(await sizes(client, names, this.#division)),
      ...(await samples(client, names)),
      ...(await tops(client, names, top)),
    }));
  }
}

async function sizes(
  client: Client,
  { schema, series, ranges, samples, rollups }: Names,
  division: Division,
) {
  const [chunks, bytes] =
    division === 'partitions'
      ? [`SELECT count(*) FROM ${ranges}`, '0']
      : [
          `SELECT count(*) FROM show_chunks('${samples}')`,
          `coalesce(hypertable_size('${samples}'), 0) + coalesce(hypertable_size('${rollups}'), 0)`,
        ];
  const { rows } = await client.query(`
    SELECT (SELECT count(*) FROM ${series})::float8 AS series, (${chunks})::float8 AS chunks,
      (${bytes} + (SELECT sum(pg_total_relation_size(oid)) FROM pg_class
        WHERE relnamespace = '"${schema}"'::regnamespace AND relkind = 'r'))::float8 AS bytes`);
  return rows[0] as Pick<StoreStats, 'series' | 'chunks' | 'bytes'>;
}

// Hours that are rolled up are counted already; of the others each series is looked up in the index.
async function samples(
  client: Client,
  names: Names,
): Promise<Pick<StoreStats, 'samples' | 'oldest' | 'newest'>> {
  const hours = `SELECT hour FROM ${names.marks} UNION SELECT hour FROM ${names.rolled}`;
  const within = (hour: string) => `series = series.id AND ms >= ${hour} AND ms < ${hour} + ${HOUR_MS}`;
  const first = (of: 'min' | 'max', direction: string) => `
    (SELECT ${of}(found.ms) FROM (SELECT ${of}(hour) AS hour FROM hours) edge, ${names.series} series, LATERAL (
      SELECT ms FROM ${names.samples} WHERE ${within('edge.hour')} ORDER BY ms ${direction} LIMIT 1) found)::float8`;
  const { rows } = await client.query(`
    WITH hours AS MATERIALIZED (${hours}),
      clean AS MATERIALIZED (${cleanHours(names, '-9e18', '9e18')})
    SELECT ${first('min', 'ASC')} AS oldest, ${first('max', 'DESC')} AS newest,
      (SELECT coalesce(sum(samples), 0) FROM clean) + (
        SELECT coalesce(sum(found.count), 0) FROM (SELECT hour FROM hours EXCEPT SELECT hour FROM clean) open,
          ${names.series} series, LATERAL (
          SELECT count(*) FROM ${names.samples} WHERE ${within('open.hour')}) found)::float8 AS samples`);
  const { oldest, newest, samples: count } = rows[0];
  return { oldest: oldest ?? undefined, newest: newest ?? undefined, samples: count };
}

async function tops(client: Client, { series }: Names, top: number) {
  const list = (
    query: string,
  ) => `(SELECT coalesce(json_agg(list), '[]') FROM (SELECT * FROM (${query}) counted
    ORDER BY value DESC, name COLLATE "C" LIMIT ${Math.max(0, Math.floor(top))}) list)`;
  const { rows } = await client.query(`
    WITH pairs AS MATERIALIZED (
      SELECT pair.key, pair.value, count(*) AS series FROM ${series}, jsonb_each_text(labels) pair
       GROUP BY pair.key, pair.value)
    SELECT (SELECT count(*) FROM pairs)::float8 AS "labelPairs",
      ${list("SELECT value AS name, series AS value FROM pairs WHERE key = '__name__'")} AS "seriesByMetric",
      ${list('SELECT key AS name, count(*) AS value FROM pairs GROUP BY key')} AS "valuesByLabel",
      ${list('SELECT key AS name, sum(octet_length(value) * series) AS value FROM pairs GROUP BY key')} AS "bytesByLabel",
      ${list("SELECT key || '=' || value AS name, series AS value FROM pairs")} AS "seriesByPair"`);
  const { labelPairs, ...lists } = rows[0];
  const readable = Object.entries(lists).map(([name, found]) => [name, unescaped(found as Top)]);
  return { labelPairs, ...Object.fromEntries(readable) } as Omit<
    StoreStats,
    'series' | 'chunks' | 'bytes' | 'samples' | 'oldest' | 'newest'
  >;
}

function unescaped(top: Top): Top {
  return top.map(({ name, value }) => ({ name: unescapeText(name), value }));
}
