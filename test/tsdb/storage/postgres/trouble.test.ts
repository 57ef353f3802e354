// What goes wrong with a database, what is told of it, and that it heals.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import type { Budget } from '../../../../src/tsdb/storage/contract.ts';
import { openPostgresStore } from '../../../../src/tsdb/storage/postgres/open.ts';
import { startCuttingProxy } from '../../../helpers/cutting-proxy.ts';
import { freePort } from '../../../helpers/free-port.ts';
import { type RunningPostgres, startPostgres } from '../../../helpers/postgres.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { ALL_TIME, batchOf, freeBudget, readAll, rowOf } from '../rows.ts';
import { counts, lockTable, metric, newSchema, openStore } from './open-store.ts';

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

const NOW = Date.now();
const DURABLE = { durable: true };

async function urlFileOf(url: string): Promise<string> {
  const dir = await tempDir('url');
  onTestFinished(() => dir.remove());
  const path = join(dir.path, 'url');
  await writeFile(path, url);
  return path;
}

function password(): string {
  return new URL(postgres.url).password;
}

function recorder() {
  const lines: string[] = [];
  return { lines, log: createLogger('debug', { write: (line) => void lines.push(line) }) };
}

test('what is away for longer than the bound is told, without the password', async () => {
  const own = await startPostgres();
  onTestFinished(() => own.stop());
  const { lines, log } = recorder();
  const store = await openStore(own, { durableWaitMs: 300, log });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  await own.halt();
  const rows = batchOf([[ref, NOW, 1]]);
  await expect(store.append(rows, DURABLE)).rejects.toMatchObject({
    reason: 'not_durable',
    message: expect.stringMatching(/^cannot store samples in PostgreSQL: .+; do it again later$/),
  });
  await expect(store.resolve([metric(2)], DURABLE)).rejects.toMatchObject({ reason: 'not_durable' });
  await expect(readAll(store, [])).rejects.toMatchObject({ reason: 'unavailable' });
  await expect(store.stats(1)).rejects.toMatchObject({ reason: 'unavailable' });
  expect(store.trouble()?.reason).toMatch(/ECONNREFUSED|terminat|shutting down|closed/);
  await own.start();
  expect(await store.append(rows, DURABLE)).toEqual(counts({ appended: 1 }));
  expect(store.trouble()).toBeUndefined();
  expect((await store.stats(1)).samples).toBe(1);
  const said = lines.map((line) => JSON.parse(line).msg);
  expect(said).toContain('cannot write to PostgreSQL; samples wait for it');
  expect(said.at(-1)).toBe('PostgreSQL is written to again');
  expect(lines.join('')).not.toContain(password());
});

test('scraped samples are waited for longer than durable ones, and are not given up with them', async () => {
  const own = await startPostgres();
  onTestFinished(() => own.stop());
  const store = await openStore(own, { durableWaitMs: 300 });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  await own.halt();
  const pushed = store.append(batchOf([[ref, NOW, 1]]), DURABLE);
  const scraped = store.append(batchOf([[ref, NOW + 1, 1]]), { durable: false });
  await expect(pushed).rejects.toMatchObject({ reason: 'not_durable' });
  expect(store.waiting()).toBe(1);
  await own.start();
  expect(await scraped).toEqual(counts({ appended: 1 }));
});

test('more than may wait is refused at once, and what waits is written when the database is back', async () => {
  const own = await startPostgres();
  onTestFinished(() => own.stop());
  const store = await openStore(own, { maxWaiting: 5 });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  await own.halt();
  const waiting = [1, 2].map((i) =>
    store.append(
      batchOf([
        [ref, NOW + i, 1],
        [ref, NOW - i, 1],
      ]),
      DURABLE,
    ),
  );
  expect(store.waiting()).toBe(4);
  await expect(
    store.append(
      batchOf([
        [ref, NOW, 1],
        [ref, NOW, 2],
      ]),
      DURABLE,
    ),
  ).rejects.toMatchObject({
    reason: 'overloaded',
  });
  await own.start();
  expect(await Promise.all(waiting)).toEqual([counts({ appended: 2 }), counts({ appended: 2 })]);
  expect(store.waiting()).toBe(0);
});

test('connections that are silently dead are given up', async () => {
  const proxy = await startCuttingProxy(Number(new URL(postgres.url).port));
  onTestFinished(() => proxy.close());
  const urlFile = await urlFileOf(postgres.url.replace(/:\d+\//, `:${proxy.port}/`));
  const store = await openStore({ urlFile }, { writeMs: 1500, durableWaitMs: 60_000 });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  proxy.freeze();
  const appending = store.append(batchOf([[ref, NOW, 1]]), DURABLE);
  await waitFor('the silence to be noticed', () => store.trouble()?.reason.includes('no answer within'));
  proxy.thaw();
  expect(await appending).toEqual(counts({ appended: 1 }));
});

test('in a network that is silent durable samples are given up in time, and none is lost or counted twice', async () => {
  const proxy = await startCuttingProxy(Number(new URL(postgres.url).port));
  onTestFinished(() => proxy.close());
  const urlFile = await urlFileOf(postgres.url.replace(/:\d+\//, `:${proxy.port}/`));
  const schema = newSchema();
  const store = await openStore({ urlFile }, { schema, durableWaitMs: 300, writeMs: 1500 });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  const batches = [0, 1, 2, 3].map((i) => batchOf([[ref, NOW + i, i]]));
  proxy.freeze();
  const push = (batch: (typeof batches)[number]) =>
    store.append(batch, DURABLE).catch((error: unknown) => error);
  // Both writers are held up by the first; the others wait and are given up without being begun.
  const first = push(batches[0] as (typeof batches)[number]);
  await new Promise(setImmediate);
  const scraped = store.append(batchOf([[ref, NOW + 9, 9]]), { durable: false });
  const given = await Promise.all([first, ...batches.slice(1).map(push)]);
  for (const error of given)
    expect(error).toMatchObject({
      reason: 'not_durable',
      message: expect.stringMatching(/^cannot store samples in PostgreSQL: .+; do it again later$/),
    });
  await expect(store.resolve([metric(2)], DURABLE)).rejects.toMatchObject({ reason: 'not_durable' });
  expect(store.waiting()).toBeLessThanOrEqual(2);
  expect(store.trouble()?.reason).toMatch(/^no answer within/);
  proxy.thaw();
  expect(await scraped).toEqual(counts({ appended: 1 }));
  const results = await Promise.all(batches.map((batch) => store.append(batch, DURABLE)));
  for (const { appended, duplicates } of results) expect(appended + duplicates).toBe(1);
  const rows = await postgres.query(`SELECT ms::float8 FROM ${schema}.samples ORDER BY ms`);
  expect(rows).toEqual([0, 1, 2, 3, 9].map((i) => ({ ms: NOW + i })));
  expect(store.waiting()).toBe(0);
});

describe('statements', () => {
  const canceled = (lane: string) =>
    waitFor(`a statement of ${lane} to wait`, async () => {
      const rows = await postgres.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity
          WHERE application_name = $1 AND wait_event_type = 'Lock'`,
        [`mini-tsdb ${lane}`],
      );
      return rows.length > 0;
    });

  test('that write and are canceled are done again', async () => {
    const schema = newSchema();
    const store = await openStore(postgres, { schema });
    const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
    expect(await store.append(batchOf([[ref, NOW, 1]]), DURABLE)).toEqual(counts({ appended: 1 }));
    const lock = await lockTable(postgres, `${schema}.samples`, 'ACCESS EXCLUSIVE');
    const appending = store.append(batchOf([[ref, NOW + 1, 1]]), DURABLE);
    await canceled('write');
    await lock.end();
    expect(await appending).toEqual(counts({ appended: 1 }));
  });

  test('that read and are canceled end the query', async () => {
    const schema = newSchema();
    const store = await openStore(postgres, { schema });
    const lock = await lockTable(postgres, `${schema}.series`, 'ACCESS EXCLUSIVE');
    onTestFinished(() => lock.end());
    const reading = readAll(store, []);
    reading.catch(() => {});
    await canceled('read');
    await expect(reading).rejects.toMatchObject({ reason: 'timeout' });
  });

  test('end when the budget is over, also in the server', async () => {
    const schema = newSchema();
    const store = await openStore(postgres, { schema });
    const lock = await lockTable(postgres, `${schema}.series`, 'ACCESS EXCLUSIVE');
    onTestFinished(() => lock.end());
    const begin = performance.now();
    const budget: Budget = {
      take: () => {},
      breathe() {
        if (performance.now() > begin + 100) throw new Error('over');
        return undefined;
      },
    };
    await expect(store.labelNames([], budget)).rejects.toThrow('over');
    await waitFor('the server to end it', async () => {
      const rows = await postgres.query(
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'mini-tsdb read' AND wait_event_type = 'Lock'",
      );
      return rows.length === 0;
    });
  });
});

test('the file with the URL is read again: another password, another user', async () => {
  await postgres.query("CREATE ROLE renter LOGIN SUPERUSER PASSWORD 'first'");
  const urlOf = (word: string) => postgres.url.replace(/\/\/[^@]+@/, `//renter:${word}@`);
  const urlFile = await urlFileOf(urlOf('first'));
  const { lines, log } = recorder();
  const store = await openStore({ urlFile }, { log });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  await postgres.query("ALTER ROLE renter PASSWORD 'second'");
  await postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'renter'");
  const appending = store.append(batchOf([[ref, NOW, 1]]), DURABLE);
  await waitFor('it to be refused', () => store.trouble()?.reason.includes('password authentication failed'));
  await writeFile(urlFile, urlOf('second'));
  expect(await appending).toEqual(counts({ appended: 1 }));
  expect(lines.join('')).not.toMatch(/first|second/);
});

describe('a file that cannot be used is told with its name and never with what is in it:', () => {
  test.each([
    ['nothing', ''],
    ['no URL', 'host=db password=hidden'],
    ['another kind of URL', 'http://user:hidden@127.0.0.1/db'],
    ['a URL that is none', 'postgres://user:hidden@[/db'],
    ['a port that is none', 'postgres://user:hidden@127.0.0.1:99999/db'],
    ['a password that is not encoded', 'postgres://user:p@s/s#hidden?@127.0.0.1/db'],
  ])('%s', async (_, text) => {
    const urlFile = await urlFileOf(text);
    const error = await openPostgresStore({ urlFile }).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: 'AppError', reason: 'credentials' });
    expect(String(error)).toContain(urlFile);
    expect(JSON.stringify([String(error), error, (error as Error).cause ?? ''])).not.toContain('hidden');
  });
});

test('a server that is not there at the start is told of, with what becomes of that', async () => {
  const urlFile = await urlFileOf(`postgres://user:hidden@127.0.0.1:${await freePort()}/db`);
  const { lines, log } = recorder();
  await expect(openPostgresStore({ urlFile, log, waitMs: 300 })).rejects.toMatchObject({
    reason: 'not_durable',
    message: expect.stringMatching(/^cannot start: PostgreSQL cannot be used: .*ECONNREFUSED/),
  });
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'cannot use PostgreSQL yet; nothing listens before, and without it this program ends after 300ms',
  ]);
});

test('what a user may not do is told at once', async () => {
  await postgres.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
  const urlFile = await urlFileOf(postgres.url.replace(/\/\/[^@]+@/, '//guest:guest@'));
  await expect(openPostgresStore({ urlFile })).rejects.toMatchObject({
    reason: 'not_durable',
    message: expect.stringContaining('permission denied'),
  });
});

test('a user that owns only the schema is enough', async () => {
  await postgres.query("CREATE ROLE tenant LOGIN PASSWORD 'tenant'");
  await postgres.query('CREATE SCHEMA tenant AUTHORIZATION tenant');
  const urlFile = await urlFileOf(postgres.url.replace(/\/\/[^@]+@/, '//tenant:tenant@'));
  const store = await openStore({ urlFile }, { schema: 'tenant' });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  expect(await store.append(batchOf([[ref, NOW, 1]]), DURABLE)).toEqual(counts({ appended: 1 }));
  await store.upkeep();
  expect((await store.stats(1)).samples).toBe(1);
});

test('a database that takes no writes for a while is waited for', async () => {
  const own = await startPostgres();
  onTestFinished(() => own.stop());
  const store = await openStore(own);
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  await own.query("ALTER SYSTEM SET default_transaction_read_only = 'on'");
  await own.query('SELECT pg_reload_conf()');
  const appending = store.append(batchOf([[ref, NOW, 1]]), DURABLE);
  await waitFor('it to be refused', () => store.trouble()?.reason.includes('read-only'));
  await own.query('ALTER SYSTEM RESET default_transaction_read_only');
  await own.query('SELECT pg_reload_conf()');
  expect(await appending).toEqual(counts({ appended: 1 }));
});

test('a full disk is told, and what waits is written when there is room again', async () => {
  const own = await startPostgres();
  onTestFinished(() => own.stop());
  const schema = newSchema();
  const store = await openStore(own, { schema });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  expect(await store.append(batchOf([[ref, NOW, 1]]), DURABLE)).toEqual(counts({ appended: 1 }));
  // What PostgreSQL says when a file cannot grow.
  await own.query(`CREATE FUNCTION ${schema}.full() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`);
  await own.query(
    `CREATE TRIGGER full_disk BEFORE INSERT ON ${schema}.samples FOR EACH ROW EXECUTE FUNCTION ${schema}.full()`,
  );
  const appending = store.append(batchOf([[ref, NOW + 1, 2]]), DURABLE);
  await waitFor('it to be told', () => store.trouble()?.reason.includes('No space left on device (53100)'));
  await own.query(`DROP TRIGGER full_disk ON ${schema}.samples`);
  expect(await appending).toEqual(counts({ appended: 1 }));
});

test('tables of a newer program are left alone', async () => {
  const schema = newSchema();
  const store = await openStore(postgres, { schema });
  await store.close();
  await postgres.query(`INSERT INTO ${schema}.migrations VALUES (99)`);
  await expect(openPostgresStore({ urlFile: postgres.urlFile, schema })).rejects.toMatchObject({
    reason: 'schema',
    message: expect.stringContaining('version 99'),
  });
});

test('what waits when it is closed has one more try', async () => {
  const own = await startPostgres();
  onTestFinished(() => own.stop());
  const store = await openStore(own);
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  await own.halt();
  const appending = store.append(batchOf([[ref, NOW, 1]]), DURABLE);
  appending.catch(() => {});
  await waitFor('it to be away', () => store.trouble() !== undefined);
  await store.close();
  await expect(appending).rejects.toMatchObject({ reason: 'not_durable' });
});

test('reading goes on beside a reader that takes its time', async () => {
  const store = await openStore(postgres, { readers: 1 });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  const samples = Array.from({ length: 20_000 }, (_, i) => [ref, NOW - i, i] as const);
  await store.append(batchOf(samples), DURABLE);
  let lists = 0;
  for await (const list of store.select({ matchers: [], range: ALL_TIME }, freeBudget())) {
    lists += list.length;
    expect(await readAll(store, [], { from: NOW, to: NOW })).toEqual([
      { labels: metric(1), rows: [rowOf(NOW, 0)] },
    ]);
  }
  expect(lists).toBeGreaterThan(2);
});
