// Buckets of time, computed where the samples are: from rollups as far as those are right, else from samples.

import type { Matcher } from '../../../model/matcher.ts';
import { bucketsOf } from '../buckets.ts';
import type { Buckets, Budget } from '../contract.ts';
import { OF_ROLLUPS, OF_SAMPLES } from './aggregates.ts';
import { type BucketPlan, planBuckets, type Span } from './bucket-plan.ts';
import { type FoundSeries, findSeries } from './find-series.ts';
import type { Reader } from './reader.ts';
import { cleanHours } from './rollups.ts';
import { slicesOf } from './select.ts';

const BUCKETS_A_LIST = 8192;
const SERIES_A_LIST = 512;

export async function* buckets(
  reader: Reader,
  matchers: readonly Matcher[],
  bounds: Float64Array,
  budget: Budget,
): AsyncGenerator<readonly Buckets[]> {
  // Times are whole milliseconds, and the last bound is no longer in.
  const whole = Array.from(bounds, Math.ceil);
  const range = { from: whole[0] as number, to: (whole.at(-1) as number) - 1 };
  const found = await findSeries(reader, matchers, range, budget);
  const clean = await reader.rows<{ hour: number }>(
    {
      query: `SELECT hour::float8 FROM (${cleanHours(reader.names, '$1', '$2')}) clean ORDER BY hour`,
      values: [range.from, range.to],
    },
    budget,
  );
  const hours = clean.map(({ hour }) => hour);
  const plan = planBuckets(whole, hours, Math.max(Number.MIN_SAFE_INTEGER, Math.ceil(reader.oldestKept())));
  const atOnce = Math.max(1, Math.min(SERIES_A_LIST, Math.floor(BUCKETS_A_LIST / bounds.length)));
  for (let i = 0; i < found.length; i += atOnce) {
    await budget.breathe();
    const list = await bucketPiece(reader, found.slice(i, i + atOnce), whole, plan, budget);
    if (list.length > 0) yield list;
  }
}

interface Row {
  readonly place: number;
  readonly bucket: number;
  readonly looked: number;
  readonly count: number;
  /** Null: it cannot be computed there. */
  readonly sum: number | null;
  readonly min: number;
  readonly max: number;
  readonly last: readonly [ms: number, value: number];
}

async function bucketPiece(
  reader: Reader,
  asked: readonly FoundSeries[],
  bounds: readonly number[],
  plan: BucketPlan,
  budget: Budget,
): Promise<Buckets[]> {
  const rows = await reader.rows<Row>(statement(reader, asked, bounds, plan), budget);
  budget.take(rows.reduce((sum, { looked }) => sum + looked, 0));
  const open = asked.map((series) => openBuckets(series, bounds.length - 1));
  const raw = new Set<number>();
  for (const row of rows) {
    if (row.sum === null) raw.add(row.place - 1);
    else addRow(open[row.place - 1] as OpenBuckets, row as Row & { sum: number });
  }
  for (const place of raw)
    open[place] = await rawBuckets(reader, asked[place] as FoundSeries, bounds, budget);
  return open.filter(({ counts }) => counts.some((count) => count > 0)).map(({ times: _, ...one }) => one);
}

type OpenBuckets = Buckets & { readonly times: Float64Array };

function openBuckets({ ref, labels }: FoundSeries, count: number): OpenBuckets {
  const filled = (value: number) => new Float64Array(count).fill(value);
  return {
    ref,
    labels,
    counts: filled(0),
    sums: filled(Number.NaN),
    mins: filled(Number.NaN),
    maxs: filled(Number.NaN),
    lasts: filled(Number.NaN),
    times: filled(Number.NEGATIVE_INFINITY),
  };
}

// A bucket may have one row from rollups and one for each span of samples.
function addRow({ counts, sums, mins, maxs, lasts, times }: OpenBuckets, row: Row & { sum: number }): void {
  const at = row.bucket - 1;
  const isFirst = counts[at] === 0;
  (counts[at] as number) += row.count;
  sums[at] = isFirst ? row.sum : (sums[at] as number) + row.sum;
  if (row.min < (mins[at] as number) || Number.isNaN(mins[at])) mins[at] = row.min;
  if (row.max > (maxs[at] as number) || Number.isNaN(maxs[at])) maxs[at] = row.max;
  const [time, value] = row.last;
  if (time > (times[at] as number)) {
    times[at] = time;
    lasts[at] = value;
  }
}

async function rawBuckets(
  reader: Reader,
  series: FoundSeries,
  bounds: readonly number[],
  budget: Budget,
): Promise<OpenBuckets> {
  const range = { from: bounds[0] as number, to: (bounds.at(-1) as number) - 1 };
  const open = openBuckets(series, bounds.length - 1);
  for await (const list of bucketsOf(slicesOf(reader, [series], range, budget), Float64Array.from(bounds))) {
    for (const one of list) return { ...one, times: open.times };
  }
  return open;
}

function statement(
  { names }: Reader,
  asked: readonly FoundSeries[],
  bounds: readonly number[],
  plan: BucketPlan,
) {
  const values: unknown[] = [asked.map(({ ref }) => ref), bounds];
  const spans = (list: readonly Span[]) => {
    const from = values.push(list.map((span) => span.from));
    const to = values.push(list.map((span) => span.to));
    return `unnest($${from}::bigint[], $${to}::bigint[]) span (from_ms, to_ms)`;
  };
  const part = (list: readonly Span[], table: string, time: string, more: string, aggregates: string) => `
    SELECT asked.place::integer, found.* FROM asked, ${spans(list)}, LATERAL (
      SELECT width_bucket(${time}, $2::bigint[]) AS bucket, count(*)::float8 AS looked, ${aggregates} FROM ${table}
       WHERE series = asked.ref AND ${time} >= span.from_ms AND ${time} < span.to_ms ${more} GROUP BY 1) found`;
  const parts = [
    ...(plan.samples.length > 0
      ? [part(plan.samples, names.samples, 'ms', 'AND NOT stale', OF_SAMPLES)]
      : []),
    ...(plan.rollups.length > 0 ? [part(plan.rollups, names.rollups, 'hour', '', OF_ROLLUPS)] : []),
  ];
  const query = `WITH asked AS (SELECT * FROM unnest($1::integer[]) WITH ORDINALITY asked (ref, place))
    ${parts.join(' UNION ALL ')}`;
  return { query, values };
}
