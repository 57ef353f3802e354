import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Labels } from '../../../src/model/labels.ts';
import { createEngine, type Engine, type EngineOptions } from '../../../src/tsdb/promql/engine.ts';
import type { QueryResult } from '../../../src/tsdb/promql/result.ts';
import { createStepped } from '../../../src/tsdb/promql/stepped.ts';
import type { Selection, Slice, Store } from '../../../src/tsdb/storage/contract.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { batchOf, freeBudget, type Sample } from '../storage/rows.ts';
import { methodsOf } from '../storage/store-methods.ts';
import { type Row, valueAt, valuesAtSteps, valuesOver } from './naive-evaluation.ts';

const DEFAULTS = { lookbackMs: 300_000, timeoutMs: 60_000, maxSamples: 1e9, maxConcurrency: 4 };
const WAITING = { signal: new AbortController().signal };

function engineOver(store: Store, changed: Partial<EngineOptions> = {}): Engine {
  return createEngine({ store, ...DEFAULTS, ...changed });
}

async function storeOf(all: readonly { labels: Labels; rows: readonly Row[] }[]): Promise<Store> {
  const store = await openMemoryStore({ now: () => 1e13, retentionMs: 1e14, outOfOrderMs: 1e14 });
  const refs = await store.resolve(all.map(({ labels }) => labels));
  const samples = all.flatMap(({ rows }, i) =>
    rows.map(([time, value]): Sample => [refs[i] as number, time, value]),
  );
  await store.append(batchOf(samples), { durable: false });
  return store;
}

function pointsOf({ times, values }: { times: Float64Array; values: Float64Array }): [number, number][] {
  return Array.from(times, (time, i) => [time, values[i] as number]);
}

const anyRows = fc
  .uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 40 })
  .chain((times) =>
    fc.tuple(
      fc.constant(times.sort((a, b) => a - b)),
      fc.array(fc.option(fc.integer({ min: -9, max: 9 }), { nil: undefined, freq: 4 }), {
        minLength: times.length,
        maxLength: times.length,
      }),
    ),
  )
  .map(([times, values]) => times.map((time, i): Row => [time, values[i]]));

const anySteps = fc
  .record({
    start: fc.integer({ min: -50, max: 250 }),
    step: fc.integer({ min: 1, max: 60 }),
    count: fc.integer({ min: 1, max: 40 }),
    over: fc.nat(59),
  })
  .map(({ start, step, count, over }) => ({
    start,
    step,
    count,
    end: start + step * (count - 1) + (over % step),
  }));

const anyOffset = fc.integer({ min: -60, max: 60 });
const anyLookback = fc.integer({ min: 1, max: 80 });

describe('a series seen at steps', () => {
  const sliced = (rows: readonly Row[], cuts: readonly number[]) => {
    const bounds = [0, ...cuts.map((cut) => cut % (rows.length + 1)).sort((a, b) => a - b), rows.length];
    return bounds.slice(1).map((end, i) => {
      const part = rows.slice(bounds[i], end);
      return {
        times: Float64Array.from(part, ([time]) => time),
        values: Float64Array.from(part, ([, value]) => value ?? Number.NaN),
        stale: Uint8Array.from(part, ([, value]) => Number(value === undefined)),
      };
    });
  };

  test('is what a naive evaluation sees, wherever its slices are cut, and one series after the other', () => {
    const anyCuts = fc.array(fc.nat(1000), { maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyRows, anyCuts), { minLength: 1, maxLength: 3 }),
        anySteps,
        anyOffset,
        anyLookback,
        (all, steps, offset, lookback) => {
          const stepped = createStepped(steps, offset, lookback);
          for (const [rows, cuts] of all) {
            for (const slice of sliced(rows, cuts)) stepped.take(slice);
            expect(pointsOf(stepped.end())).toEqual(valuesAtSteps(rows, steps, offset, lookback));
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('queries over a store are what a naive evaluation gives:', () => {
  const seconds = (milliseconds: number) => `${milliseconds < 0 ? '-' : ''}${Math.abs(milliseconds)}ms`;
  const anyAt = fc.option(
    fc.oneof(fc.integer({ min: 0, max: 250 }), fc.constantFrom('start' as const, 'end' as const)),
    { nil: undefined },
  );
  const modifiers = (offset: number, at: number | 'start' | 'end' | undefined) => {
    const sign = at === undefined ? '' : typeof at === 'number' ? ` @ ${at / 1000}` : ` @ ${at}()`;
    return `${sign} offset ${seconds(offset)}`;
  };
  const timeOf = (at: number | 'start' | 'end' | undefined, start: number, end: number) =>
    at === 'start' ? start : at === 'end' ? end : at;

  const anyCase = fc.record({
    first: anyRows,
    second: anyRows,
    offset: anyOffset,
    at: anyAt,
    lookbackMs: anyLookback,
    steps: anySteps,
    rangeMs: fc.integer({ min: 1, max: 100 }),
  });
  const overStore = async (
    { first, second }: { first: readonly Row[]; second: readonly Row[] },
    check: (engine: Engine, all: { i: string; rows: readonly Row[] }[]) => Promise<void>,
  ) => {
    const all = [
      { i: '1', rows: first },
      { i: '2', rows: second },
    ];
    const store = await storeOf(all.map(({ i, rows }) => ({ labels: { __name__: 'm', i }, rows })));
    await check(engineOver(store), all);
    await store.close();
  };

  test('at one time', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, ({ offset, at, lookbackMs, steps: { start }, ...rows }) =>
        overStore(rows, async (engine, all) => {
          const query = `m${modifiers(offset, at)}`;
          const found = await engine.instant(query, start, { ...WAITING, lookbackMs });
          const time = (timeOf(at, start, start) ?? start) - offset;
          expect(found).toEqual({
            type: 'vector',
            time: start,
            samples: all.flatMap(({ i, rows: series }) => {
              const value = valueAt(series, time, lookbackMs);
              return value === undefined ? [] : [{ labels: { __name__: 'm', i }, value }];
            }),
          });
        }),
      ),
    );
  });

  test('over a range before one time', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, ({ offset, at, rangeMs, steps: { start }, ...rows }) =>
        overStore(rows, async (engine, all) => {
          const found = await engine.instant(`m[${rangeMs}ms]${modifiers(offset, at)}`, start, WAITING);
          const time = (timeOf(at, start, start) ?? start) - offset;
          const { series } = found as Extract<QueryResult, { type: 'matrix' }>;
          expect(series.map((one) => [one.labels.i, pointsOf(one)])).toEqual(
            all.flatMap(({ i, rows: one }) => {
              const points = valuesOver(one, time, rangeMs);
              return points.length === 0 ? [] : [[i, points]];
            }),
          );
        }),
      ),
    );
  });

  test('at steps', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, ({ offset, at, lookbackMs, steps, ...rows }) =>
        overStore(rows, async (engine, all) => {
          const found = await engine.range(`m${modifiers(offset, at)}`, steps, { ...WAITING, lookbackMs });
          const fixed = timeOf(at, steps.start, steps.end);
          const naive = (series: readonly Row[]) => {
            if (fixed === undefined) return valuesAtSteps(series, steps, offset, lookbackMs);
            const value = valueAt(series, fixed - offset, lookbackMs);
            return valuesAtSteps([[steps.start, value]], steps, 0, Number.POSITIVE_INFINITY);
          };
          expect(found.map((one) => [one.labels.i, pointsOf(one)])).toEqual(
            all.flatMap(({ i, rows: series }) => {
              const points = naive(series);
              return points.length === 0 ? [] : [[i, points]];
            }),
          );
        }),
      ),
    );
  });
});

describe('a query', () => {
  const STEPS = { start: 0, end: 60_000, step: 15_000, count: 5 };
  let store: Store;
  let engine: Engine;

  beforeAll(async () => {
    store = await storeOf(
      ['1', '2', '3'].map((i) => ({
        labels: { __name__: 'm', i },
        rows: Array.from({ length: 61 }, (_, second): Row => [second * 1000, second]),
      })),
    );
    engine = engineOver(store);
  });
  afterAll(() => store.close());

  const reason = (reason: string, words: string) =>
    expect.objectContaining({ name: 'AppError', reason, message: expect.stringContaining(words) });

  test.each([
    ['m{', 'bad_data', 'parse error'],
    ['', 'bad_data', 'no expression found'],
    ['{}', 'bad_data', 'at least one non-empty matcher'],
    ['m{i=~"("}', 'bad_data', 'parse error'],
    ['rate(m[1m])', 'execution', 'not supported yet: rate'],
    ['sum(m)', 'execution', 'not supported yet: sum'],
    ['m + 1', 'execution', 'not supported yet: +'],
    ['-m', 'execution', 'not supported yet: -'],
    ['m[5m:1m]', 'execution', 'not supported yet: a subquery'],
  ])('%s is refused as %s: %s, at one time and over steps', async (query, kind, words) => {
    await expect(engine.instant(query, 0, WAITING)).rejects.toEqual(reason(kind, words));
    await expect(engine.range(query, STEPS, WAITING)).rejects.toEqual(reason(kind, words));
  });

  test.each([
    ['m[1m]', 'range vector'],
    ['"text"', 'string'],
  ])('%s has no steps', async (query, type) => {
    await expect(engine.range(query, STEPS, WAITING)).rejects.toEqual(
      reason(
        'bad_data',
        `invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
      ),
    );
  });

  test('counts what it keeps: the samples of a range, one a series, one a step', async () => {
    const within = async (maxSamples: number, query: string, steps?: typeof STEPS) => {
      const small = engineOver(store, { maxSamples });
      return steps === undefined ? small.instant(query, 60_000, WAITING) : small.range(query, steps, WAITING);
    };
    for (const [needed, query, steps] of [
      [183, 'm[2m]', undefined],
      [3, 'm', undefined],
      [15, 'm', STEPS],
      [18, 'm @ 60', STEPS], // the vector, and it at each step
    ] as const) {
      await expect(within(needed, query, steps)).resolves.toBeDefined();
      await expect(within(needed - 1, query, steps)).rejects.toEqual(reason('execution', 'too many samples'));
    }
  });

  test('may shorten its time, not lengthen it', async () => {
    await expect(engine.instant('m', 0, { ...WAITING, timeoutMs: 0 })).rejects.toEqual(
      reason('timeout', 'timed out'),
    );
    const hurried = engineOver(store, { timeoutMs: 0 });
    await expect(hurried.instant('m', 0, { ...WAITING, timeoutMs: 1e6 })).rejects.toEqual(
      reason('timeout', 'timed out'),
    );
  });

  test('without a lookback of its own has that of the engine; 0 is none of its own', async () => {
    const of = async (lookbackMs?: number) => {
      const result = await engineOver(store, { lookbackMs: 5_000 }).instant('m', 64_000, {
        ...WAITING,
        lookbackMs,
      });
      return result.type === 'vector' ? result.samples.length : Number.NaN;
    };
    expect([await of(), await of(0), await of(4_000), await of(4_001)]).toEqual([3, 3, 0, 3]);
  });

  test('that nobody waits for is canceled, and gives its place back', async () => {
    const narrow = engineOver(slowly(store), { maxConcurrency: 1 });
    const gone = new AbortController();
    const canceled = narrow.instant('m', 60_000, { signal: gone.signal });
    const next = narrow.instant('m', 60_000, WAITING);
    gone.abort();
    await expect(canceled).rejects.toEqual(reason('canceled', 'canceled'));
    await expect(next).resolves.toMatchObject({ samples: [{ value: 60 }, { value: 60 }, { value: 60 }] });
  });

  test('gives its place back when the store fails', async () => {
    const failing: Store = {
      ...methodsOf(store),
      async *select() {
        yield* [];
        throw new Error('the disk is gone');
      },
    };
    const narrow = engineOver(failing, { maxConcurrency: 1 });
    for (let i = 0; i < 3; i++)
      await expect(narrow.instant('m', 0, WAITING)).rejects.toThrow('the disk is gone');
  });

  test('of too many at once waits for its turn', async () => {
    const seen: number[] = [];
    let running = 0;
    const counting: Store = {
      ...methodsOf(store),
      async *select(selection: Selection) {
        running += 1;
        seen.push(running);
        try {
          yield* store.select(selection, freeBudget());
        } finally {
          running -= 1;
        }
      },
    };
    const narrow = engineOver(counting, { maxConcurrency: 3 });
    const results = await Promise.all(Array.from({ length: 30 }, () => narrow.instant('m', 60_000, WAITING)));
    expect(results).toHaveLength(30);
    expect([Math.max(...seen), seen.length]).toEqual([3, 30]);
  });
});

/** The store with a turn of the event loop before each list. */
function slowly(store: Store): Store {
  return {
    ...methodsOf(store),
    async *select(selection, budget) {
      for await (const slices of store.select(selection, budget)) {
        await new Promise(setImmediate);
        await budget.breathe();
        yield slices satisfies readonly Slice[];
      }
    },
  };
}
