// The series of a selector in minutes, hours or days of a time zone.

import type { Matcher } from '../../../model/matcher.ts';
import { passingBudget } from '../../promql/budget.ts';
import type { Reading } from '../../promql/engine.ts';
import type { Buckets } from '../../storage/contract.ts';
import { bucketBounds, cutBounds, type Granularity, isPartial, type Span } from '../doors/calendar.ts';
import { type Chart, roomFor } from './raw-chart.ts';

export interface BucketFrame {
  readonly granularity: Granularity;
  readonly span: Span;
  readonly zone: string;
  /** Unix milliseconds. */
  readonly now: number;
}

export interface BucketChart extends Chart<Buckets> {
  /** When each bucket begins, Unix milliseconds. */
  readonly begins: Float64Array;
  /** True where the span, or the present, holds less than all of the bucket. */
  readonly partial: readonly boolean[];
}

/**
 * The first series, sorted by labels, `limit` at most.
 * @throws AppError `bad_data` when there are too many buckets.
 */
export async function bucketChart(
  { store, budget }: Reading,
  matchers: readonly Matcher[],
  { granularity, span, zone, now }: BucketFrame,
  limit: number,
): Promise<BucketChart> {
  const bounds = await bucketBounds(span, granularity, zone, budget);
  const begins = bounds.subarray(0, -1);
  const partial = Array.from(begins, (begin, i) => isPartial(begin, bounds[i + 1] as number, span, now));
  // Each is five numbers.
  const room = roomFor(limit, 2 * begins.length);
  const series: Buckets[] = [];
  for await (const list of store.buckets(matchers, cutBounds(bounds, span), passingBudget(budget))) {
    const shown = list.slice(0, room - series.length);
    series.push(...shown);
    budget.take(shown.length * begins.length);
    if (shown.length < list.length) {
      const range = { from: span.from, to: span.to - 1 };
      return { total: (await store.series([{ matchers, range }], budget)).length, series, begins, partial };
    }
    await budget.breathe();
  }
  return { total: series.length, series, begins, partial };
}
