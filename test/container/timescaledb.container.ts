// The store over TimescaleDB: all that stores promise, its retention and its rollups, over hypertables.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openPostgresStore } from '../../src/tsdb/storage/postgres/open.ts';
import type { PostgresServer } from '../helpers/postgres.ts';
import { storeContract } from '../tsdb/storage/contract-suite.ts';
import { appendedByTwo, counts, metric, newSchema, openStore } from '../tsdb/storage/postgres/open-store.ts';
import { batchOf, freeBudget, readAll, rowOf, type Sample } from '../tsdb/storage/rows.ts';
import { startTimescaledb } from './timescaledb.ts';

vi.setConfig({ testTimeout: 300_000 });

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 10);
const DURABLE = { durable: true };

let database: PostgresServer;
let schemas = 0;

beforeAll(async () => {
  database = await startTimescaledb();
});
afterAll(() => database?.stop());

storeContract('the store over TimescaleDB', (needs) => {
  schemas += 1;
  return openPostgresStore({
    ...needs,
    urlFile: database.urlFile,
    schema: `contract_${schemas}`,
    retentionMs: Number.POSITIVE_INFINITY,
  });
});

/** How many chunks each of the two hypertables has. */
async function chunks(schema: string): Promise<{ samples: number; rollups: number }> {
  const rows = await database.query<{ name: string; count: number }>(
    `SELECT hypertable_name AS name, num_chunks::float8 AS count FROM timescaledb_information.hypertables
      WHERE hypertable_schema = $1`,
    [schema],
  );
  return Object.fromEntries(rows.map(({ name, count }) => [name, count])) as never;
}

async function count(schema: string): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM ${schema}.samples`,
  );
  return row?.count ?? Number.NaN;
}

describe('hypertables', () => {
  test('lose whole chunks that have expired, and then series that are empty, whoever of two does it', async () => {
    const schema = newSchema();
    let now = START + 12 * HOUR;
    const needs = { schema, now: () => now, retentionMs: 2 * DAY };
    const store = await openStore(database, needs);
    const other = await openStore(database, needs);
    const [ended, living] = (await store.resolve([metric('ended'), metric('living')])) as unknown as [
      number,
      number,
    ];
    await store.append(batchOf([[ended, now, 1]]), DURABLE);
    for (let day = 0; day < 4; day += 1) {
      now = START + day * DAY + 12 * HOUR;
      expect(await other.append(batchOf([[living, now, day]]), DURABLE)).toEqual(counts({ appended: 1 }));
      await Promise.all([store.upkeep(), other.upkeep()]);
    }
    now += HOUR;
    await database.query(`UPDATE ${schema}.series SET created_at = now() - interval '2 hours'`);
    expect(await chunks(schema)).toEqual({ samples: 3, rollups: 2 });
    now += DAY;
    await store.append(batchOf([[living, now, 4]]), DURABLE);
    await Promise.all([store.upkeep(), other.upkeep()]);
    expect(await chunks(schema)).toEqual({ samples: 3, rollups: 2 });
    expect(await store.labelValues('i', [], freeBudget())).toEqual(['living']);
    for (const one of [store, other])
      expect(await one.append(batchOf([[ended, now, 1]]), DURABLE)).toEqual(counts({ unknown: [0] }));
    const [found] = await readAll(other, []);
    expect(found?.rows).toEqual([
      rowOf(START + 3 * DAY + 12 * HOUR, 3),
      rowOf(START + 4 * DAY + 13 * HOUR, 4),
    ]);
    expect(await store.stats(0)).toMatchObject({ series: 1, chunks: 3, samples: 2 });
  });

  test('take all of what two processes write at once, while chunks are made and dropped', async () => {
    const schema = newSchema();
    let now = START;
    const needs = { schema, now: () => now, retentionMs: 2 * DAY };
    const stores = [await openStore(database, needs), await openStore(database, needs)];
    let isOver = false;
    const keeping = stores.map(async (store) => {
      while (!isOver) await store.upkeep();
    });
    const refs = [...(await (stores[0] as (typeof stores)[0]).resolve([0, 1, 2, 3].map(metric)))];
    for (let day = 0; day < 10; day += 1) {
      now = START + day * DAY + 12 * HOUR;
      // Some for each of the days that are kept: those that are just being dropped too.
      const writes = stores.flatMap((store, lane) =>
        [0, 0.5, 1, 1.5].map(async (back) => {
          // No time comes twice.
          const time = now - back * DAY + 10 * day + lane;
          const rows = refs.map((ref): Sample => [ref, time, day]);
          expect(await store.append(batchOf(rows), DURABLE)).toEqual(counts({ appended: refs.length }));
        }),
      );
      await Promise.all(writes);
    }
    isOver = true;
    await Promise.all(keeping);
    await stores[0]?.upkeep();
    expect((await chunks(schema)).samples).toBeLessThanOrEqual(4);
    const [one, two] = await Promise.all(stores.map((store) => readAll(store, [])));
    expect(one).toEqual(two);
    expect(one?.[0]?.rows.length).toBeGreaterThan(8);
  });

  test('are made once by two processes that start at once, and each row is stored by one of them', async () => {
    const schema = newSchema();
    const both = { appended: 4000, duplicates: 2000, conflicts: 2000, outOfBounds: 0 };
    expect(await appendedByTwo(database, schema)).toEqual(both);
    expect(await count(schema)).toBe(4000);
    expect((await chunks(schema)).samples).toBeGreaterThan(0);
  });

  test('are read for whole hours by their rollups, also after samples came late', async () => {
    const schema = newSchema();
    const store = await openStore(database, { schema, now: () => START + 20 * HOUR });
    const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
    const all = Array.from({ length: 1000 }, (_, i): Sample => [ref, START + i * 20_000, i]);
    await store.append(batchOf(all), DURABLE);
    await store.upkeep();
    expect((await chunks(schema)).rollups).toBe(1);
    // So it would be wrong if samples were read.
    await database.query(`UPDATE ${schema}.rollups SET sum = -1`);
    const sums = async () => {
      const bounds = Float64Array.from([1, 2, 4, 4.5].map((hour) => START + hour * HOUR));
      for await (const [one] of store.buckets([], bounds, freeBudget())) return [...(one?.sums ?? [])];
      return [];
    };
    expect(await sums()).toEqual([-1, -2, 68_805]);
    await store.append(batchOf([[ref, START + HOUR + 1, 0.5]]), DURABLE);
    expect(await sums()).toEqual([48_510.5, -2, 68_805]);
    await store.upkeep();
    expect(await sums()).toEqual([48_510.5, -2, 68_805]);
  });
});
