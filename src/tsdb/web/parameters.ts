// The parameters of the HTTP API, from the query string and from a form, read as Prometheus reads them.

import { parseDuration } from '../../lib/duration.ts';
import { AppError } from '../../lib/errors.ts';
import type { Matcher } from '../../model/matcher.ts';
import { parseMetricSelector } from '../promql/parse-selector.ts';
import type { Steps } from '../promql/stepped.ts';
import type { Selection, TimeRange } from '../storage/contract.ts';
import { badParameter } from './api-errors.ts';

/** Values by name; a name given several times is a list. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The far ends of time (Unix milliseconds) that a date can still tell. */
const TIME_LIMIT = 8.64e15;

/** Source: `web/api/v1` of Prometheus, `queryRange`. */
const MAX_POINTS = 11_000;

/** The value of a parameter that is given once; of several the first. */
export function one(parameters: Parameters, name: string): string | undefined {
  const value = parameters[name];
  const first = typeof value === 'string' ? value : value?.[0];
  return first === '' ? undefined : first;
}

export function many(parameters: Parameters, name: string): readonly string[] {
  const value = parameters[name] ?? [];
  return typeof value === 'string' ? [value] : value;
}

/**
 * A time as RFC 3339 or in Unix seconds.
 * @returns Unix milliseconds, undefined when the parameter is absent.
 * @throws AppError `bad_data`.
 */
export function timeOf(parameters: Parameters, name: string): number | undefined {
  const text = one(parameters, name);
  if (text === undefined) return undefined;
  const time = parseTime(text);
  if (time === undefined)
    throw badParameter(name, `cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  return time;
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)$/;

function parseTime(text: string): number | undefined {
  const time = isDecimal(text) ? Math.round(Number(text) * 1000) : parseDate(text);
  return Math.abs(time) <= TIME_LIMIT ? time : undefined;
}

// `Date.parse` takes a 30 February for a 1 March, and an hour 24.
function parseDate(text: string): number {
  const [year = '', month = '', day = '', hour = '24'] = RFC3339.exec(text)?.slice(1) ?? [];
  const lastDay = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  return hour < '24' && Number(day) <= lastDay ? Date.parse(text) : Number.NaN;
}

function isDecimal(text: string): boolean {
  return /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text);
}

/**
 * A duration, or a number of seconds.
 * @returns milliseconds, undefined when the parameter is absent.
 * @throws AppError `bad_data`.
 */
export function durationOf(parameters: Parameters, name: string): number | undefined {
  const text = one(parameters, name);
  if (text === undefined) return undefined;
  const milliseconds = isDecimal(text) ? wholeMilliseconds(Number(text)) : parseDuration(text);
  if (milliseconds === undefined || !Number.isSafeInteger(milliseconds))
    throw badParameter(name, `cannot parse ${JSON.stringify(text)} to a valid duration`);
  return milliseconds;
}

// What is less than a millisecond is cut off. By way of nanoseconds, as Go counts: 0.29 s are 290 ms and not 289.
function wholeMilliseconds(seconds: number): number {
  return Math.trunc(Math.trunc(seconds * 1e9) / 1e6);
}

/** How many results are wanted, 0 for all of them. @throws AppError `bad_data`. */
export function limitOf(parameters: Parameters, name = 'limit'): number {
  const text = one(parameters, name) ?? '0';
  if (/^\+?\d{1,15}$/.test(text)) return Number(text);
  if (/^-\d+$/.test(text)) throw badParameter(name, 'limit must be non-negative');
  throw badParameter(name, `${JSON.stringify(text)} is no whole number`);
}

/** `start` and `end`, each the end of all time when it is absent. @throws AppError `bad_data`. */
export function rangeOf(parameters: Parameters): TimeRange {
  return { from: timeOf(parameters, 'start') ?? -TIME_LIMIT, to: timeOf(parameters, 'end') ?? TIME_LIMIT };
}

/** The steps of a range query. @throws AppError `bad_data`. */
export function stepsOf(parameters: Parameters): Steps {
  const start = required(parameters, 'start', timeOf);
  const end = required(parameters, 'end', timeOf);
  if (end < start) throw badParameter('end', 'end timestamp must not be before start time');
  const step = required(parameters, 'step', durationOf);
  if (step <= 0)
    throw badParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  const points = Math.floor((end - start) / step);
  if (points > MAX_POINTS)
    throw new AppError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  return { start, end, step, count: points + 1 };
}

type Read = (parameters: Parameters, name: string) => number | undefined;

/** What there must be. @throws AppError `bad_data`. */
export function required(parameters: Parameters, name: string, read: Read): number {
  const value = read(parameters, name);
  if (value === undefined) throw badParameter(name, 'it is required');
  return value;
}

/** One selection for each `match[]`. @throws AppError `bad_data`. */
export function selectionsOf(parameters: Parameters): readonly Selection[] {
  const range = rangeOf(parameters);
  return many(parameters, 'match[]').map((text) => ({ matchers: matchersOf(text), range }));
}

function matchersOf(text: string): readonly Matcher[] {
  try {
    return parseMetricSelector(text);
  } catch (error) {
    throw error instanceof AppError ? badParameter('match[]', error.message) : error;
  }
}
