// Times as people write them, and the minutes, hours and days of a time zone.

import { Temporal } from 'temporal-polyfill';
import { AppError } from '../../../lib/errors.ts';
import type { Budget } from '../../storage/contract.ts';

export type Granularity = 'minute' | 'hour' | 'day';

export const GRANULARITIES: readonly string[] = ['minute', 'hour', 'day'];

/** As many buckets as a range query has steps. */
const MAX_BUCKETS = 11_000;

/** A step in the calendar, or writing a moment, takes some 20 µs. */
export const MOMENTS_A_BREATH = 32;

/** A span of time as somebody wrote it; Unix milliseconds, `to` is not included. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const LOCAL = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;
const SECONDS = /^-?\d{1,12}(?:\.\d+)?$/;

/**
 * A time: RFC 3339, Unix seconds, or a date with or without a time of the zone. A date alone is its midnight, as the end
 * of a span the midnight after it, so that its day is in the span.
 * @returns Unix milliseconds.
 * @throws AppError `bad_data`.
 */
export function parseMoment(text: string, zone: string, end: 'start' | 'end'): number {
  try {
    return read(text, zone, end);
  } catch (cause) {
    const message = `cannot read the time ${JSON.stringify(text)}: it is neither a date, nor RFC 3339, nor Unix seconds`;
    throw new AppError('bad_data', message, { cause });
  }
}

function read(text: string, zone: string, end: 'start' | 'end'): number {
  if (SECONDS.test(text)) return Math.round(Number(text) * 1000);
  if (DATE.test(text)) {
    const date = Temporal.PlainDate.from(text);
    return date.add({ days: end === 'end' ? 1 : 0 }).toZonedDateTime(zone).epochMilliseconds;
  }
  if (LOCAL.test(text)) return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds;
  return Temporal.Instant.from(text).epochMilliseconds;
}

/** The name of a time zone as it is kept. @throws AppError `bad_data`. */
export function parseZone(text: string): string {
  try {
    return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(text).timeZoneId;
  } catch (cause) {
    throw new AppError('bad_data', `there is no time zone ${JSON.stringify(text)}; one is Europe/Berlin`, {
      cause,
    });
  }
}

/**
 * The limits of the whole minutes, hours or days of the zone that the span touches: Unix milliseconds, ascending, one
 * more than there are buckets. A day has 23 or 25 hours when the clocks change.
 * @throws AppError `bad_data` when there are too many.
 */
export async function bucketBounds(
  { from, to }: Span,
  granularity: Granularity,
  zone: string,
  { breathe }: Pick<Budget, 'breathe'>,
): Promise<Float64Array> {
  const bounds: number[] = [];
  let at = floor(Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(zone), granularity);
  while (bounds.length === 0 || (bounds.at(-1) as number) < to) {
    if (bounds.length > MAX_BUCKETS)
      throw new AppError(
        'bad_data',
        `more than ${MAX_BUCKETS} buckets; ask for a shorter time or larger buckets`,
      );
    bounds.push(at.epochMilliseconds);
    if (bounds.length % MOMENTS_A_BREATH === 0) await breathe();
    at = next(at, granularity);
  }
  return Float64Array.from(bounds);
}

/** What of the buckets a span holds: the first and the last end where it does. */
export function cutBounds(bounds: Float64Array, { from, to }: Span): Float64Array {
  const cut = Float64Array.from(bounds);
  cut[0] = from;
  cut[cut.length - 1] = to;
  return cut;
}

/** Whether the span, or the present (`now`, Unix milliseconds), holds less than all of a bucket. */
export function isPartial(begins: number, ends: number, { from, to }: Span, now: number): boolean {
  return begins < from || ends > Math.min(to, now);
}

function next(at: Temporal.ZonedDateTime, granularity: Granularity): Temporal.ZonedDateTime {
  const later = at.add({ [`${granularity}s`]: 1 });
  const whole = floor(later, granularity);
  // Where clocks change by half an hour a whole hour may begin before the old one is over.
  return Temporal.ZonedDateTime.compare(whole, at) > 0 ? whole : later;
}

function floor(at: Temporal.ZonedDateTime, granularity: Granularity): Temporal.ZonedDateTime {
  if (granularity === 'day') return at.startOfDay();
  const within = granularity === 'hour' ? { minute: 0, second: 0 } : { second: 0 };
  return at.with({ ...within, millisecond: 0, microsecond: 0, nanosecond: 0 });
}

/** A time with the offset of its zone: `2024-02-02T00:00:00+01:00`. */
export function formatMoment(milliseconds: number, zone: string): string {
  const at = Temporal.Instant.fromEpochMilliseconds(milliseconds).toZonedDateTimeISO(zone);
  const text = at.toString({ timeZoneName: 'never' });
  return zone === 'UTC' ? text.replace('+00:00', 'Z') : text;
}
