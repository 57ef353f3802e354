// Which hours of a bucket read can come from rollups, and which times are left to be read as samples.

import type { TimeRange } from '../contract.ts';
import { HOUR_MS } from './append.ts';

/** From, included, to, excluded. Unix milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface BucketPlan {
  readonly rollups: readonly Span[];
  readonly samples: readonly Span[];
}

/**
 * An hour that lies in one bucket as a whole comes from its rollup.
 * @param bounds ascending whole milliseconds. @param clean starts of hours with a rollup that is right, ascending.
 * @param oldest what is older has expired.
 */
export function planBuckets(bounds: readonly number[], clean: readonly number[], oldest: number): BucketPlan {
  const rollups: { from: number; to: number }[] = [];
  let bucket = 0;
  for (const hour of clean) {
    while (bucket < bounds.length - 1 && (bounds[bucket + 1] as number) <= hour) bucket += 1;
    const isWhole = hour >= (bounds[bucket] as number) && hour + HOUR_MS <= (bounds[bucket + 1] ?? -Infinity);
    if (!isWhole || hour < oldest) continue;
    const last = rollups.at(-1);
    if (last?.to === hour) last.to = hour + HOUR_MS;
    else rollups.push({ from: hour, to: hour + HOUR_MS });
  }
  const range = { from: Math.max(bounds[0] as number, oldest), to: bounds.at(-1) as number };
  return { rollups, samples: without(range, rollups) };
}

function without({ from, to }: TimeRange, taken: readonly Span[]): Span[] {
  const left: Span[] = [];
  let at = from;
  for (const span of taken) {
    if (span.from > at) left.push({ from: at, to: span.from });
    at = span.to;
  }
  if (to > at) left.push({ from: at, to });
  return left;
}
