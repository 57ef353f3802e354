// Retention, empty series, and hours rolled up.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { bucketsOf } from '../../../../src/tsdb/storage/buckets.ts';
import type { Buckets } from '../../../../src/tsdb/storage/contract.ts';
import type { PostgresStore } from '../../../../src/tsdb/storage/postgres/store.ts';
import { type RunningPostgres, startPostgres } from '../../../helpers/postgres.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { ALL_TIME, batchOf, freeBudget, readAll, rowOf, type Sample } from '../rows.ts';
import { counts, lockTable, metric, newSchema, openStore, Schemas } from './open-store.ts';

vi.setConfig({ testTimeout: 300_000 });

const schemas = new Schemas();
let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
  await schemas.start(postgres);
});
afterAll(async () => {
  await schemas.stop();
  await postgres.stop();
});

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 10);
const DURABLE = { durable: true };

async function tables(schema: string, like: string): Promise<number> {
  const rows = await postgres.query(`SELECT FROM pg_tables WHERE schemaname = $1 AND tablename LIKE $2`, [
    schema,
    like,
  ]);
  return rows.length;
}

describe('retention', () => {
  test('hides what has expired at once, and drops its day as a whole; then series that are empty', async () => {
    const schema = newSchema();
    let now = START + 12 * HOUR;
    const needs = { schema, now: () => now, retentionMs: 2 * DAY };
    const store = await openStore(postgres, needs);
    const other = await openStore(postgres, needs);
    const [ended, living] = (await store.resolve([metric('ended'), metric('living')])) as unknown as [
      number,
      number,
    ];
    await store.append(batchOf([[ended, now, 1]]), DURABLE);
    for (let day = 0; day < 4; day += 1) {
      now = START + day * DAY + 12 * HOUR;
      expect(await store.append(batchOf([[living, now, day]]), DURABLE)).toEqual(counts({ appended: 1 }));
    }
    const days = [1, 2, 3].map((day) => rowOf(START + day * DAY + 12 * HOUR, day));
    expect(await readAll(store, [])).toEqual([{ labels: metric('living'), rows: days }]);
    expect(await store.append(batchOf([[living, START + 12 * HOUR, 7]]), DURABLE)).toEqual(
      counts({ outOfBounds: 1, leftOut: [0] }),
    );
    expect(await tables(schema, 'samples_%')).toBe(4);
    await postgres.query(`UPDATE ${schema}.series SET created_at = now() - interval '2 hours'`);
    await store.upkeep();
    expect(await tables(schema, 'samples_%')).toBe(3);
    expect(await tables(schema, 'rollups_%')).toBe(3);
    expect(await store.labelValues('i', [], freeBudget())).toEqual(['living']);
    // Both know it now, whoever removed it.
    for (const one of [store, other]) {
      expect(await one.append(batchOf([[ended, now, 1]]), DURABLE)).toEqual(counts({ unknown: [0] }));
      const [again] = await one.resolve([metric('ended')]);
      expect(again).not.toBe(ended);
    }
  });

  test('a series that was just made stays without a sample', async () => {
    const schema = newSchema();
    let now = START;
    const store = await openStore(postgres, { schema, now: () => now, retentionMs: DAY });
    const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
    await store.append(batchOf([[ref, now, 1]]), DURABLE);
    now += 3 * DAY;
    await store.append(batchOf([[ref, now, 1]]), DURABLE);
    const [young] = (await store.resolve([metric('young')])) as unknown as [number];
    await store.upkeep();
    expect(await tables(schema, 'samples_%')).toBe(1);
    expect(await store.append(batchOf([[young, now, 1]]), DURABLE)).toEqual(counts({ appended: 1 }));
  });

  test('a clock that jumps ahead drops nothing', async () => {
    const schema = newSchema();
    let now = START;
    const needs = { schema, now: () => now, retentionMs: DAY };
    const store = await openStore(postgres, needs);
    const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
    await store.append(batchOf([[ref, now, 1]]), DURABLE);
    now += 400 * DAY;
    const restarted = await openStore(postgres, needs);
    for (const one of [store, restarted]) {
      await one.upkeep();
      expect((await readAll(one, []))[0]?.rows).toEqual([rowOf(START, 1)]);
    }
  });

  test('another retention makes partitions of another width beside those that are there', async () => {
    const schema = newSchema();
    const now = () => START;
    const days = await openStore(postgres, { schema, now, retentionMs: 40 * DAY });
    const [ref] = (await days.resolve([metric(1)])) as unknown as [number];
    const at = (day: number) => START - day * DAY;
    await days.append(batchOf([0, 3, 6].map((day): Sample => [ref, at(day), day])), DURABLE);
    const months = await openStore(postgres, { schema, now, retentionMs: 4000 * DAY });
    const all = Array.from({ length: 90 }, (_, day): Sample => [ref, at(day), day]);
    expect(await months.append(batchOf(all), DURABLE)).toEqual(counts({ appended: 87, duplicates: 3 }));
    expect((await readAll(months, []))[0]?.rows).toHaveLength(90);
    expect(await tables(schema, 'samples_%')).toBeLessThan(12);
  });
});

async function pushedDown(store: PostgresStore, bounds: readonly number[]): Promise<Buckets[]> {
  const found: Buckets[] = [];
  for await (const list of store.buckets([], Float64Array.from(bounds), freeBudget())) found.push(...list);
  return found;
}

async function computedHere(store: PostgresStore, bounds: readonly number[]): Promise<Buckets[]> {
  const range = { from: bounds[0] as number, to: Math.ceil(bounds.at(-1) as number) - 1 };
  const found: Buckets[] = [];
  const slices = store.select({ matchers: [], range }, freeBudget());
  for await (const list of bucketsOf(slices, Float64Array.from(bounds))) found.push(...list);
  return found;
}

// Which of two zeros is the smaller one nobody says.
function columnsOf({ labels, counts, sums, mins, maxs, lasts }: Buckets) {
  const plain = (column: Float64Array) => Array.from(column, (value) => value + 0);
  return {
    labels,
    counts: plain(counts),
    sums: plain(sums),
    mins: plain(mins),
    maxs: plain(maxs),
    lasts: [...lasts],
  };
}

async function expectEqual(store: PostgresStore, bounds: readonly number[]): Promise<void> {
  const expected = (await computedHere(store, bounds)).map(columnsOf);
  expect((await pushedDown(store, bounds)).map(columnsOf)).toEqual(expected);
}

async function rolled(schema: string): Promise<{ hours: number; marks: number }> {
  const rows = await postgres.query<{ hours: number; marks: number }>(
    `SELECT (SELECT count(*) FROM ${schema}.rolled)::float8 AS hours, (SELECT count(*) FROM ${schema}.marks)::float8 AS marks`,
  );
  return rows[0] as { hours: number; marks: number };
}

describe('rollups', () => {
  const value = fc.oneof(
    fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
    fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 100),
    fc.constantFrom(0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, undefined),
    fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324),
  );
  const sample = fc.record({
    series: fc.integer({ min: 0, max: 2 }),
    at: fc.integer({ min: 0, max: 8 * HOUR }),
    value,
  });
  const history = fc.record({
    first: fc.array(sample, { minLength: 1, maxLength: 60 }),
    late: fc.array(sample, { maxLength: 10 }),
    widths: fc.array(
      fc.oneof(fc.constantFrom(HOUR, 2 * HOUR, HOUR / 2), fc.integer({ min: 1, max: 3 * HOUR })),
      {
        minLength: 1,
        maxLength: 8,
      },
    ),
    shift: fc.oneof(fc.constant(0), fc.integer({ min: -HOUR, max: HOUR })),
  });

  test('agree with the samples they stand for, also when samples came late, whatever the bounds', async () => {
    const now = () => START + 20 * HOUR;
    await fc.assert(
      fc.asyncProperty(history, async ({ first, late, widths, shift }) => {
        const schema = schemas.take();
        const store = await openStore(postgres, { schema, now });
        const refs = [...(await store.resolve([0, 1, 2].map(metric)))];
        const rowsOf = (list: typeof first) =>
          batchOf(list.map(({ series, at, value }): Sample => [refs[series] as number, START + at, value]));
        const bounds = [START + shift];
        for (const width of widths) bounds.push((bounds.at(-1) as number) + width);
        await store.append(rowsOf(first), DURABLE);
        await expectEqual(store, bounds);
        await store.upkeep();
        expect((await rolled(schema)).marks).toBe(0);
        await expectEqual(store, bounds);
        await store.append(rowsOf(late), DURABLE);
        await expectEqual(store, bounds);
        await store.upkeep();
        await expectEqual(store, bounds);
        await store.close();
        await schemas.giveBack(schema);
      }),
      { numRuns: 40 },
    );
  });

  test('are what is read for whole hours', async () => {
    const schema = newSchema();
    const store = await openStore(postgres, { schema, now: () => START + 20 * HOUR });
    const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
    const all = Array.from({ length: 1000 }, (_, i): Sample => [ref, START + i * 20_000, i]);
    await store.append(batchOf(all), DURABLE);
    await store.upkeep();
    expect(await rolled(schema)).toEqual({ hours: 6, marks: 0 });
    expect((await store.stats(0)).samples).toBe(1000);
    // So it would be wrong if samples were read.
    await postgres.query(`UPDATE ${schema}.rollups SET sum = -1`);
    const [found] = await pushedDown(store, [
      START + HOUR,
      START + 2 * HOUR,
      START + 4 * HOUR,
      START + 4.5 * HOUR,
    ]);
    expect([...(found?.counts ?? [])]).toEqual([180, 360, 90]);
    expect([...(found?.sums ?? [])]).toEqual([-1, -2, 68_805]);
    // A late one has the hour read from its samples again.
    await store.append(batchOf([[ref, START + HOUR + 1, 0.5]]), DURABLE);
    const [again] = await pushedDown(store, [START + HOUR, START + 2 * HOUR, START + 4 * HOUR]);
    expect([...(again?.sums ?? [])]).toEqual([48_510.5, -2]);
    const { result } = { result: await readAll(store, [], ALL_TIME) };
    expect(result[0]?.rows).toHaveLength(1001);
  });

  test('sums of decimals are as exact as those computed here', async () => {
    const store = await openStore(postgres, { now: () => START + 20 * HOUR });
    const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
    await store.append(
      batchOf(Array.from({ length: 3600 }, (_, i): Sample => [ref, START + i * 1000, 0.1])),
      DURABLE,
    );
    const [found] = await pushedDown(store, [START, START + HOUR / 2, START + HOUR]);
    expect([...(found?.sums ?? [])]).toEqual([180, 180]);
  });

  test('nothing of an append that goes on while hours are rolled up is left out', async () => {
    const schema = newSchema();
    const now = () => START + 20 * HOUR;
    const store = await openStore(postgres, { schema, now });
    const refs = [...(await store.resolve([0, 1, 2, 3].map(metric)))];
    let isOver = false;
    const writing = [0, 1, 2].map(async (lane) => {
      for (let i = 0; !isOver; i += 1) {
        const time = START + ((i * 7 * 60_000) % (6 * HOUR)) + 3 * i + lane;
        await store.append(batchOf(refs.map((ref): Sample => [ref, time, i])), DURABLE);
      }
    });
    const bounds = [0, 1, 2, 3, 4, 5, 6].map((hour) => START + hour * HOUR);
    for (let pass = 0; pass < 10; pass += 1) await store.upkeep();
    isOver = true;
    await Promise.all(writing);
    await expectEqual(store, bounds);
    await store.upkeep();
    await expectEqual(store, bounds);
    expect((await rolled(schema)).marks).toBe(0);
  });

  test('an append that is on its way when an hour is rolled up is waited for', async () => {
    const schema = newSchema();
    const store = await openStore(postgres, { schema, now: () => START + 20 * HOUR });
    const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
    await store.append(batchOf([[ref, START, 1]]), DURABLE);
    const lock = await lockTable(postgres, `${schema}.samples`, 'SHARE');
    const appending = store.append(batchOf([[ref, START + 1, 2]]), DURABLE);
    const waits = (lane: string) =>
      waitFor(`${lane} to wait`, async () => {
        const rows = await postgres.query(
          `SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock'`,
          [`mini-tsdb ${lane}`],
        );
        return rows.length > 0;
      });
    await waits('write');
    const keeping = store.upkeep();
    await Promise.race([waits('upkeep'), keeping]);
    await lock.end();
    await Promise.all([appending, keeping]);
    const [found] = await pushedDown(store, [START, START + HOUR]);
    expect([...(found?.sums ?? [])]).toEqual([3]);
  });
});
