// What is asked of a chart.

import { badParameter } from '../api-errors.ts';
import { GRANULARITIES, type Granularity, parseZone } from '../doors/calendar.ts';
import { one, type Parameters, required, timeOf } from '../parameters.ts';

export interface ChartQuestion {
  readonly query: string;
  /** Unix milliseconds. */
  readonly start: number;
  readonly end: number;
  readonly granularity: 'raw' | Granularity;
  readonly zone: string;
  /** Pixels. */
  readonly width: number;
  /** Of series. */
  readonly limit: number;
}

/** @throws AppError `bad_data`. */
export function chartQuestionOf(parameters: Parameters): ChartQuestion {
  const start = required(parameters, 'start', timeOf);
  const end = required(parameters, 'end', timeOf);
  const granularity = granularityOf(parameters);
  if (end < start) throw badParameter('end', 'it is before the start');
  if (end === start && granularity !== 'raw') throw badParameter('end', 'it is not after the start');
  return {
    query: one(parameters, 'query') ?? '',
    start,
    end,
    granularity,
    zone: parseZone(one(parameters, 'tz') ?? 'UTC'),
    width: wholeBetween(parameters, 'width', 50, 4000) ?? 1000,
    limit: wholeBetween(parameters, 'limit', 1, 1000) ?? 100,
  };
}

function granularityOf(parameters: Parameters): ChartQuestion['granularity'] {
  const text = one(parameters, 'granularity') ?? 'raw';
  if (text !== 'raw' && !GRANULARITIES.includes(text))
    throw badParameter('granularity', `${JSON.stringify(text)} is none of raw, minute, hour and day`);
  return text as ChartQuestion['granularity'];
}

function wholeBetween(parameters: Parameters, name: string, least: number, most: number): number | undefined {
  const text = one(parameters, name);
  if (text === undefined) return undefined;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw badParameter(name, `${JSON.stringify(text)} is no whole number between ${least} and ${most}`);
}
