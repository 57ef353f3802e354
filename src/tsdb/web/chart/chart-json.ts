// A chart as JSON, in parts: a large one is never one text.

import { jsonNumber } from '../numbers.ts';
import type { BucketChart } from './bucket-chart.ts';
import type { ChartPoints } from './min-max.ts';
import type { Chart, PointSeries } from './raw-chart.ts';

/** `{metric, times, values}` for each series; a gap is null. */
export function pointsJson({ total, series }: Chart<PointSeries>): Generator<string> {
  return answer('raw', total, series, function* ({ labels, points }) {
    yield `{"metric":${JSON.stringify(labels)},"times":[${points.times.join()}]`;
    yield `,"values":[${valuesOf(points)}]}`;
  });
}

/** `{metric, times, avg, min, max, count, partial}` for each series; a bucket without a sample has null. */
export function bucketsJson(granularity: string, chart: BucketChart): Generator<string> {
  // The same for all series.
  const times = `"times":[${chart.begins.join()}]`;
  const partial = `"partial":${JSON.stringify(chart.partial)}`;
  return answer(granularity, chart.total, chart.series, function* (buckets) {
    const { labels, counts, sums, mins, maxs } = buckets;
    yield `{"metric":${JSON.stringify(labels)},${times}`;
    yield `,"avg":[${columnOf(counts, (count, i) => (sums[i] as number) / count)}]`;
    yield `,"min":[${columnOf(counts, (_, i) => mins[i] as number)}]`;
    yield `,"max":[${columnOf(counts, (_, i) => maxs[i] as number)}]`;
    yield `,"count":[${counts.join()}],${partial}}`;
  });
}

function* answer<Series>(
  granularity: string,
  total: number,
  all: readonly Series[],
  parts: (series: Series) => Iterable<string>,
): Generator<string> {
  yield `{"status":"success","data":{"granularity":"${granularity}","total":${total},"series":[`;
  for (const [i, series] of all.entries()) {
    if (i > 0) yield ',';
    yield* parts(series);
  }
  yield ']}}\n';
}

function valuesOf({ values, gaps }: ChartPoints): string {
  return Array.from(values, (value, i) => (gaps[i] === 1 ? 'null' : jsonNumber(value))).join();
}

function columnOf(counts: Float64Array, value: (count: number, i: number) => number): string {
  return Array.from(counts, (count, i) => (count === 0 ? 'null' : jsonNumber(value(count, i)))).join();
}
