// Samples of series, in bounded lists. Each list is one statement that goes on where the last one ended, so no
// transaction and no connection is held while a reader takes its time.

import type { Budget, Selection, Slice, TimeRange } from '../contract.ts';
import { copyOut } from './copy.ts';
import { type FoundSeries, findSeries, wholeTimes } from './find-series.ts';
import type { Reader } from './reader.ts';
import { decodeRows, type ReadRows } from './rows.ts';

const SAMPLES_A_LIST = 8192;
const SERIES_A_LIST = 512;

export async function* select(
  reader: Reader,
  { matchers, range }: Selection,
  budget: Budget,
): AsyncGenerator<readonly Slice[]> {
  yield* slicesOf(reader, await findSeries(reader, matchers, range, budget), range, budget);
}

/** The samples of these series, in their order. */
export async function* slicesOf(
  reader: Reader,
  found: readonly FoundSeries[],
  range: TimeRange,
  budget: Budget,
): AsyncGenerator<readonly Slice[]> {
  const { from, to } = wholeTimes(range, reader.oldestKept());
  // The series that comes next, and the time from which on it is still to be read.
  let place = 0;
  let begin = from;
  while (place < found.length) {
    await budget.breathe();
    const asked = found.slice(place, place + SERIES_A_LIST);
    const query = samplesOf(reader, asked, begin, { from, to });
    const rows = decodeRows(await reader.use((client) => copyOut(client, query), budget));
    const count = rows.times.length;
    budget.take(count);
    if (count > 0) yield cut(asked, rows);
    const isFull = count === SAMPLES_A_LIST;
    begin = isFull ? (rows.times[count - 1] as number) + 1 : from;
    place += isFull ? (rows.places[count - 1] as number) - 1 : asked.length;
  }
}

// The inner select is not merged into the outer one, as it is ordered; so rows come series by series. A COPY takes no
// parameters, and these are whole numbers.
function samplesOf(
  { names }: Reader,
  asked: readonly FoundSeries[],
  begin: number,
  { from, to }: TimeRange,
): string {
  const refs = asked.map(({ ref }) => ref).join(',');
  return `
    SELECT asked.place::integer, found.ms, found.value, found.stale
      FROM unnest('{${refs}}'::integer[]) WITH ORDINALITY asked (ref, place), LATERAL (
        SELECT ms, value, stale FROM ${names.samples}
         WHERE series = asked.ref AND ms >= CASE place WHEN 1 THEN ${begin} ELSE ${from} END AND ms >= ${from} AND ms <= ${to}
         ORDER BY ms LIMIT ${SAMPLES_A_LIST}) found
     LIMIT ${SAMPLES_A_LIST}`;
}

function cut(asked: readonly FoundSeries[], { places, times, values, stale }: ReadRows): Slice[] {
  const slices: Slice[] = [];
  for (let begin = 0; begin < places.length; ) {
    const place = places[begin] as number;
    let end = begin + 1;
    for (; end < places.length && places[end] === place; end += 1) assertAscending(times, end);
    if (end < places.length && (places[end] as number) < place) throw outOfOrder();
    const { ref, labels } = asked[place - 1] as FoundSeries;
    slices.push({
      ref,
      labels,
      times: times.subarray(begin, end),
      values: values.subarray(begin, end),
      stale: stale.subarray(begin, end),
    });
    begin = end;
  }
  return slices;
}

function assertAscending(times: Float64Array, i: number): void {
  if ((times[i] as number) <= (times[i - 1] as number)) throw outOfOrder();
}

function outOfOrder(): Error {
  return new Error('PostgreSQL gave samples in another order than was asked for');
}
