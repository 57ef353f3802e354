// Settings of a server, a database or a role that a store meets, and what a server cannot hold.

import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../../helpers/postgres.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, freeBudget, readAll, rowOf, type Sample } from '../rows.ts';
import { counts, lockTable, metric, newSchema, openStore } from './open-store.ts';

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres({ settings: ['max_connections = 20'] });
});
afterAll(() => postgres.stop());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 10);
const DURABLE = { durable: true };

async function setting(name: string, value: string): Promise<void> {
  await postgres.query(`ALTER DATABASE postgres SET ${name} = ${value}`);
  onTestFinished(async () => {
    await postgres.query(`ALTER DATABASE postgres RESET ${name}`);
  });
}

async function setSystem(what: string): Promise<void> {
  await postgres.query(`ALTER SYSTEM ${what}`);
  await postgres.query('SELECT pg_reload_conf()');
}

function waits(lane: string, event: 'relation' | 'advisory'): Promise<boolean> {
  return waitFor(`${lane} to wait`, async () => {
    const rows = await postgres.query(
      "SELECT FROM pg_stat_activity WHERE application_name = $1 AND wait_event_type = 'Lock' AND wait_event = $2",
      [`mini-tsdb ${lane}`, event],
    );
    return rows.length > 0;
  });
}

test('where transactions see one snapshot by default, rollups know of late samples all the same', async () => {
  await setting('default_transaction_isolation', "'repeatable read'");
  const schema = newSchema();
  const store = await openStore(postgres, { schema, now: () => START + 20 * HOUR });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  await store.append(batchOf([[ref, START, 1]]), DURABLE);
  const state = await lockTable(postgres, `${schema}.state`, 'ACCESS EXCLUSIVE');
  const keeping = store.upkeep();
  await waits('upkeep', 'relation');
  // It has begun, and waits at the gate for an epoch that is about to rise; then until the hour is rolled up.
  const appending = store.append(batchOf([[ref, START + 1, 2]]), DURABLE);
  await waits('write', 'advisory');
  const samples = await lockTable(postgres, `${schema}.samples`, 'SHARE');
  const rollups = await lockTable(postgres, `${schema}.rollups`, 'SHARE');
  await state.end();
  await waits('write', 'relation');
  await rollups.end();
  await keeping;
  await samples.end();
  expect(await appending).toEqual(counts({ appended: 1 }));
  const found: number[] = [];
  for await (const list of store.buckets([], Float64Array.of(START, START + HOUR), freeBudget()))
    found.push(...list.flatMap(({ counts }) => [...counts]));
  expect(found).toEqual([2]);
});

test('a connection to a server that has become a standby is given up: another one may be the primary', async () => {
  const store = await openStore(postgres);
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  const backends = async () =>
    (
      await postgres.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'mini-tsdb write'",
      )
    ).map(({ pid }) => pid);
  const before = await backends();
  await setSystem("SET default_transaction_read_only = 'on'");
  const appending = store.append(batchOf([[ref, Date.now(), 1]]), DURABLE);
  await waitFor('it to be refused', () => store.trouble()?.reason.includes('read-only'));
  await waitFor('its connections to be closed', async () =>
    (await backends()).every((pid) => !before.includes(pid)),
  );
  await setSystem('RESET default_transaction_read_only');
  expect(await appending).toEqual(counts({ appended: 1 }));
});

test('series that a server which took over never had are made again', async () => {
  const schema = newSchema();
  const store = await openStore(postgres, { schema });
  const [kept, lost] = (await store.resolve([metric('kept'), metric('lost')])) as unknown as [number, number];
  const now = Date.now();
  const rows = (time: number) =>
    batchOf([
      [kept, time, 1],
      [lost, time, 1],
    ]);
  expect(await store.append(rows(now), DURABLE)).toEqual(counts({ appended: 2 }));
  await postgres.query(`DELETE FROM ${schema}.series WHERE id = ${lost}`);
  await postgres.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'mini-tsdb write'",
  );
  expect(await store.append(rows(now + 1), DURABLE)).toEqual(counts({ appended: 1, unknown: [1] }));
  const [again] = (await store.resolve([metric('lost')])) as unknown as [number];
  expect(await store.append(batchOf([[again, now + 1, 1]]), DURABLE)).toEqual(counts({ appended: 1 }));
});

test('samples of a hundred years are taken, read and dropped within the locks of a small server', async () => {
  const schema = newSchema();
  const needs = { schema, now: () => START };
  const long = await openStore(postgres, { ...needs, retentionMs: 36_500 * DAY });
  const [ref] = (await long.resolve([metric(1)])) as unknown as [number];
  const all = Array.from({ length: 1200 }, (_, month): Sample => [ref, START - month * 30 * DAY, month]);
  expect(await long.append(batchOf(all), DURABLE)).toEqual(counts({ appended: 1200 }));
  const reading = Array.from({ length: 6 }, () => readAll(long, []));
  for (const [found] of await Promise.all(reading)) expect(found?.rows).toHaveLength(1200);
  const parts = async () => (await postgres.query(`SELECT FROM ${schema}.ranges`)).length;
  expect(await parts()).toBeLessThan(110);
  const short = await openStore(postgres, { ...needs, retentionMs: DAY });
  await short.append(batchOf([[ref, START, 0]]), DURABLE);
  await short.upkeep();
  expect(await parts()).toBe(1);
});

test('a late sample that meets a partition which was just dropped is taken, and goes with the next', async () => {
  const schema = newSchema();
  let now = START + 12 * HOUR;
  const needs = { schema, now: () => now, retentionMs: DAY };
  const slow = await openStore(postgres, needs);
  const quick = await openStore(postgres, needs);
  const [ref] = (await slow.resolve([metric(1)])) as unknown as [number];
  await slow.append(batchOf([[ref, now, 1]]), DURABLE);
  now += 3 * DAY;
  await quick.append(batchOf([[ref, now, 2]]), DURABLE);
  await quick.upkeep();
  expect((await postgres.query(`SELECT FROM ${schema}.ranges`)).length).toBe(1);
  // It has not seen the newest one, and knows the partition.
  expect(await slow.append(batchOf([[ref, START + 13 * HOUR, 3]]), DURABLE)).toEqual(counts({ appended: 1 }));
  expect(await readAll(quick, [])).toEqual([{ labels: metric(1), rows: [rowOf(now, 2)] }]);
  await quick.upkeep();
  expect(await postgres.query(`SELECT ms FROM ${schema}.samples WHERE ms < $1`, [START + DAY])).toEqual([]);
});

test('when there are too many connections, samples wait for a free one', async () => {
  const crowd = Array.from({ length: 20 }, () => new pg.Client({ connectionString: postgres.url }));
  onTestFinished(async () => void (await Promise.all(crowd.map((client) => client.end()))));
  const store = await openStore(postgres);
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  await postgres.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'mini-tsdb%'",
  );
  await Promise.allSettled(crowd.map((client) => client.connect()));
  const appending = store.append(batchOf([[ref, Date.now(), 1]]), DURABLE);
  await waitFor('it to be refused', () => store.trouble()?.reason.includes('53300'));
  await crowd[0]?.end();
  expect(await appending).toEqual(counts({ appended: 1 }));
});

test('64 labels of 4096 letters, with U+0000 among them, are a series like any other', async () => {
  const store = await openStore(postgres);
  const wide = (i: number, letter: string) =>
    Object.fromEntries([
      ['__name__', `wide_${i}`],
      ...Array.from({ length: 63 }, (_, n) => [`label_${n}`, `${letter.repeat(4095)}\0`]),
    ]);
  const sets = [wide(0, 'ü'), wide(1, '"'), wide(2, '\\'), wide(3, '\0')];
  const refs = [...(await store.resolve(sets))];
  const now = Date.now();
  expect(await store.append(batchOf(refs.map((ref): Sample => [ref, now, 1])), DURABLE)).toEqual(
    counts({ appended: 4 }),
  );
  expect((await readAll(store, [])).map(({ labels }) => labels)).toEqual(sets);
});
