// Slices → buckets of time, for stores that do not compute them where the samples are.

import type { Labels } from '../../model/labels.ts';
import type { Buckets, Slice } from './contract.ts';

/** @param slices of series in turn, each from `bounds[0]` on and before the last bound, as `select` gives them. */
export async function* bucketsOf(
  slices: AsyncIterable<readonly Slice[]>,
  bounds: Float64Array,
): AsyncGenerator<readonly Buckets[]> {
  let open: OpenBuckets | undefined;
  for await (const list of slices) {
    const closed: Buckets[] = [];
    for (const slice of list) {
      if (open?.ref !== slice.ref) {
        closed.push(...closeBuckets(open));
        open = openBuckets(slice, bounds);
      }
      addSlice(open, slice, bounds);
    }
    if (closed.length > 0) yield closed;
  }
  const last = closeBuckets(open);
  if (last.length > 0) yield last;
}

interface OpenBuckets {
  readonly ref: number;
  readonly labels: Labels;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  /** What the sums lost by rounding (Kahan, Neumaier). */
  readonly lost: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
  readonly lasts: Float64Array;
}

function openBuckets({ ref, labels }: Slice, bounds: Float64Array): OpenBuckets {
  const filled = (value: number) => new Float64Array(bounds.length - 1).fill(value);
  return {
    ref,
    labels,
    counts: filled(0),
    sums: filled(0),
    lost: filled(0),
    mins: filled(Number.NaN),
    maxs: filled(Number.NaN),
    lasts: filled(Number.NaN),
  };
}

function addSlice(buckets: OpenBuckets, { times, values, stale }: Slice, bounds: Float64Array): void {
  let bucket = bucketOf(bounds, times[0] as number);
  for (let i = 0; i < times.length; i += 1) {
    while ((times[i] as number) >= (bounds[bucket + 1] as number)) bucket += 1;
    if (stale[i] === 0) addValue(buckets, bucket, values[i] as number);
  }
}

function addValue(buckets: OpenBuckets, at: number, value: number): void {
  const { counts, mins, maxs, lasts } = buckets;
  (counts[at] as number) += 1;
  lasts[at] = value;
  // As min_over_time and max_over_time: a NaN gives way to any number.
  if (value < (mins[at] as number) || Number.isNaN(mins[at])) mins[at] = value;
  if (value > (maxs[at] as number) || Number.isNaN(maxs[at])) maxs[at] = value;
  addToSum(buckets, at, value);
}

function addToSum({ sums, lost }: OpenBuckets, at: number, value: number): void {
  const before = sums[at] as number;
  const sum = before + value;
  if (!Number.isFinite(sum)) lost[at] = 0;
  else if (Math.abs(before) >= Math.abs(value)) (lost[at] as number) += before - sum + value;
  else (lost[at] as number) += value - sum + before;
  sums[at] = sum;
}

function closeBuckets(open: OpenBuckets | undefined): Buckets[] {
  if (open === undefined) return [];
  const { ref, labels, counts, sums, lost, mins, maxs, lasts } = open;
  if (counts.every((count) => count === 0)) return [];
  const total = sums.map((sum, i) => (counts[i] === 0 ? Number.NaN : sum + (lost[i] as number)));
  return [{ ref, labels, counts, sums: total, mins, maxs, lasts }];
}

function bucketOf(bounds: Float64Array, time: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] as number) <= time) low = middle;
    else high = middle;
  }
  return low;
}
