// What storage/contract.ts promises, as tests that every store must pass.

import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import { createMatcher } from '../../../src/model/matcher.ts';
import type { Buckets, Store } from '../../../src/tsdb/storage/contract.ts';
import { bitsOf, compareLabels, NaiveStore, NORMAL_NAN, STALE } from './naive-store.ts';
import { ALL_TIME, batchOf, equal, freeBudget, readAll, rowOf, type Sample } from './rows.ts';

/** What the tests ask of a store; nothing in it expires meanwhile. */
export interface StoreNeeds {
  readonly now: () => number;
  readonly outOfOrderMs: number;
  readonly aheadMs: number;
  readonly maxSeries?: number;
}

export type MakeStore = (needs: StoreNeeds) => Promise<Store>;

export const NOW = Date.UTC(2026, 0, 15, 12);
const MINUTE = 60_000;
const NEEDS: StoreNeeds = { now: () => NOW, outOfOrderMs: 30 * MINUTE, aheadMs: 10 * MINUTE };
const NOT_DURABLE = { durable: false };

export function storeContract(name: string, makeStore: MakeStore): void {
  describe(`${name} keeps the contract of stores:`, () => {
    const open: Store[] = [];
    const make = async (needs: Partial<StoreNeeds> = {}) => {
      const store = await makeStore({ ...NEEDS, ...needs });
      open.push(store);
      return store;
    };
    afterEach(async () => {
      await Promise.all(open.splice(0).map((store) => store.close()));
    });

    resolving(make);
    appending(make);
    readingBack(make);
    selecting(make);
    bucketing(make);
    labels(make);
    anyHistory(make);
  });
}

type Make = (needs?: Partial<StoreNeeds>) => Promise<Store>;

function metric(name: string, labels: Labels = {}): Labels {
  return { __name__: name, ...labels };
}

async function oneSeries(store: Store, labels: Labels = metric('m')): Promise<number> {
  const [ref] = await store.resolve([labels]);
  return ref as number;
}

function resolving(make: Make): void {
  describe('resolve', () => {
    test('gives equal label sets one ref, in whatever order their labels come', async () => {
      const store = await make();
      const sets = [
        metric('m', { a: '1', b: '2' }),
        { b: '2', a: '1', __name__: 'm' },
        metric('m', { a: '1' }),
      ];
      const [first, second, third] = await store.resolve(sets);
      expect(second).toBe(first);
      expect(third).not.toBe(first);
      expect([...(await store.resolve(sets))]).toEqual([first, second, third]);
    });

    test('a name and a value that change places are another series', async () => {
      const store = await make();
      const refs = await store.resolve([
        metric('m', { a: 'b' }),
        metric('m', { b: 'a' }),
        metric('m', { ab: '' + '1' }),
      ]);
      expect(new Set(refs).size).toBe(3);
    });

    test('makes none when there is no place for all, and says so', async () => {
      const store = await make({ maxSeries: 2 });
      const known = await oneSeries(store);
      await expect(store.resolve([metric('a'), metric('b')])).rejects.toMatchObject({
        reason: 'too_many_series',
      });
      expect(await store.labelValues('__name__', [], freeBudget())).toEqual(['m']);
      expect([...(await store.resolve([metric('m'), metric('a'), metric('a')]))].slice(0, 1)).toEqual([
        known,
      ]);
    });

    test('takes any text as name and value', async () => {
      const store = await make();
      const labels = JSON.parse(
        '{"__name__":"m","__proto__":"p","constructor":"c","1":"n","ü.😀":"\\u0000\\n\\"=,"}',
      );
      const ref = await oneSeries(store, labels);
      await store.append(batchOf([[ref, NOW, 1]]), NOT_DURABLE);
      const [found] = await store.series(
        [{ matchers: [equal('__proto__', 'p')], range: ALL_TIME }],
        freeBudget(),
      );
      expect(Object.entries(found ?? {}).sort()).toEqual(Object.entries(labels).sort());
    });
  });
}

function appending(make: Make): void {
  describe('append', () => {
    test.each([true, false])('counts each row once (durable: %s)', async (durable) => {
      const store = await make();
      const ref = await oneSeries(store);
      const first = batchOf([
        [ref, NOW, 1],
        [ref, NOW + 1, 2],
      ]);
      expect(await store.append(first, { durable })).toEqual(counts({ appended: 2 }));
      const again = batchOf([
        [ref, NOW, 1],
        [ref, NOW + 1, 3],
        [ref, NOW + 2, undefined],
        [ref, NOW + 3 * 3_600_000, 1],
        [0xfffffff0, NOW, 1],
      ]);
      const expected = counts({
        appended: 1,
        duplicates: 1,
        conflicts: 1,
        outOfBounds: 1,
        leftOut: [1, 3],
        unknown: [4],
      });
      expect(await store.append(again, { durable })).toEqual(expected);
      expect(await readAll(store, [])).toEqual([
        { labels: metric('m'), rows: [rowOf(NOW, 1), rowOf(NOW + 1, 2), rowOf(NOW + 2, undefined)] },
      ]);
    });

    test('+0 and −0, a stale marker and NaN are different values; all other NaN are one', async () => {
      const store = await make();
      const ref = await oneSeries(store);
      await store.append(
        batchOf([
          [ref, NOW, 0],
          [ref, NOW + 1, undefined],
          [ref, NOW + 2, Number.NaN],
        ]),
        NOT_DURABLE,
      );
      const others = batchOf([
        [ref, NOW, -0],
        [ref, NOW + 1, Number.NaN],
        [ref, NOW + 2, Number.NaN],
      ]);
      new DataView(others.values.buffer).setBigUint64(16, 0xfff8123456789abcn, true);
      expect(await store.append(others, NOT_DURABLE)).toEqual(
        counts({ conflicts: 2, duplicates: 1, leftOut: [0, 1] }),
      );
    });

    test('takes rows that come late within the window, and refuses older ones', async () => {
      const store = await make();
      const ref = await oneSeries(store);
      const times = [0, -5, -29, -30, -12.5].map((minutes) => NOW + minutes * MINUTE);
      for (const time of times) {
        expect(await store.append(batchOf([[ref, time, time]]), NOT_DURABLE)).toEqual(
          counts({ appended: 1 }),
        );
      }
      const tooLate = batchOf([[ref, NOW - 30 * MINUTE - 1, 1]]);
      expect(await store.append(tooLate, NOT_DURABLE)).toEqual(counts({ outOfBounds: 1, leftOut: [0] }));
      const rows = times.sort((a, b) => a - b).map((time) => rowOf(time, time));
      expect(await readAll(store, [])).toEqual([{ labels: metric('m'), rows }]);
    });

    test('knows what it has among many samples of a series, also behind the newest', async () => {
      const store = await make();
      const ref = await oneSeries(store);
      const samples = Array.from({ length: 1000 }, (_, i): Sample => [ref, NOW - 1_000_000 + i * 1000, i]);
      await store.append(batchOf(samples), NOT_DURABLE);
      const again = await store.append(batchOf(samples), NOT_DURABLE);
      expect(again).toEqual(counts({ duplicates: 1000 }));
      const others = batchOf(samples.map(([, time, value = 0]) => [ref, time, value + 0.5]));
      expect(await store.append(others, NOT_DURABLE)).toEqual(
        counts({ conflicts: 1000, leftOut: [...others.refs.keys()] }),
      );
      const between = batchOf(samples.map(([, time, value]) => [ref, time - 500, value]));
      expect(await store.append(between, NOT_DURABLE)).toEqual(counts({ appended: 1000 }));
      expect(await store.append(between, NOT_DURABLE)).toEqual(counts({ duplicates: 1000 }));
      const rows = samples.flatMap(([, time, value]) => [rowOf(time - 500, value), rowOf(time, value)]);
      expect((await readAll(store, []))[0]?.rows).toEqual(rows);
    });

    test('takes the rows of one series in any order', async () => {
      const store = await make();
      const ref = await oneSeries(store);
      const samples = Array.from(
        { length: 1000 },
        (_, i): Sample => [ref, NOW - ((i * 7919) % 1000) * 1000, i],
      );
      expect(await store.append(batchOf(samples), NOT_DURABLE)).toEqual(counts({ appended: 1000 }));
      const rows = samples.sort((a, b) => a[1] - b[1]).map(([, time, value]) => rowOf(time, value));
      expect(await readAll(store, [])).toEqual([{ labels: metric('m'), rows }]);
    });

    test('keeps no view of the batch once it has resolved', async () => {
      const store = await make();
      const batch = batchOf([[await oneSeries(store), NOW, 7]]);
      await store.append(batch, NOT_DURABLE);
      batch.values[0] = 8;
      batch.times[0] = 0;
      expect((await readAll(store, []))[0]?.rows).toEqual([rowOf(NOW, 7)]);
    });
  });
}

type Outcome = ReturnType<NaiveStore['append']>;

function countsOf(outcomes: readonly Outcome[]) {
  const count = (outcome: Outcome) => outcomes.filter((other) => other === outcome).length;
  const isLeftOut = (outcome: Outcome) => outcome === 'conflicts' || outcome === 'outOfBounds';
  return {
    appended: count('appended'),
    duplicates: count('duplicates'),
    conflicts: count('conflicts'),
    outOfBounds: count('outOfBounds'),
    leftOut: outcomes.flatMap((outcome, row) => (isLeftOut(outcome) ? [row] : [])),
    unknown: [],
  };
}

function counts(some: Partial<Awaited<ReturnType<Store['append']>>>) {
  return { appended: 0, duplicates: 0, conflicts: 0, outOfBounds: 0, leftOut: [], unknown: [], ...some };
}

const AWKWARD = [
  0,
  -0,
  1,
  -1,
  0.1,
  1 / 3,
  -123.456,
  5e-324,
  -5e-324,
  2.2250738585072014e-308,
  2.225073858507201e-308,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 53) - 2,
  2 ** 63,
  2 ** 64,
  1e300,
  1e-300,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

function readingBack(make: Make): void {
  describe('what is read', () => {
    test.each([1, 50])('is what was written, to the bit (each value %i times)', async (times) => {
      const store = await make();
      const ref = await oneSeries(store);
      const values = [...AWKWARD, undefined].flatMap((value) => Array(times).fill(value));
      const samples = values.map((value, i): Sample => [ref, NOW + i, value]);
      await store.append(batchOf(samples), NOT_DURABLE);
      const rows = samples.map(([, time, value]) => rowOf(time, value));
      expect(await readAll(store, [])).toEqual([{ labels: metric('m'), rows }]);
      expect(rows.filter(([, bits]) => bits === NORMAL_NAN)).toHaveLength(times);
      expect(rows.filter(([, bits]) => bits === STALE)).toHaveLength(times);
    });

    test('is what was written, for any values at any distances', async () => {
      const value = fc.oneof(
        fc.constantFrom(...AWKWARD, undefined),
        fc.double(),
        fc.integer(),
        fc.integer({ min: -1000, max: 1000 }).map((n) => n / 100),
      );
      const runs = fc.array(
        fc.record({
          value,
          step: value,
          count: fc.integer({ min: 1, max: 200 }),
          gap: fc.integer({ min: 1, max: 1e8 }),
        }),
        { minLength: 1, maxLength: 6 },
      );
      const store = await make();
      let run = 0;
      await fc.assert(
        fc.asyncProperty(runs, async (list) => {
          run += 1;
          const labels = metric('m', { run: String(run) });
          const ref = await oneSeries(store, labels);
          let time = NOW - 1.3e11;
          const samples = list.flatMap(({ value, step, count, gap }) =>
            Array.from({ length: count }, (_, i): Sample => {
              time += gap;
              return [ref, time, value === undefined || step === undefined ? value : value + i * step];
            }),
          );
          await store.append(batchOf(samples), NOT_DURABLE);
          const rows = samples.map(([, at, value]) => rowOf(at, value));
          expect(await readAll(store, [equal('run', String(run))])).toEqual([{ labels, rows }]);
        }),
        { numRuns: 50 },
      );
    });
  });
}

const FLEET: readonly Labels[] = [
  metric('up', { job: 'a', instance: '1' }),
  metric('up', { job: 'a', instance: '10' }),
  metric('up', { job: 'b', instance: '1' }),
  metric('up', { job: 'b.c', instance: '2' }),
  metric('up'),
  metric('up_total', { job: 'a' }),
  metric('load', { instance: '1', zone: 'ü' }),
];

async function fleet(make: Make): Promise<Store> {
  const store = await make();
  const refs = await store.resolve([...FLEET].reverse());
  await store.append(batchOf([...refs].map((ref, i): Sample => [ref, NOW + i, i])), NOT_DURABLE);
  return store;
}

function selecting(make: Make): void {
  describe('select', () => {
    test.each([
      ['job', '=', 'a'],
      ['job', '=', ''],
      ['job', '!=', 'a'],
      ['job', '!=', ''],
      ['job', '=~', 'a|b'],
      ['job', '=~', 'a|'],
      ['job', '=~', 'b.+'],
      ['job', '=~', 'b.c'],
      ['job', '=~', '.*'],
      ['job', '=~', '.+'],
      ['job', '!~', 'a|b'],
      ['job', '!~', 'b.*'],
      ['job', '!~', '.+'],
      ['nothing', '=', 'a'],
      ['nothing', '=', ''],
      ['nothing', '=~', 'a|b'],
      ['nothing', '!~', 'a|b'],
    ] as const)('{%s%s"%s"}, alone and with others', async (name, operator, value) => {
      const store = await fleet(make);
      const one = createMatcher(name, operator, value);
      const others = [
        [],
        [equal('__name__', 'up')],
        [createMatcher('__name__', '=~', 'u.*')],
        [equal('instance', '1')],
      ];
      for (const more of others) {
        const matchers = [...more, one];
        const expected = FLEET.filter((set) =>
          matchers.every((matcher) => matcher.matches(set[matcher.name] ?? '')),
        );
        const found = await readAll(store, matchers);
        expect(found.map(({ labels }) => labels)).toEqual([...expected].sort(compareLabels));
      }
    });

    test('includes both ends of the range', async () => {
      const store = await make();
      const ref = await oneSeries(store);
      await store.append(batchOf([0, 1, 2, 3].map((i): Sample => [ref, NOW + i, i])), NOT_DURABLE);
      const read = async (from: number, to: number) =>
        (await readAll(store, [], { from: NOW + from, to: NOW + to }))[0]?.rows.map(([time]) => time - NOW);
      expect(await read(1, 2)).toEqual([1, 2]);
      expect(await read(3, 9)).toEqual([3]);
      expect(await read(-9, 0)).toEqual([0]);
      expect(await read(4, 9)).toBeUndefined();
      expect(await read(2, 1)).toBeUndefined();
    });

    test('gives a long series in slices that follow each other, and none of its lists is large', async () => {
      const store = await make();
      const ref = await oneSeries(store);
      const samples = Array.from({ length: 100_000 }, (_, i): Sample => [ref, NOW - 100_000 + i, i % 7]);
      await store.append(batchOf(samples), NOT_DURABLE);
      const sizes: number[] = [];
      for await (const list of store.select({ matchers: [], range: ALL_TIME }, freeBudget())) {
        sizes.push(list.reduce((sum, { times }) => sum + times.length, 0));
      }
      expect(sizes.reduce((sum, size) => sum + size)).toBe(100_000);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(10_000);
    });

    test('sorts many series by their labels', async () => {
      const store = await make();
      const sets = Array.from({ length: 5000 }, (_, i) =>
        metric(`m${i % 3}`, { i: String((i * 7919) % 5000) }),
      );
      const refs = await store.resolve(sets);
      await store.append(batchOf([...refs].map((ref): Sample => [ref, NOW, 1])), NOT_DURABLE);
      const found = (await readAll(store, [createMatcher('__name__', '!=', 'm1')])).map(
        ({ labels }) => labels,
      );
      const expected = sets.filter(({ __name__ }) => __name__ !== 'm1').sort(compareLabels);
      expect(found).toEqual(expected);
    });

    test('accounts for each sample it gives, and ends when the budget throws', async () => {
      const store = await fleet(make);
      let taken = 0;
      const take = (samples: number) => {
        taken += samples;
        if (taken > 5) throw new Error('too many');
      };
      const range = { from: NOW, to: NOW + 4 };
      await readAll(store, [], range, { take, breathe: () => undefined });
      expect(taken).toBe(5);
      await expect(readAll(store, [], range, { take, breathe: () => undefined })).rejects.toThrow('too many');
      const breathe = () => Promise.reject(new Error('gone'));
      await expect(readAll(store, [], range, { take: () => {}, breathe })).rejects.toThrow('gone');
      expect(await readAll(store, [equal('job', 'b')], range)).toHaveLength(1);
    });

    test('gives whole what stood before, while appends go on between its turns', async () => {
      const store = await make();
      const sets = Array.from({ length: 300 }, (_, i) => metric('m', { i: String(i).padStart(3, '0') }));
      const refs = [...(await store.resolve(sets))];
      const before = refs.flatMap((ref) =>
        Array.from({ length: 150 }, (_, i): Sample => [ref, NOW - 150_000 + i * 1000, i]),
      );
      await store.append(batchOf(before), NOT_DURABLE);
      let turn = 0;
      const between = async () => {
        turn += 1;
        // New ones, late ones in between, and new series.
        await store.append(batchOf(refs.map((ref): Sample => [ref, NOW + turn, turn])), NOT_DURABLE);
        await store.append(
          batchOf(refs.map((ref): Sample => [ref, NOW - 100_500 - turn, turn])),
          NOT_DURABLE,
        );
        await oneSeries(store, metric('m', { i: `new ${turn}` }));
      };
      const found = await readAll(store, [], ALL_TIME, freeBudget(between));
      expect(turn).toBeGreaterThan(5);
      const whole = found.filter(({ labels }) => !labels.i?.startsWith('new'));
      expect(whole.map(({ labels }) => labels)).toEqual(sets);
      for (const { rows } of whole) {
        expect(rows.filter(([time]) => time < NOW && time % 1000 === NOW % 1000)).toHaveLength(150);
      }
    });
  });
}

function bucketing(make: Make): void {
  describe('buckets', () => {
    test('are half-open, and NaN where there is nothing; stale markers are no values', async () => {
      const store = await make();
      const [a, b] = (await store.resolve([metric('a'), metric('b')])) as unknown as [number, number];
      const samples: Sample[] = [
        [a, NOW - 1, 100],
        [a, NOW, 3],
        [a, NOW + 9, -1],
        [a, NOW + 10, 4],
        [a, NOW + 15, undefined],
        [a, NOW + 30, 100],
        [b, NOW + 5, undefined],
      ];
      await store.append(batchOf(samples), NOT_DURABLE);
      const [only, ...more] = await collect(store, [NOW, NOW + 10, NOW + 20, NOW + 30]);
      expect(more).toEqual([]);
      expect(only).toMatchObject({ ref: a, labels: metric('a') });
      expect(columnsOf(only)).toEqual({
        counts: [2, 1, 0],
        sums: [2, 4, Number.NaN],
        mins: [-1, 4, Number.NaN],
        maxs: [3, 4, Number.NaN],
        lasts: [-1, 4, Number.NaN],
      });
    });

    test('agree with the samples, whatever the bounds', async () => {
      const store = await make();
      const refs = [...(await store.resolve(FLEET))];
      const samples = Array.from(
        { length: 4000 },
        (_, i): Sample => [refs[i % refs.length] as number, NOW - 400_000 + i * 100, (i % 17) / 4],
      );
      await store.append(batchOf(samples), NOT_DURABLE);
      const widths = fc.array(fc.integer({ min: 1, max: 90_000 }), { minLength: 1, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(fc.integer({ min: -500_000, max: 1000 }), widths, async (start, list) => {
          const bounds = [NOW + start];
          for (const width of list) bounds.push((bounds.at(-1) as number) + width);
          const expected = await expectedBuckets(store, bounds);
          expect((await collect(store, bounds)).map(columnsOf)).toEqual(expected);
        }),
        { numRuns: 60 },
      );
    });
  });
}

async function collect(store: Store, bounds: readonly number[]): Promise<Buckets[]> {
  const found: Buckets[] = [];
  for await (const list of store.buckets([], Float64Array.from(bounds), freeBudget())) found.push(...list);
  return found;
}

function columnsOf(buckets: Buckets | undefined) {
  const { counts, sums, mins, maxs, lasts } = buckets as Buckets;
  return { counts: [...counts], sums: [...sums], mins: [...mins], maxs: [...maxs], lasts: [...lasts] };
}

async function expectedBuckets(store: Store, bounds: readonly number[]) {
  const all = await readAll(store, [], { from: bounds[0] as number, to: (bounds.at(-1) as number) - 1 });
  return all.map(({ rows }) => {
    const values = bounds
      .slice(1)
      .map((end, i) =>
        rows
          .filter(([time]) => time >= (bounds[i] as number) && time < end)
          .map(([, bits]) => numberOf(bits)),
      );
    const each = (of: (list: number[]) => number) =>
      values.map((list) => (list.length === 0 ? Number.NaN : of(list)));
    return {
      counts: values.map(({ length }) => length),
      sums: each((list) => list.reduce((sum, value) => sum + value)),
      mins: each((list) => Math.min(...list)),
      maxs: each((list) => Math.max(...list)),
      lasts: each((list) => list.at(-1) as number),
    };
  });
}

function numberOf(bits: string): number {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(`0x${bits}`));
  return view.getFloat64(0);
}

function labels(make: Make): void {
  describe('labels', () => {
    test('names and values are sorted; of all series when nothing is selected', async () => {
      const store = await fleet(make);
      expect(await store.labelNames([], freeBudget())).toEqual(['__name__', 'instance', 'job', 'zone']);
      expect(await store.labelValues('job', [], freeBudget())).toEqual(['a', 'b', 'b.c']);
      expect(await store.labelValues('nothing', [], freeBudget())).toEqual([]);
    });

    test('of selected series: those with a sample in the range', async () => {
      const store = await fleet(make);
      // load has the first time, up{job="a",instance="1"} the last.
      const early = { matchers: [], range: { from: NOW, to: NOW } };
      const named = { matchers: [equal('__name__', 'up')], range: { from: NOW + 5, to: NOW + 99 } };
      expect(await store.labelNames([early], freeBudget())).toEqual(['__name__', 'instance', 'zone']);
      expect(await store.labelNames([early, named], freeBudget())).toEqual([
        '__name__',
        'instance',
        'job',
        'zone',
      ]);
      expect(await store.labelValues('instance', [named], freeBudget())).toEqual(['1', '10']);
      expect(await store.series([named, named], freeBudget())).toEqual([FLEET[0], FLEET[1]]);
      expect(
        await store.series([{ matchers: [], range: { from: NOW + 99, to: NOW + 100 } }], freeBudget()),
      ).toEqual([]);
    });

    test('a range between two samples of a series finds nothing, however they are kept', async () => {
      const store = await make();
      const ref = await oneSeries(store);
      const samples = Array.from({ length: 1000 }, (_, i): Sample => [ref, NOW - 1_000_000 + i * 1000, 1]);
      await store.append(batchOf(samples), NOT_DURABLE);
      const within = async (from: number, to: number) =>
        (await store.series([{ matchers: [], range: { from, to } }], freeBudget())).length;
      const middle = NOW - 500_000;
      expect(await within(middle + 1, middle + 999)).toBe(0);
      expect(await within(middle + 1, middle + 1000)).toBe(1);
      expect(await within(middle, middle)).toBe(1);
      expect(await within(NOW - 999, NOW)).toBe(0);
    });

    test('stats count what is there', async () => {
      const store = await fleet(make);
      const stats = await store.stats(2);
      expect(stats).toMatchObject({ series: 7, samples: 7, labelPairs: 10, oldest: NOW, newest: NOW + 6 });
      expect(stats.seriesByMetric).toEqual([
        { name: 'up', value: 5 },
        { name: 'load', value: 1 },
      ]);
      expect(stats.valuesByLabel.map(({ value }) => value)).toEqual([3, 3]);
      expect(stats.seriesByPair[0]).toEqual({ name: '__name__=up', value: 5 });
      expect(stats.bytes).toBeGreaterThan(0);
      expect(stats.bytesByLabel).toHaveLength(2);
      const empty = await make();
      expect(await empty.stats(5)).toMatchObject({
        series: 0,
        samples: 0,
        oldest: undefined,
        newest: undefined,
      });
    });
  });
}

function anyHistory(make: Make): void {
  const LATE_MS = 20_000;
  const value = fc.oneof(fc.constantFrom(...AWKWARD, undefined), fc.integer({ min: 0, max: 3 }), fc.double());
  const write = fc.record({
    series: fc.integer({ min: 0, max: 4 }),
    // Mostly forwards, often the same again, sometimes late or too late.
    move: fc.oneof(fc.constantFrom(1000, 1000, 1000, 0, -1000), fc.integer({ min: -25_000, max: 5000 })),
    repeat: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 150 })),
    value,
  });

  test('after any history of appends, whatever is read is what a naive store has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(write, { minLength: 1, maxLength: 40 }), async (writes) => {
        const store = await make({ outOfOrderMs: LATE_MS });
        const naive = new NaiveStore(LATE_MS);
        const sets = [0, 1, 2, 3, 4].map((i) => metric('m', { i: String(i) }));
        const refs = await store.resolve(sets);
        const clocks = sets.map(() => NOW - 3_600_000);
        for (const { series, move, repeat, value } of writes) {
          const times = Array.from({ length: repeat }, () => {
            clocks[series] = Math.max(NOW - 7_200_000, (clocks[series] as number) + move);
            return clocks[series];
          });
          const batch = batchOf(times.map((time): Sample => [refs[series] as number, time, value]));
          const result = await store.append(batch, NOT_DURABLE);
          const bits = value === undefined ? STALE : bitsOf(value);
          const outcomes = times.map((time) => naive.append(sets[series] as Labels, time, bits));
          expect(result).toEqual(countsOf(outcomes));
          const range = { from: (times[0] as number) - 5000, to: (times[0] as number) + 30_000 };
          const matchers = [equal('i', String(series))];
          expect(await readAll(store, matchers, range)).toEqual(naive.select(matchers, range));
        }
        expect(await readAll(store, [])).toEqual(naive.select([], ALL_TIME));
        await store.close();
      }),
      { numRuns: 100 },
    );
  });
}
