import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type MemoryStore, openMemoryStore } from '../../../../src/tsdb/storage/memory/store.ts';
import { NOW } from '../contract-suite.ts';
import { bitsOf, NaiveStore } from '../naive-store.ts';
import { ALL_TIME, batchOf, equal, freeBudget, readAll, rowOf, type Sample } from '../rows.ts';

const HOUR = 3_600_000;
const NOT_DURABLE = { durable: false };

let now: number;
let store: MemoryStore;
const open = async (options: Partial<Parameters<typeof openMemoryStore>[0]> = {}) => {
  store = await openMemoryStore({ now: () => now, retentionMs: HOUR, ...options });
  return store;
};
beforeEach(() => {
  now = NOW;
});
afterEach(() => store.close());

async function scrape(refs: Uint32Array | number[], time: number): Promise<void> {
  now = time;
  await store.append(batchOf([...refs].map((ref): Sample => [ref, time, time % 977])), NOT_DURABLE);
}

describe('samples', () => {
  test('are hidden as soon as they have expired, and freed by whole chunks', async () => {
    await open();
    const refs = await store.resolve([{ __name__: 'm' }]);
    for (let i = 0; i < 3000; i += 1) await scrape(refs, NOW + i * 5000);
    const [read] = await readAll(store, []);
    expect(read?.rows[0]).toEqual(rowOf(now - HOUR, (now - HOUR) % 977));
    expect(read?.rows).toHaveLength(721);
    expect((await store.stats(0)).samples).toBe(3000);
    await store.expire();
    const { samples, oldest } = await store.stats(0);
    expect(samples).toBeGreaterThanOrEqual(721);
    expect(samples).toBeLessThan(721 + 128);
    expect(oldest).toBe(now - HOUR);
    expect(await readAll(store, [])).toEqual([read]);
  });

  test('do not expire because the clock alone jumps ahead, nor when it jumps back', async () => {
    await open();
    const refs = await store.resolve([{ __name__: 'm' }]);
    await scrape(refs, NOW);
    for (const clock of [NOW + 1000 * HOUR, NOW - 1000 * HOUR]) {
      now = clock;
      await store.expire();
      expect(await readAll(store, [])).toHaveLength(1);
    }
  });

  test('that have expired before they come are refused', async () => {
    await open();
    const [a, b] = (await store.resolve([{ __name__: 'a' }, { __name__: 'b' }])) as unknown as [
      number,
      number,
    ];
    await scrape([a], NOW);
    const result = await store.append(
      batchOf([
        [b, NOW - HOUR - 1, 1],
        [b, NOW - HOUR, 1],
      ]),
      NOT_DURABLE,
    );
    expect(result).toMatchObject({ appended: 1, outOfBounds: 1 });
  });

  test('go oldest first when there are too many bytes, and only so many as need to', async () => {
    await open({ retentionMs: 1e12 });
    const refs = await store.resolve(
      Array.from({ length: 500 }, (_, i) => ({ __name__: 'm', i: String(i) })),
    );
    const random = Float64Array.from({ length: 500 }, (_, i) => Math.sin(i));
    const stale = new Uint8Array(500);
    const fill = async (from: number, to: number) => {
      for (let i = from; i < to; i += 1) {
        now = NOW + i * 5000;
        const values = random.map((value) => value + i / 7);
        await store.append({ refs, times: new Float64Array(500).fill(now), values, stale }, NOT_DURABLE);
      }
    };
    await fill(0, 1000);
    const { bytes } = await store.stats(0);
    await store.close();
    await open({ retentionMs: 1e12, retentionBytes: bytes });
    await store.resolve(Array.from({ length: 500 }, (_, i) => ({ __name__: 'm', i: String(i) })));
    await fill(0, 2000);
    expect((await store.stats(0)).bytes).toBeGreaterThan(1.3 * bytes);
    await store.expire();
    const after = await store.stats(0);
    expect(after.bytes).toBeLessThanOrEqual(bytes);
    expect(after.bytes).toBeGreaterThan(0.75 * bytes);
    expect(after.newest).toBe(now);
    const found = await readAll(store, [equal('i', '7')]);
    expect(found[0]?.rows.at(-1)?.[0]).toBe(now);
    expect(found[0]?.rows.length).toBeGreaterThan(600);
    // All series are cut at one time: nothing is read of a chunk that only waits for its slab.
    const lengths = (await readAll(store, [])).map(({ rows }) => rows.length);
    expect(new Set(lengths).size).toBe(1);
  });
});

describe('a series that has ended', () => {
  test('goes with its labels, its ref is unknown and is never given away', async () => {
    await open();
    const labels = (i: number) => ({ __name__: 'm', generation: String(i), job: 'j' });
    const stays = await store.resolve([{ __name__: 'stays', job: 'j' }]);
    const seen = new Set<number>(stays);
    for (let generation = 0; generation < 1200; generation += 1) {
      const [ref] = (await store.resolve([labels(generation)])) as unknown as [number];
      expect(seen.has(ref)).toBe(false);
      seen.add(ref);
      await scrape([ref, ...stays], NOW + generation * HOUR);
      await store.expire();
    }
    // The row of a series is used again for the next, and only so often.
    expect(seen.size).toBe(1201);
    const { series, labelPairs } = await store.stats(5);
    expect(series).toBeLessThanOrEqual(4);
    expect(labelPairs).toBeLessThanOrEqual(6);
    expect(await store.labelValues('generation', [], freeBudget())).not.toContain('7');
    const [first] = [...seen].slice(1);
    expect(await store.append(batchOf([[first as number, now, 1]]), NOT_DURABLE)).toMatchObject({
      unknown: [0],
    });
  });

  test('goes only when it is found empty twice, and may begin anew meanwhile', async () => {
    await open();
    const [old, other] = (await store.resolve([{ __name__: 'old' }, { __name__: 'other' }])) as unknown as [
      number,
      number,
    ];
    await scrape([old], NOW);
    await scrape([other], NOW + 2 * HOUR);
    await store.expire();
    expect(await store.append(batchOf([[old, now, 1]]), NOT_DURABLE)).toMatchObject({ appended: 1 });
    await store.expire();
    await store.expire();
    expect(await readAll(store, [equal('__name__', 'old')])).toHaveLength(1);
    await scrape([other], NOW + 4 * HOUR);
    await store.expire();
    await store.expire();
    expect(await store.resolve([{ __name__: 'old' }])).not.toContain(old);
  });

  test('waits for those who are searching, who find the others in their order', async () => {
    await open();
    const stays = (i: number) => i % 3 === 0;
    const sets = Array.from({ length: 3000 }, (_, i) => ({ __name__: 'm', i: String((i * 1999) % 3000) }));
    const refs = await store.resolve(sets);
    await scrape(refs, NOW);
    const kept = refs.filter((_, i) => stays(i));
    await scrape(kept, NOW + 50 * 60_000);
    let replacing: Promise<unknown> | undefined;
    const replace = async () => {
      await scrape(kept, NOW + 70 * 60_000);
      await store.expire();
      await store.expire();
      // In the rows of those that have gone.
      await scrape(await store.resolve(sets.map(({ i }) => ({ __name__: 'other', i }))), now);
    };
    const between = async () => {
      replacing ??= replace();
      // Time enough for all of it, if it did not wait.
      for (let i = 0; i < 100; i += 1) await new Promise(setImmediate);
    };
    const found = await readAll(store, [equal('__name__', 'm')], ALL_TIME, freeBudget(between));
    await replacing;
    const labels = found.map(({ labels: { i } }) => i);
    expect(labels).toEqual([...labels].sort());
    expect(labels).toEqual(expect.arrayContaining(sets.flatMap(({ i }, at) => (stays(at) ? i : []))));
    expect(found.every(({ labels }) => labels.__name__ === 'm')).toBe(true);
    expect((await store.stats(0)).series).toBe(4000);
    // Each of those that stayed is still found by its labels.
    expect([...(await store.resolve(sets.filter((_, i) => stays(i))))]).toEqual([...kept]);
  });
});

test('memory stays flat while series come and go and samples expire', async () => {
  await open({ retentionMs: 20 * 60_000 });
  const sizes: number[] = [];
  let refs: Uint32Array = new Uint32Array(0);
  for (let round = 0; round < 2400; round += 1) {
    // Every fifth minute all series are replaced.
    if (round % 60 === 0) {
      const sets = Array.from({ length: 300 }, (_, i) => ({ __name__: `m${i}`, instance: `pod-${round}` }));
      refs = await store.resolve(sets);
    }
    await scrape(refs, NOW + round * 5000);
    if (round % 12 === 0) await store.expire();
    if (round % 240 === 239) sizes.push((await store.stats(0)).bytes);
  }
  const [, , third = 0] = sizes;
  expect(sizes.at(-1)).toBeLessThanOrEqual(1.05 * third);
});

test('what a flood of series took is given back when they have ended', async () => {
  await open();
  const calm = await store.resolve(
    Array.from({ length: 100 }, (_, i) => ({ __name__: 'calm', i: String(i) })),
  );
  await scrape(calm, NOW);
  const before = (await store.stats(0)).bytes;
  const flood = await store.resolve(
    Array.from({ length: 30_000 }, (_, i) => ({ __name__: 'flood', i: String(i) })),
  );
  await scrape(flood, NOW + 1);
  const during = (await store.stats(0)).bytes;
  for (const hours of [2, 4]) {
    await scrape(calm, NOW + hours * HOUR);
    await store.expire();
    await store.expire();
  }
  const { bytes, series, labelPairs } = await store.stats(0);
  expect({ series, labelPairs }).toEqual({ series: 100, labelPairs: 101 });
  // Rows and the table of series stay for the next.
  expect(bytes - before).toBeLessThan(0.3 * (during - before));
  // And what is left is whole.
  const more = await store.resolve(
    Array.from({ length: 5000 }, (_, i) => ({ __name__: 'more', i: String(i) })),
  );
  await scrape(more, now + 1);
  expect(await readAll(store, [equal('__name__', 'more')])).toHaveLength(5000);
  expect((await readAll(store, [equal('__name__', 'calm')])).map(({ rows }) => rows.length)).toEqual(
    Array(100).fill(1),
  );
});

test('any history with a moving clock: what has not expired is read, nothing twice, nothing made up', async () => {
  const LATE_MS = 60_000;
  const step = fc.record({
    series: fc.nat(5),
    forwardMs: fc.constantFrom(0, 1000, 15_000, 15_000, 600_000),
    lateMs: fc.oneof(fc.constant(0), fc.nat(LATE_MS)),
    count: fc.integer({ min: 1, max: 150 }),
    value: fc.oneof(fc.double(), fc.nat(3)),
    expire: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      now = NOW;
      await open({ outOfOrderMs: LATE_MS });
      const naive = new NaiveStore(LATE_MS);
      let newest = Number.NEGATIVE_INFINITY;
      for (const { series, forwardMs, lateMs, count, value, expire } of steps) {
        const labels = { __name__: 'm', series: String(series) };
        const [ref] = (await store.resolve([labels])) as unknown as [number];
        now += forwardMs;
        const samples = Array.from({ length: count }, (_, i): Sample => [ref, now - lateMs - i * 10, value]);
        // Appends, reads and expiry all at once.
        const reading = readAll(store, [], ALL_TIME, freeBudget());
        const expiring = expire ? store.expire() : undefined;
        await store.append(batchOf(samples), NOT_DURABLE);
        newest = Math.max(newest, ...samples.map(([, time]) => time));
        for (const [, time] of samples) naive.append(labels, time, bitsOf(value));
        await Promise.all([reading, expiring]);
        const range = { from: newest - HOUR, to: Number.POSITIVE_INFINITY };
        expect(await readAll(store, [])).toEqual(naive.select([], range));
      }
      await store.close();
    }),
    { numRuns: 60 },
  );
});
