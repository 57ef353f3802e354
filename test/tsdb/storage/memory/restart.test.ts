import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import { type MemoryStore, openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { type TempDir, tempDir } from '../../../helpers/temp-dir.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { NOW, storeContract } from '../contract-suite.ts';
import { bitsOf, NaiveStore, STALE } from '../naive-store.ts';
import { ALL_TIME, batchOf, readAll, type Sample } from '../rows.ts';

const NOT_DURABLE = { durable: false };
const FOR_EVER = Number.POSITIVE_INFINITY;

let dir: TempDir;
let told: string[];
let store: MemoryStore;
beforeEach(async () => {
  dir = await tempDir('storage');
  told = [];
});
afterEach(async () => {
  await store.close();
  await dir.remove();
});

async function reopen(options: Parameters<typeof openMemoryStore>[0] = {}): Promise<MemoryStore> {
  const log = createLogger('warn', { write: (line: string) => void told.push(line) });
  store = await openMemoryStore({ path: dir.path, retentionMs: FOR_EVER, now: () => NOW, log, ...options });
  return store;
}

async function sizeOnDisk(): Promise<{ files: number; segments: number; snapshots: number }> {
  const names = await readdir(dir.path, { recursive: true });
  return {
    files: names.length,
    segments: names.filter((name) => name.startsWith('log/')).length,
    snapshots: names.filter((name) => /^snapshot-\d+$/.test(name)).length,
  };
}

describe('with a folder', () => {
  const folders: TempDir[] = [];
  beforeEach(() => reopen());
  afterEach(async () => {
    await Promise.all(folders.splice(0).map((folder) => folder.remove()));
  });
  storeContract('the memory store with a folder', async (needs) => {
    const folder = await tempDir('storage');
    folders.push(folder);
    return openMemoryStore({ ...needs, path: folder.path, retentionMs: FOR_EVER });
  });
});

test('whatever was appended is there after any number of restarts, to the bit', async () => {
  const LATE_MS = 60_000;
  const value = fc.oneof(fc.double(), fc.constantFrom(0, -0, undefined), fc.integer());
  const step = fc.record({
    series: fc.nat(4),
    lateMs: fc.oneof(fc.constant(0), fc.nat(LATE_MS)),
    repeat: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 300 })),
    value,
    restart: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const folder = await tempDir('storage');
      const open = () => reopen({ path: folder.path, outOfOrderMs: LATE_MS, snapshotAfterBytes: 0 });
      const naive = new NaiveStore(LATE_MS);
      await open();
      let clock = NOW - 3_600_000;
      for (const { series, lateMs, repeat, value, restart } of steps) {
        const labels = { __name__: 'm', series: String(series) };
        const [ref] = (await store.resolve([labels])) as unknown as [number];
        const samples = Array.from({ length: repeat }, (): Sample => {
          clock += 1000;
          return [ref, clock - lateMs, value];
        });
        await store.append(batchOf(samples), NOT_DURABLE);
        for (const [, time] of samples)
          naive.append(labels, time, value === undefined ? STALE : bitsOf(value));
        if (!restart) continue;
        await store.close();
        await open();
        expect(await readAll(store, [])).toEqual(naive.select([], ALL_TIME));
      }
      await store.close();
      await open();
      expect(await readAll(store, [])).toEqual(naive.select([], ALL_TIME));
      expect(told).toEqual([]);
      await store.close();
      await folder.remove();
    }),
    { numRuns: 20 },
  );
  await reopen();
});

test('what is sealed, open and late is there after restarts, and goes on where it was', async () => {
  const sets = Array.from({ length: 200 }, (_, i) => ({ __name__: 'm', i: String(i) }));
  const scrape = async (from: number, to: number) => {
    const refs = await store.resolve(sets);
    for (let i = from; i < to; i += 1) {
      await store.append(
        batchOf([...refs].map((ref): Sample => [ref, NOW - 9e6 + i * 5000, i + ref / 7])),
        NOT_DURABLE,
      );
    }
    const late = [...refs].filter((_, i) => i % 3 === 0);
    await store.append(
      batchOf(late.map((ref): Sample => [ref, NOW - 9e6 + from * 5000 + 1, ref])),
      NOT_DURABLE,
    );
  };
  await reopen();
  for (const [from, to] of [
    [0, 200],
    [200, 201],
    [201, 700],
    [700, 710],
  ] as const) {
    await scrape(from, to);
    const before = await readAll(store, []);
    const { samples, series } = await store.stats(0);
    await store.close();
    await reopen();
    expect(await readAll(store, [])).toEqual(before);
    expect(await store.stats(0)).toMatchObject({ samples, series });
  }
  // The last ones were too late.
  expect((await readAll(store, []))[0]?.rows).toHaveLength(710 + 3);
  expect(told).toEqual([]);
});

test('snapshots cut the log short while appends go on, and nothing is lost', async () => {
  await reopen({ snapshotAfterBytes: 200_000 });
  const sets = Array.from({ length: 500 }, (_, i) => ({ __name__: 'm', i: String(i).padStart(3, '0') }));
  const refs = await store.resolve(sets);
  let rounds = 0;
  const names = new Set<string>();
  await waitFor('three snapshots', async () => {
    for (let i = 0; i < 50; i += 1) {
      const time = NOW - 1e9 + rounds * 1000;
      await store.append(
        batchOf([...refs].map((ref): Sample => [ref, time, rounds * 0.1 + ref])),
        NOT_DURABLE,
      );
      rounds += 1;
      await new Promise(setImmediate);
    }
    for (const name of await readdir(dir.path)) if (/^snapshot-\d+$/.test(name)) names.add(name);
    return names.size > 3;
  });
  const { segments, snapshots } = await sizeOnDisk();
  expect(snapshots).toBeLessThanOrEqual(2);
  expect(segments).toBeLessThanOrEqual(4);
  const before = await readAll(store, []);
  expect(before.map(({ rows }) => rows.length)).toEqual(sets.map(() => rounds));
  await store.close();
  await reopen();
  expect(await readAll(store, [])).toEqual(before);
  expect(told).toEqual([]);
});

test('series that ended, and refs that were given again, stay apart over restarts', async () => {
  let now = NOW;
  const options = { now: () => now, retentionMs: 3_600_000, snapshotAfterBytes: 0 };
  await reopen(options);
  for (let generation = 0; generation < 6; generation += 1) {
    const sets = Array.from({ length: 20 }, (_, i) => ({
      __name__: 'm',
      i: String(i),
      generation: String(generation),
    }));
    const refs = await store.resolve(sets);
    for (let i = 0; i < 150; i += 1) {
      now += 5000;
      await store.append(batchOf([...refs].map((ref): Sample => [ref, now, generation])), NOT_DURABLE);
    }
    now += 1_800_000;
    await store.append(batchOf([[refs[0] as number, now, generation]]), NOT_DURABLE);
    await store.expire();
    await store.expire();
    const before = await readAll(store, []);
    // Some generations come and go between two starts, some over them.
    if (generation % 3 === 0) continue;
    await store.close();
    await reopen(options);
    expect(await readAll(store, [])).toEqual(before);
    for (const { labels, rows } of before) {
      expect(new Set(rows.map(([, bits]) => bits))).toEqual(new Set([bitsOf(Number(labels.generation))]));
    }
  }
  expect((await store.stats(0)).series).toBeLessThanOrEqual(60);
  const slabs = await readdir(join(dir.path, 'chunks'));
  expect(slabs.length).toBeLessThanOrEqual(3);
});

test('a second store is kept out of the folder', async () => {
  await reopen();
  await expect(openMemoryStore({ path: dir.path })).rejects.toMatchObject({ reason: 'in_use' });
  await store.close();
  await reopen();
});
