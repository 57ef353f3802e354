// Each row is counted once, whoever else writes and whatever is cut off meanwhile.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startCuttingProxy } from '../../../helpers/cutting-proxy.ts';
import { type RunningPostgres, startPostgres } from '../../../helpers/postgres.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';
import { batchOf, readAll, type Sample } from '../rows.ts';
import { appendedByTwo, counts, metric, newSchema, openStore } from './open-store.ts';

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

async function stored(schema: string): Promise<number> {
  const [row] = await postgres.query<{ count: number }>(
    `SELECT count(*)::float8 AS count FROM ${schema}.samples`,
  );
  return row?.count ?? Number.NaN;
}

async function behindProxy() {
  const proxy = await startCuttingProxy(Number(new URL(postgres.url).port));
  onTestFinished(() => proxy.close());
  const dir = await tempDir('url');
  onTestFinished(() => dir.remove());
  const urlFile = join(dir.path, 'url');
  await writeFile(urlFile, postgres.url.replace(/:\d+\//, `:${proxy.port}/`));
  return { proxy, urlFile };
}

test('two processes that start at once and append the same rows: each row is stored by one of them', async () => {
  const schema = newSchema();
  // Even series have equal values, odd ones others.
  const both = { appended: 4000, duplicates: 2000, conflicts: 2000, outOfBounds: 0 };
  expect(await appendedByTwo(postgres, schema)).toEqual(both);
  expect(await stored(schema)).toBe(4000);
});

test('a commit whose answer is lost is counted as what it was', async () => {
  const { proxy, urlFile } = await behindProxy();
  const schema = newSchema();
  const store = await openStore({ urlFile }, { schema });
  const refs = [...(await store.resolve([metric(1), metric(2)]))];
  const now = Date.now();
  const rows = refs.map((ref): Sample => [ref, now, 1]);
  const cut = proxy.cutAfter('COMMIT\0');
  expect(await store.append(batchOf(rows), { durable: true })).toEqual(counts({ appended: 2 }));
  await cut;
  const cutAgain = proxy.cutAfter('COMMIT\0');
  const again = batchOf([...rows, [refs[0] as number, now + 1, 2], [refs[0] as number, now, 3]]);
  expect(await store.append(again, { durable: true })).toEqual(
    counts({ appended: 1, duplicates: 2, conflicts: 1, leftOut: [3] }),
  );
  await cutAgain;
  expect(await stored(schema)).toBe(3);
});

test.each(['BEGIN', 'COPY', 'INSERT'])('cut off after %s, it is done again', async (statement) => {
  const { proxy, urlFile } = await behindProxy();
  const schema = newSchema();
  const store = await openStore({ urlFile }, { schema });
  const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
  const now = Date.now();
  const first = batchOf([[ref, now, 1]]);
  expect(await store.append(first, { durable: true })).toEqual(counts({ appended: 1 }));
  const cut = proxy.cutAfter(statement);
  const rows = batchOf([
    [ref, now, 1],
    [ref, now + 1, 2],
  ]);
  expect(await store.append(rows, { durable: true })).toEqual(counts({ appended: 1, duplicates: 1 }));
  await cut;
  expect(await stored(schema)).toBe(2);
});

// What has come about is found by its token, what has not is done again.
test.each([
  ['COMMIT\0', true],
  ['COMMIT\0', false],
  ['INSERT', true],
  ['COPY', false],
])(
  'a connection silent from %j on, handed on: %s, is given up for another, and each row is counted once',
  async (text, isHandedOn) => {
    const { proxy, urlFile } = await behindProxy();
    const schema = newSchema();
    const store = await openStore({ urlFile }, { schema, writeMs: 1500, durableWaitMs: 60_000 });
    const [ref] = (await store.resolve([metric(1)])) as unknown as [number];
    const now = Date.now();
    expect(await store.append(batchOf([[ref, now, 1]]), { durable: true })).toEqual(counts({ appended: 1 }));
    const silent = proxy.silence(text, isHandedOn);
    const rows = batchOf([
      [ref, now, 1],
      [ref, now + 1, 2],
      [ref, now, 3],
    ]);
    expect(await store.append(rows, { durable: true })).toEqual(
      counts({ appended: 1, duplicates: 1, conflicts: 1, leftOut: [2] }),
    );
    await silent;
    expect(await stored(schema)).toBe(2);
    expect(store.trouble()).toBeUndefined();
  },
);

test('many small batches at once are each told what became of theirs', async () => {
  const store = await openStore(postgres);
  const refs = [...(await store.resolve(Array.from({ length: 20 }, (_, i) => metric(i))))];
  const now = Date.now();
  const append = (value: number) =>
    Promise.all(
      refs.map((ref, i) =>
        store.append(
          batchOf([
            [ref, now, i % 2 ? value : 1],
            [4e9, now, 1],
          ]),
          { durable: i === 7 },
        ),
      ),
    );
  const first = await append(1);
  expect(first).toEqual(refs.map(() => counts({ appended: 1, unknown: [1] })));
  const second = await append(2);
  expect(second).toEqual(
    refs.map((_, i) =>
      counts({ ...(i % 2 ? { conflicts: 1, leftOut: [0] } : { duplicates: 1 }), unknown: [1] }),
    ),
  );
  const third = await store.append(
    batchOf(
      refs.flatMap((ref): Sample[] => [
        [ref, now + 1, 5],
        [ref, now + 1, 5],
        [ref, now + 1, 6],
      ]),
    ),
    { durable: true },
  );
  expect(third).toEqual(
    counts({ appended: 20, duplicates: 20, conflicts: 20, leftOut: refs.map((_, i) => 3 * i + 2) }),
  );
  expect((await readAll(store, [])).flatMap(({ rows }) => rows)).toHaveLength(40);
});

test('PostgreSQL is killed and restarted in the middle of appends: stored is what was counted', async () => {
  const own = await startPostgres();
  onTestFinished(() => own.stop());
  const schema = newSchema();
  const store = await openStore(own, { schema, durableWaitMs: 120_000 });
  const refs = [...(await store.resolve(Array.from({ length: 100 }, (_, i) => metric(i))))];
  const begin = Date.now() - 3_600_000;
  let appended = 0;
  let isOver = false;
  const writer = async (lane: number) => {
    for (let round = 0; !isOver || round < 20; round += 1) {
      const time = begin + 1000 * round + lane;
      const result = await store.append(batchOf(refs.map((ref): Sample => [ref, time, round])), {
        durable: true,
      });
      expect(result).toEqual(counts({ appended: refs.length }));
      appended += result.appended;
    }
  };
  const writing = Promise.all([0, 1, 2, 3].map(writer));
  for (const end of [own.crash, own.halt, own.crash]) {
    const before = appended;
    await expect.poll(() => appended, { timeout: 60_000 }).toBeGreaterThan(before);
    await end();
    await own.start();
  }
  isOver = true;
  await writing;
  const [row] = await own.query<{ count: number }>(`SELECT count(*)::float8 AS count FROM ${schema}.samples`);
  expect(row?.count).toBe(appended);
}, 300_000);
