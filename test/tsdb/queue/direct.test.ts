// The queue of one process, and the writer behind every queue.

import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import type { Labels } from '../../../src/model/labels.ts';
import { seriesKey } from '../../../src/model/series-key.ts';
import type { PushedBatch, Written } from '../../../src/tsdb/queue/contract.ts';
import { createDirectQueue } from '../../../src/tsdb/queue/direct.ts';
import { createPushedFamilies } from '../../../src/tsdb/queue/pushed-families.ts';
import { createRefCache } from '../../../src/tsdb/queue/ref-cache.ts';
import { createWriter } from '../../../src/tsdb/queue/writer.ts';
import type { Store } from '../../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';

const NONE: Written = { appended: 0, duplicates: 0, conflicts: 0, outOfBounds: 0 };
const T0 = Date.UTC(2026, 0, 1);

function batch(rows: readonly (readonly [Labels, number, number])[], client = 'c'): PushedBatch {
  return {
    client,
    labels: rows.map(([labels]) => labels),
    times: Float64Array.from(rows, ([, time]) => time),
    values: Float64Array.from(rows, ([, , value]) => value),
    stale: new Uint8Array(rows.length),
    families: new Map(),
  };
}

const some = (count: number, client = 'c', name = 'a') =>
  batch(
    Array.from({ length: count }, (_, i) => [{ __name__: name, row: String(i) }, T0, i] as const),
    client,
  );

/** A store that takes a batch when it is told to. */
function slowStore() {
  const taken: PushedBatch[] = [];
  const open: ((error?: unknown) => void)[] = [];
  const write = (written: PushedBatch) => {
    taken.push(written);
    return new Promise<Written>((resolve, reject) => {
      open.push((error) => (error === undefined ? resolve(NONE) : reject(error)));
    });
  };
  const next = async (error?: unknown) => {
    while (open.length === 0) await turn();
    open.shift()?.(error);
  };
  return { taken, write, next };
}

const overloaded = expect.objectContaining({ reason: 'overloaded' });

describe('the direct queue', () => {
  test('writes together what comes while the store writes, in order', async () => {
    const { taken, write, next } = slowStore();
    const queue = createDirectQueue({ write });
    const first = queue.push(some(1));
    while (taken.length === 0) await turn();
    const others = [queue.push(some(2, 'd', 'b')), queue.push(some(3, 'e', 'c'))];
    expect(await queue.stats()).toMatchObject({ waiting: 6, deadLetters: 0 });
    await next();
    await first;
    await next();
    await Promise.all(others);
    expect(taken.map(({ labels }) => labels.map(({ __name__ }) => __name__).join(''))).toEqual([
      'a',
      'bbccc',
    ]);
    expect(await queue.stats()).toEqual({ waiting: 0, oldestMs: 0, deadLetters: 0 });
  });

  test('is bounded, and no client fills more than half of it', async () => {
    const { write, next } = slowStore();
    const queue = createDirectQueue({ write, mostSamples: 10 });
    const running = [queue.push(some(5, 'flood'))];
    await expect(queue.push(some(1, 'flood'))).rejects.toEqual(overloaded);
    running.push(queue.push(some(4, 'b')));
    await expect(queue.push(some(2, 'd'))).rejects.toEqual(overloaded);
    running.push(queue.push(some(1, 'd')));
    await next();
    await Promise.all(running);
    const large = queue.push(some(11, 'flood'));
    await next();
    await large;
  });

  test('tells each pusher that the store is away', async () => {
    const { taken, write, next } = slowStore();
    const queue = createDirectQueue({ write });
    const both = Promise.allSettled([queue.push(some(1)), queue.push(some(1))]);
    await next(new AppError('unavailable', 'away'));
    expect((await both).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(taken).toHaveLength(1);
    expect(await queue.stats()).toMatchObject({ waiting: 0 });
  });

  test('tries apart what has no place together', async () => {
    const store = await openMemoryStore({ maxSeries: 3 });
    const queue = createDirectQueue({ write: createWriter({ store }) });
    const all = await Promise.allSettled([
      queue.push(some(2)),
      queue.push(some(9, 'greedy', 'b')),
      queue.push(some(1, 'd', 'c')),
    ]);
    expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await store.stats(0)).samples).toBe(3);
    await store.close();
  });

  test('gives back what waits for too long, but not what the store has already', async () => {
    const { taken, write, next } = slowStore();
    const queue = createDirectQueue({ write, mostWaitMs: 1 });
    const first = queue.push(some(1));
    while (taken.length === 0) await turn();
    await expect(queue.push(some(1))).rejects.toEqual(overloaded);
    await next();
    await first;
    expect(taken).toHaveLength(1);
  });

  test('lets arrive what it has when it closes, and takes nothing more', async () => {
    const { write, next } = slowStore();
    const queue = createDirectQueue({ write });
    const first = queue.push(some(1));
    const closed = queue.close();
    await expect(queue.push(some(1))).rejects.toEqual(overloaded);
    await next();
    await Promise.all([first, closed]);
    const hanging = createDirectQueue({ write, closeWithinMs: 1 });
    void hanging.push(some(1));
    await hanging.close();
  });
});

describe('the writer', () => {
  test('tells what became of a batch', async () => {
    const store = await openMemoryStore({ now: () => T0 });
    const told: Written[] = [];
    const write = createWriter({ store, written: (result) => void told.push(result) });
    const a = { __name__: 'a' };
    expect(
      await write(
        batch([
          [a, T0, 1],
          [a, T0 + 1, 2],
        ]),
      ),
    ).toEqual({ ...NONE, appended: 2 });
    const again = batch([
      [a, T0, 1],
      [{ __name__: 'a' }, T0 + 1, 3],
      [a, T0 + 86_400_000, 1],
    ]);
    expect(await write(again)).toEqual({ appended: 0, duplicates: 1, conflicts: 1, outOfBounds: 1 });
    expect(told).toHaveLength(2);
    await store.close();
  });

  test('resolves a known label set once, and again when its series was freed', async () => {
    let now = T0;
    const store = await openMemoryStore({ now: () => now, retentionMs: 1000 });
    const resolved: number[] = [];
    const counting: Pick<Store, 'resolve' | 'append'> = {
      append: (...given) => store.append(...given),
      resolve: (labels) => {
        resolved.push(labels.length);
        return store.resolve(labels);
      },
    };
    const write = createWriter({ store: counting });
    await write(some(3));
    await write(some(3));
    expect(resolved).toEqual([3]);
    now += 2 * 3_600_000;
    await store.append(
      {
        refs: await store.resolve([{ __name__: 'x' }]),
        times: Float64Array.of(now),
        values: Float64Array.of(1),
        stale: new Uint8Array(1),
      },
      { durable: false },
    );
    for (let i = 0; i < 3; i += 1) await store.expire();
    expect((await store.stats(0)).series).toBe(1);
    const later = batch(
      Array.from({ length: 3 }, (_, i) => [{ __name__: 'a', row: String(i) }, now, i] as const),
    );
    expect(await write(later)).toEqual({ ...NONE, appended: 3 });
    expect(resolved).toEqual([3, 3]);
    await store.close();
  });

  test('remembers what pushers say of their metrics, within a bound', async () => {
    const families = createPushedFamilies(3);
    const write = createWriter({ store: await openMemoryStore(), described: families.describe });
    const said = (name: string, type: string) =>
      new Map([[name, { type, help: 'h'.repeat(2000), unit: '' }]]);
    await write({ ...batch([]), families: said('a', 'gauge') });
    await write({ ...batch([]), families: said('a', 'counter') });
    expect(families.all().get('a')).toMatchObject({ type: 'counter', help: 'h'.repeat(1024) });
    for (let i = 0; i < 100; i += 1) families.describe(said(`n${i}`, 'gauge'));
    expect(families.all().size).toBeLessThanOrEqual(6);
    expect(families.all().has('n99')).toBe(true);
    families.describe(said('n'.repeat(1025), 'gauge'));
    expect(families.all().has('n'.repeat(1025))).toBe(false);
  });
});

test('the cache of refs is bounded and goes by content', () => {
  const cache = createRefCache(1100);
  const labels = { __name__: 'a', b: 'c' };
  cache.set(labels, 7);
  expect(cache.get({ b: 'c', __name__: 'a' })).toBe(7);
  for (let i = 0; i < 9; i += 1) cache.set({ __name__: `n${i}` }, i);
  expect(cache.get(labels)).toBe(7);
  for (let i = 0; i < 30; i += 1) cache.set({ __name__: `m${i}` }, i);
  expect(cache.get(labels)).toBeUndefined();
  cache.set(labels, 8);
  cache.forget({ b: 'c', __name__: 'a' });
  expect(cache.get({ ...labels })).toBeUndefined();
  cache.set(labels, 9);
  for (let i = 0; i < 2; i += 1) cache.set({ __name__: `${i}${'x'.repeat(1000)}` }, i);
  expect(cache.get(labels)).toBeUndefined();
});

test('keys of series are equal for equal label sets and only for them', () => {
  const text = fc.string({ maxLength: 4 });
  const labels = fc.dictionary(fc.constantFrom('a', 'b', 'ab', '1,1', ':'), text, { maxKeys: 4 });
  fc.assert(
    fc.property(labels, labels, (one, other) => {
      const sorted = (set: Labels) => JSON.stringify(Object.entries(set).sort());
      expect(seriesKey(one) === seriesKey(other)).toBe(sorted(one) === sorted(other));
      expect(seriesKey(Object.fromEntries(Object.entries(one).reverse()))).toBe(seriesKey(one));
    }),
  );
});
