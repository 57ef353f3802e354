import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Frame, MinMax } from '../../../../src/tsdb/web/chart/min-max.ts';

/** Rising times; `undefined` is a stale marker. */
type Row = readonly [time: number, value: number | undefined];
/** What is left; null is a gap. */
type Point = readonly [time: number, value: number | null];

const NAN = Number.NaN;

function sliceOf(rows: readonly Row[]) {
  return {
    times: Float64Array.from(rows, ([time]) => time),
    values: Float64Array.from(rows, ([, value]) => value ?? 0),
    stale: Uint8Array.from(rows, ([, value]) => Number(value === undefined)),
  };
}

/** Reduced as slices that hold so many samples each. */
function reduce(rows: readonly Row[], frame: Frame, sliceLength = 7, reducer = new MinMax(frame)): Point[] {
  for (let i = 0; i < rows.length; i += sliceLength) reducer.take(sliceOf(rows.slice(i, i + sliceLength)));
  const { times, values, gaps } = reducer.end();
  return Array.from(times, (time, i) => [time, gaps[i] === 1 ? null : (values[i] as number)]);
}

/** The same as the words say it, in whole numbers of any size. */
function naive(rows: readonly Row[], { start, end, width, lookbackMs }: Frame): Point[] {
  const pixelOf = ([time]: Row) => (BigInt(time - start) * BigInt(width)) / BigInt(end - start + 1);
  const samples = rows.filter((row): row is [number, number] => row[1] !== undefined);
  const pixels = [...Map.groupBy(samples, pixelOf).values()];
  return pixels.flatMap((pixel, i) => {
    const before = pixels[i - 1]?.at(-1);
    return [...gap(rows, before, pixel[0], lookbackMs), ...extremes(pixel)];
  });
}

function gap(
  rows: readonly Row[],
  before: Row | undefined,
  next: Row | undefined,
  lookbackMs: number,
): Point[] {
  if (before === undefined || next === undefined) return [];
  const stale = rows.find(([time, value]) => value === undefined && time > before[0] && time < next[0]);
  if (stale !== undefined) return [[stale[0], null]];
  return next[0] - before[0] > lookbackMs ? [[before[0] + lookbackMs, null]] : [];
}

function extremes(pixel: readonly [number, number][]): Point[] {
  const numbers = pixel.filter(([, value]) => !Number.isNaN(value));
  if (numbers.length === 0) return pixel.slice(0, 1);
  const [least, greatest] = [Math.min, Math.max].map((choose) => {
    const chosen = choose(...numbers.map(([, value]) => value));
    return numbers.find(([, value]) => value === chosen) as Point;
  });
  return [...new Set([least, greatest] as Point[])].sort(([a], [b]) => a - b);
}

const anyValue = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(NAN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.5),
);

const anyFrame = fc
  .record({
    start: fc.constantFrom(0, -500, 1_767_225_600_123),
    length: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constantFrom(2_592_000_000, 86_400_001)),
    width: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.constantFrom(799, 4000)),
    lookbackMs: fc.constantFrom(1, 20, 300_000),
  })
  .map(({ start, length, ...rest }): Frame => ({ start, end: start + length, ...rest }));

const anyCase = anyFrame.chain((frame) =>
  fc.tuple(
    fc.constant(frame),
    fc.uniqueArray(
      fc.tuple(
        fc.integer({ min: frame.start, max: frame.end }),
        fc.option(anyValue, { nil: undefined, freq: 6 }),
      ),
      { selector: ([time]) => time, maxLength: 120 },
    ),
    fc.integer({ min: 1, max: 40 }),
  ),
);

describe('a series that is reduced', () => {
  test('has what the naive reduction leaves, however it is sliced', () => {
    const property = fc.property(anyCase, ([frame, found, sliceLength]) => {
      const rows = found.toSorted(([a], [b]) => a - b);
      expect(reduce(rows, frame, sliceLength)).toEqual(naive(rows, frame));
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test('has nothing that was not there, in order, and at most two samples of a pixel', () => {
    const property = fc.property(anyCase, ([frame, found, sliceLength]) => {
      const rows = found.toSorted(([a], [b]) => a - b);
      const points = reduce(rows, frame, sliceLength);
      const samples = points.filter(([, value]) => value !== null);
      for (const sample of samples) expect(rows).toContainEqual(sample);
      expect(points.map(([time]) => time)).toEqual(
        [...new Set(points.map(([time]) => time))].sort((a, b) => a - b),
      );
      expect(samples.length).toBeLessThanOrEqual(2 * frame.width);
      const values = rows.flatMap(([, value]) => (value === undefined || Number.isNaN(value) ? [] : [value]));
      const left = samples.map(([, value]) => value);
      if (values.length > 0) {
        expect(left).toContain(Math.max(...values));
        expect(left).toContain(Math.min(...values));
      }
    });
    fc.assert(property, { numRuns: 500 });
  });

  const FRAME = { start: 0, end: 99, width: 10, lookbackMs: 30 };
  const f = (what: string, rows: readonly Row[], expected: readonly Point[]) =>
    test(what, () => {
      expect(reduce(rows, FRAME)).toEqual(expected);
    });

  // biome-ignore format: a line for each case
  const CASES: readonly (readonly [what: string, rows: readonly Row[], expected: readonly Point[]])[] = [
    ['keeps both of two', [[1, 5], [2, 3]], [[1, 5], [2, 3]]],
    ['keeps the extremes in their order', [[1, 5], [2, 9], [3, 1], [4, 4]], [[2, 9], [3, 1]]],
    ['keeps the first of equals', [[1, 5], [2, 5], [3, 5]], [[1, 5]]],
    ['keeps a number rather than NaN', [[1, NAN], [2, 5], [3, NAN]], [[2, 5]]],
    ['keeps NaN where there is nothing else', [[1, NAN], [2, NAN], [11, 1]], [[1, NAN], [11, 1]]],
    ['has no gap at the lookback', [[9, 1], [39, 2]], [[9, 1], [39, 2]]],
    ['has a gap beyond it', [[9, 1], [40, 2]], [[9, 1], [39, null], [40, 2]]],
    ['has a gap where it had ended', [[9, 1], [10, undefined], [11, 2]], [[9, 1], [10, null], [11, 2]]],
    ['has no gap within a pixel', [[1, 1], [2, undefined], [3, 2]], [[1, 1], [3, 2]]],
    ['has no gap before the first and after the last', [[1, undefined], [2, 5], [30, undefined]], [[2, 5]]],
    ['is nothing of markers alone', [[1, undefined], [50, undefined]], []],
    ['holds both ends of the frame', [[0, 1], [99, 2]], [[0, 1], [30, null], [99, 2]]],
  ];
  for (const [what, rows, expected] of CASES) f(what, rows, expected);

  test('keeps to its pixels where numbers are so large that they round', () => {
    const frame = { start: -4453334946969244, end: 6206164515116547, width: 1332, lookbackMs: 300_000 };
    const rows = Array.from({ length: 10 }, (_, i): Row => [1684680133676253 + i, i]);
    expect(reduce(rows, frame)).toEqual([rows[0], rows[9]]);
    // The last millisecond of one pixel, and the first ones of the next.
    const other = { start: -5191386923692843, end: 6162296345704741, width: 364, lookbackMs: 300_000 };
    const edge = [0, 1, 2, 3].map((i): Row => [3511024153675085 + i, i]);
    expect(reduce(edge, other)).toEqual([edge[0], edge[1], edge[3]]);
  });

  test('leaves nothing behind for the next', () => {
    const reducer = new MinMax(FRAME);
    reduce(
      [
        [1, 5],
        [2, undefined],
      ],
      FRAME,
      7,
      reducer,
    );
    expect(reduce([[50, 1]], FRAME, 7, reducer)).toEqual([[50, 1]]);
    expect(reduce([], FRAME, 7, reducer)).toEqual([]);
  });
});
