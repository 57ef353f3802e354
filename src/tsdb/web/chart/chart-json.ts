// A chart as JSON, in parts: a large one is never one text.

import { jsonNumber } from '../numbers.ts';
import type { BucketChart } from './bucket-chart.ts';
import type { ChartPoints } from './min-max.ts';
import type { Chart, PointSeries } from './raw-chart.ts';

/** `{metric, times, values}` for each series; a gap is null. */
export function pointsJson({ total, series }: Chart<PointSeries>): Generator<string> {
  return answer({ granularity: 'raw', total }, series, function* ({ labels, points }) {
    yield `{"metric":${JSON.stringify(labels)},"times":[${points.times.join()}]`;
    yield `,"values":[${valuesOf(points)}]}`;
  });
}

/** `times` and `partial` of all, `{metric, avg, min, max, count}` for each series; a bucket without a sample has null. */
export function bucketsJson(granularity: string, chart: BucketChart): Generator<string> {
  const { total, series, begins, partial } = chart;
  const head = { granularity, total, times: Array.from(begins), partial };
  return answer(head, series, function* ({ labels, counts, sums, mins, maxs }) {
    yield `{"metric":${JSON.stringify(labels)}`;
    yield `,"avg":[${columnOf(counts, (count, i) => (sums[i] as number) / count)}]`;
    yield `,"min":[${columnOf(counts, (_, i) => mins[i] as number)}]`;
    yield `,"max":[${columnOf(counts, (_, i) => maxs[i] as number)}]`;
    yield `,"count":[${counts.join()}]}`;
  });
}

function* answer<Series>(
  head: object,
  all: readonly Series[],
  parts: (series: Series) => Iterable<string>,
): Generator<string> {
  yield `{"status":"success","data":${JSON.stringify(head).slice(0, -1)},"series":[`;
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
