// The answer of /api/v1/chart, taken into numbers that draw fast.

import type { Labels } from './series-name.ts';
import type { Granularity } from './state.ts';

/** As JSON has it: what is no JSON number is a word, what is not there is null. */
export type AnsweredValue = number | 'NaN' | '+Inf' | '-Inf' | null;

interface AnsweredSeries {
  readonly metric: Labels;
  /** Of its samples; buckets have theirs together. */
  readonly times?: readonly number[];
  readonly values?: readonly AnsweredValue[];
  readonly avg?: readonly AnsweredValue[];
  readonly min?: readonly AnsweredValue[];
  readonly max?: readonly AnsweredValue[];
  readonly count?: readonly number[];
}

export interface ChartAnswer {
  readonly granularity: Granularity;
  readonly total: number;
  /** Where buckets begin, and which are not whole. */
  readonly times?: readonly number[];
  readonly partial?: readonly boolean[];
  readonly series: readonly AnsweredSeries[];
}

/** Samples; Unix milliseconds. */
export interface RawSeries {
  readonly kind: 'raw';
  readonly labels: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** 1 where nothing is known between this sample and the one before it. */
  readonly breaks: Uint8Array;
}

/** Buckets that hold something; Unix milliseconds. */
export interface BucketSeries {
  readonly kind: 'bucket';
  readonly labels: Labels;
  readonly times: Float64Array;
  /** Where each bucket ends. */
  readonly ends: Float64Array;
  /** The averages. */
  readonly values: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
  readonly counts: Float64Array;
  /** 1 where the span, or the present, holds only a part of the bucket. */
  readonly partial: Uint8Array;
  readonly breaks: Uint8Array;
}

export type SeriesData = RawSeries | BucketSeries;

/**
 * Reads one series after the other.
 * @param endOf the end of the bucket that begins at a time, for the last one, which no other follows.
 */
export function* readChart(
  { granularity, times = [], partial = [], series }: ChartAnswer,
  endOf: (begin: number, granularity: Granularity) => number,
): Generator<SeriesData> {
  const last = times.at(-1);
  const ends = last === undefined ? [] : [...times.slice(1), endOf(last, granularity)];
  for (const one of series)
    yield granularity === 'raw' ? readRaw(one) : readBuckets(one, { times, ends, partial });
}

function readRaw({ metric, times = [], values = [] }: AnsweredSeries): RawSeries {
  const kept = keep(values);
  return {
    kind: 'raw',
    labels: metric,
    times: pick(kept.places, (i) => times[i] as number),
    values: pick(kept.places, (i) => numberOf(values[i])),
    breaks: kept.breaks,
  };
}

interface BucketGrid {
  readonly times: readonly number[];
  readonly ends: readonly number[];
  readonly partial: readonly boolean[];
}

function readBuckets(one: AnsweredSeries, { times, ends, partial }: BucketGrid): BucketSeries {
  const { metric, avg = [], min = [], max = [], count = [] } = one;
  const { places, breaks } = keep(avg);
  return {
    kind: 'bucket',
    labels: metric,
    times: pick(places, (i) => times[i] as number),
    ends: pick(places, (i) => ends[i] as number),
    values: pick(places, (i) => numberOf(avg[i])),
    mins: pick(places, (i) => numberOf(min[i])),
    maxs: pick(places, (i) => numberOf(max[i])),
    counts: pick(places, (i) => count[i] ?? 0),
    partial: Uint8Array.from(places, (i) => Number(partial[i] ?? false)),
    breaks,
  };
}

// A null is no sample, only a word about the way to the next one.
function keep(values: readonly AnsweredValue[]): { places: number[]; breaks: Uint8Array } {
  const places: number[] = [];
  const breaks: number[] = [];
  let isBroken = true;
  for (const [i, value] of values.entries()) {
    if (value === null) isBroken = true;
    else {
      places.push(i);
      breaks.push(Number(isBroken));
      isBroken = false;
    }
  }
  return { places, breaks: Uint8Array.from(breaks) };
}

function pick(places: readonly number[], at: (i: number) => number): Float64Array {
  return Float64Array.from(places, at);
}

export function numberOf(value: AnsweredValue | undefined): number {
  if (value === '+Inf') return Number.POSITIVE_INFINITY;
  if (value === '-Inf') return Number.NEGATIVE_INFINITY;
  return typeof value === 'number' ? value : Number.NaN;
}

/** The first place whose time is not before `time`. */
export function placeOf(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
