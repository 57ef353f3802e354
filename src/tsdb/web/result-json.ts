// A query's result as JSON, in pieces: a large one is never one text.

import type { QueryResult, Series } from '../promql/result.ts';
import { formatScalar, formatTime, formatValue } from './numbers.ts';

/** About how long a piece is, in characters. */
const PIECE = 65_536;

/** The pieces of `{"status":"success","data":…}`. */
export function* resultJson(result: QueryResult, warnings: readonly string[] = []): Generator<string> {
  const type = JSON.stringify(result.type);
  const told = warnings.length === 0 ? '' : `,"warnings":${JSON.stringify(warnings)}`;
  yield* joined(parts(result), `{"status":"success"${told},"data":{"resultType":${type},"result":`, '}}\n');
}

function* joined(texts: Iterable<string>, head: string, tail: string): Generator<string> {
  let piece = head;
  for (const text of texts) {
    piece += text;
    if (piece.length < PIECE) continue;
    yield piece;
    piece = '';
  }
  yield piece + tail;
}

function* parts(result: QueryResult): Generator<string> {
  if (result.type === 'scalar') yield point(result.time, formatScalar(result.value));
  else if (result.type === 'string') yield point(result.time, result.value);
  else {
    yield '[';
    yield* result.type === 'vector' ? vector(result) : matrix(result.series);
    yield ']';
  }
}

function* vector({ time, samples }: Extract<QueryResult, { type: 'vector' }>): Generator<string> {
  let comma = '';
  for (const { labels, value } of samples) {
    yield `${comma}{"metric":${JSON.stringify(labels)},"value":${point(time, formatValue(value))}}`;
    comma = ',';
  }
}

function* matrix(series: readonly Series[]): Generator<string> {
  let comma = '';
  for (const { labels, times, values } of series) {
    yield `${comma}{"metric":${JSON.stringify(labels)},"values":[`;
    comma = ',';
    for (let i = 0; i < times.length; i++)
      yield `${i === 0 ? '' : ','}${point(times[i] as number, formatValue(values[i] as number))}`;
    yield ']}';
  }
}

function point(time: number, value: string): string {
  return `[${formatTime(time)},${JSON.stringify(value)}]`;
}
