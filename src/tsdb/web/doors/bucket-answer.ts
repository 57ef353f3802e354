// Averages and extremes of a metric in minutes, hours or days.

import type { Matcher } from '../../../model/matcher.ts';
import type { Budget, Store } from '../../storage/contract.ts';
import {
  bucketBounds,
  cutBounds,
  formatMoment,
  type Granularity,
  isPartial,
  MOMENTS_A_BREATH,
  type Span,
} from './calendar.ts';

export interface BucketQuestion {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly granularity: Granularity;
  readonly span: Span;
  readonly zone: string;
  /** Unix milliseconds. */
  readonly now: number;
}

/** Over all series that match; what has no value is null. */
export interface Frame {
  readonly timeFrame: string;
  readonly avg: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly sum: number | null;
  readonly count: number;
  /** True where the span, or the present, ends before the bucket does or begins after it. */
  readonly partial: boolean;
}

interface Totals {
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
}

/** The frames of a span, one for each bucket that it touches. @returns undefined when no series matches. */
export async function bucketAnswer(store: Store, question: BucketQuestion, budget: Budget) {
  const { name, granularity, span, zone } = question;
  const bounds = await bucketBounds(span, granularity, zone, budget);
  const totals = await gather(store, question.matchers, cutBounds(bounds, span), budget);
  return {
    metricName: name,
    granularity,
    startTime: formatMoment(span.from, zone),
    endTime: formatMoment(span.to, zone),
    timeZone: zone,
    data: await frames(bounds, totals, question, budget),
  };
}

async function gather(
  store: Store,
  matchers: readonly Matcher[],
  bounds: Float64Array,
  budget: Budget,
): Promise<Totals> {
  const length = bounds.length - 1;
  const counts = new Float64Array(length);
  const sums = new Float64Array(length);
  const mins = new Float64Array(length).fill(Number.POSITIVE_INFINITY);
  const maxs = new Float64Array(length).fill(Number.NEGATIVE_INFINITY);
  for await (const batch of store.buckets(matchers, bounds, budget)) {
    for (const series of batch) {
      for (let i = 0; i < length; i++) {
        if (series.counts[i] === 0) continue;
        counts[i] = (counts[i] as number) + (series.counts[i] as number);
        sums[i] = (sums[i] as number) + (series.sums[i] as number);
        mins[i] = Math.min(mins[i] as number, series.mins[i] as number);
        maxs[i] = Math.max(maxs[i] as number, series.maxs[i] as number);
      }
      await budget.breathe();
    }
  }
  return { counts, sums, mins, maxs };
}

async function frames(
  bounds: Float64Array,
  totals: Totals,
  question: BucketQuestion,
  budget: Budget,
): Promise<Frame[]> {
  const found: Frame[] = [];
  for (let i = 0; i < totals.counts.length; i++) {
    found.push(frame(bounds[i] as number, bounds[i + 1] as number, i, totals, question));
    if (i % MOMENTS_A_BREATH === 0) await budget.breathe();
  }
  return found;
}

function frame(
  begins: number,
  ends: number,
  at: number,
  { counts, sums, mins, maxs }: Totals,
  { span, zone, now }: BucketQuestion,
): Frame {
  const count = counts[at] as number;
  const sum = sums[at] as number;
  return {
    timeFrame: formatMoment(begins, zone),
    avg: count === 0 ? null : sum / count,
    min: count === 0 ? null : (mins[at] as number),
    max: count === 0 ? null : (maxs[at] as number),
    sum: count === 0 ? null : sum,
    count,
    partial: isPartial(begins, ends, span, now),
  };
}
