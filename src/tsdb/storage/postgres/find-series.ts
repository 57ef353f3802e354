// Matchers → the series that match.

import { AppError } from '../../../lib/errors.ts';
import type { Labels } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import type { Budget, SeriesRef, TimeRange } from '../contract.ts';
import { sortInPieces } from '../sort.ts';
import { compareLabels, type SortedLabels, sortedLabels, storedLabels } from './label-text.ts';
import { conditionOf } from './matcher-sql.ts';
import type { Reader } from './reader.ts';

export interface FoundSeries extends SortedLabels {
  readonly ref: SeriesRef;
}

/** Parsed and judged in about a millisecond. */
const SERIES_A_FETCH = 500;

/** Sorted by their labels; those with a sample in the range. */
export async function findSeries(
  reader: Reader,
  matchers: readonly Matcher[],
  range: TimeRange,
  budget: Budget,
): Promise<FoundSeries[]> {
  const found: FoundSeries[] = [];
  await eachSeries(reader, matchers, range, budget, (piece) => {
    found.push(...piece);
    if (found.length > reader.maxSelected)
      throw new AppError(
        'execution',
        `the query selects more than ${reader.maxSelected} series; narrow it down`,
      );
  });
  return sortInPieces(found, compareLabels, () => budget.breathe());
}

/** The same in no order, piece by piece. Without a range all series, also those without a sample. */
export async function eachSeries(
  reader: Reader,
  matchers: readonly Matcher[],
  range: TimeRange | undefined,
  budget: Budget,
  take: (piece: FoundSeries[]) => void,
): Promise<void> {
  const times = range && wholeTimes(range, reader.oldestKept());
  if (times !== undefined && times.from > times.to) return;
  const { sql, values } = conditionOf(matchers);
  const inRange = times === undefined ? '' : `, LATERAL (${anySample(reader, times)}) any_sample`;
  const query = `SELECT id, labels FROM ${reader.names.series} series${inRange} WHERE ${sql}`;
  const matches = judgeOf(matchers);
  await reader.each<Row>({ query, values }, SERIES_A_FETCH, budget, (rows) =>
    take(
      rows
        .map(({ id, labels }) => ({ ref: id, ...sortedLabels(storedLabels(labels)) }))
        .filter(({ labels }) => matches(labels)),
    ),
  );
}

interface Row {
  readonly id: number;
  readonly labels: Labels;
}

/** Far beyond every date there is, and exact. */
const LAST_MS = 8.64e15;

/** The whole milliseconds of a range, as far as they have not expired. */
export function wholeTimes({ from, to }: TimeRange, oldest: number): TimeRange {
  return {
    from: Math.max(-LAST_MS, Math.ceil(from), Math.ceil(oldest)),
    to: Math.min(LAST_MS, Math.floor(to)),
  };
}

// The limit keeps the planner from joining whole partitions.
function anySample({ names }: Reader, { from, to }: TimeRange): string {
  return `SELECT FROM ${names.samples} WHERE series = series.id AND ms BETWEEN ${from} AND ${to} LIMIT 1`;
}

const MOST_JUDGED = 10_000;

// A value is judged once, however many series have it.
function judgeOf(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => {
    const judged = new Map<string, boolean>();
    return (labels: Labels) => {
      const value = Object.hasOwn(labels, matcher.name) ? (labels[matcher.name] as string) : '';
      const known = judged.get(value);
      if (known !== undefined) return known;
      if (judged.size >= MOST_JUDGED) judged.clear();
      const matches = matcher.matches(value);
      judged.set(value, matches);
      return matches;
    };
  });
  return (labels) => tests.every((test) => test(labels));
}
