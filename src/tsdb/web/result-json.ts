// A query's result as JSON, in parts: a large one is never one text.

import type { QueryResult, Series } from '../promql/result.ts';
import { formatScalar, formatTime, formatValue } from './numbers.ts';
import { PIECE } from './pieces.ts';

/**
 * The parts of `{"status":"success","data":…}`, none much longer than a piece.
 * @param total how many series there are where the result has only the first of them: a warning says so, as
 * Prometheus' does, and how many, which it does not tell.
 */
export function* resultJson(result: QueryResult, total?: number): Generator<string> {
  const warning = total === undefined ? '' : ',"warnings":["results truncated due to limit"]';
  yield `{"status":"success"${warning},"data":{"resultType":${JSON.stringify(result.type)},"result":`;
  yield* parts(result);
  yield total === undefined ? '}}\n' : `,"total":${total}}}\n`;
}

function* parts(result: QueryResult): Generator<string> {
  if (result.type === 'scalar') yield point(formatTime(result.time), formatScalar(result.value));
  else if (result.type === 'string') yield `[${formatTime(result.time)},${JSON.stringify(result.value)}]`;
  else {
    yield '[';
    yield* result.type === 'vector' ? vector(result) : matrix(result.series);
    yield ']';
  }
}

function* vector({ time, samples }: Extract<QueryResult, { type: 'vector' }>): Generator<string> {
  const at = formatTime(time);
  let comma = '';
  for (const { labels, value } of samples) {
    yield `${comma}{"metric":${JSON.stringify(labels)},"value":${point(at, formatValue(value))}}`;
    comma = ',';
  }
}

function* matrix(series: readonly Series[]): Generator<string> {
  let comma = '';
  for (const { labels, times, values } of series) {
    yield `${comma}{"metric":${JSON.stringify(labels)},"values":[`;
    comma = ',';
    yield* points(times, values);
    yield ']}';
  }
}

// Tighter than the rest: a text for each point costs 307 ns a point, this 89 (tools/bench/query.ts).
function* points(times: Float64Array, values: Float64Array): Generator<string> {
  let piece = '';
  for (let i = 0; i < times.length; i++) {
    const comma = i === 0 ? '' : ',';
    piece += comma + point(formatTime(times[i] as number), formatValue(values[i] as number));
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

/** Both are written already. */
function point(time: string, value: string): string {
  return `[${time},"${value}"]`;
}
