// What the server is asked for: each query's chart or its latest values, and what it says against one of them.

import { RequestError, request } from '../kit/request.ts';
import { takeTurns } from '../kit/turns.ts';
import { type AnsweredValue, type ChartAnswer, numberOf, readChart, type SeriesData } from './chart-data.ts';
import type { Labels } from './series-name.ts';
import type { Granularity, GraphState, Tab } from './state.ts';
import { bucketEnd, type Span } from './time-range.ts';

/** How many series of a query are drawn. */
const CHART_SERIES = 100;
/** How many rows of a query are shown. */
const TABLE_ROWS = 500;
/** Longer than the server's own, so that it is the server who says what was too much. */
const DEADLINE_MS = 150_000;
/** What may be longer than servers take in an address. */
const LONG_QUERY = 1500;

export interface LatestValue {
  readonly labels: Labels;
  /** Unix milliseconds. */
  readonly time: number;
  readonly value: number;
}

/** What came for one query; `series` for the chart, `latest` for the table. */
export interface QueryResult {
  /** Its place in the list. */
  readonly place: number;
  readonly text: string;
  readonly series: readonly SeriesData[];
  readonly latest: readonly LatestValue[];
  /** How many there are, of which the first are here; infinite when nobody knows how many. */
  readonly total: number;
  /** The server's words. */
  readonly error?: string;
}

export interface Results {
  readonly span: Span;
  readonly tab: Tab;
  readonly granularity: Granularity;
  readonly zone: string;
  readonly queries: readonly QueryResult[];
}

/**
 * Asks for all queries that are not hidden.
 * @param width how many pixels the chart has for its lines.
 * @throws RequestError when the server does not answer; what it refuses is told at its query.
 */
export async function askAll(
  state: GraphState,
  span: Span,
  width: number,
  signal: AbortSignal,
): Promise<Results> {
  const zone = state.zone ?? 'UTC';
  const asked = state.queries
    .map(({ text, isHidden }, place) => ({ place, text, isHidden }))
    .filter(({ text, isHidden }) => !isHidden && text.trim() !== '');
  const ask = state.tab === 'chart' ? askChart : askLatest;
  const queries = await Promise.all(
    asked.map(async ({ place, text }): Promise<QueryResult> => {
      const nothing = { place, text, series: [], latest: [], total: 0 };
      try {
        return { ...nothing, ...(await ask({ state, text, span, zone, width }, signal)) };
      } catch (error) {
        if (!(error instanceof RequestError) || error.kind === 'away' || error.kind === 'stopped')
          throw error;
        return { ...nothing, error: error.message };
      }
    }),
  );
  return { span, tab: state.tab, granularity: state.granularity, zone, queries };
}

interface Question {
  readonly state: GraphState;
  readonly text: string;
  readonly span: Span;
  readonly zone: string;
  readonly width: number;
}

async function askChart({ state, text, span, zone, width }: Question, signal: AbortSignal) {
  const answer = await post<ChartAnswer>(
    'api/v1/chart',
    {
      query: text,
      start: String(span.from / 1000),
      end: String(span.to / 1000),
      granularity: state.granularity,
      tz: zone,
      width: String(Math.min(4000, Math.max(50, Math.round(width)))),
      limit: String(CHART_SERIES),
    },
    signal,
  );
  const series = readChart(answer, (begin, granularity) => bucketEnd(begin, granularity, zone));
  const parts = await takeTurns(series, (some) => some);
  return { series: parts.flat(), total: answer.total };
}

type Point = readonly [number, string];

/** `total` where there are more series than have come. */
type InstantAnswer = { readonly total?: number } & InstantResult;

type InstantResult =
  | { readonly resultType: 'vector'; readonly result: readonly { metric: Labels; value: Point }[] }
  | {
      readonly resultType: 'matrix';
      readonly result: readonly { metric: Labels; values: readonly Point[] }[];
    }
  | { readonly resultType: 'scalar'; readonly result: Point }
  | { readonly resultType: 'string'; readonly result: Point };

async function askLatest({ text, span }: Question, signal: AbortSignal) {
  const fields = { query: text, time: String(span.to / 1000), limit: String(TABLE_ROWS) };
  const answer = await post<InstantAnswer>('api/v1/query', fields, signal);
  const latest = readLatest(answer);
  return { latest: latest.slice(0, TABLE_ROWS), total: totalOf(answer) ?? latest.length };
}

// Of several samples each nobody counts those of series that did not come.
function totalOf({ resultType, total }: InstantAnswer): number | undefined {
  return total === undefined || resultType === 'vector' ? total : Number.POSITIVE_INFINITY;
}

function readLatest(answer: InstantAnswer): LatestValue[] {
  switch (answer.resultType) {
    case 'vector':
      return answer.result.map(({ metric, value }) => latestOf(metric, value));
    case 'matrix':
      return answer.result.flatMap(({ metric, values }) => values.map((value) => latestOf(metric, value)));
    case 'scalar':
      return [latestOf({}, answer.result)];
    case 'string':
      return [];
  }
}

function latestOf(labels: Labels, [seconds, text]: Point): LatestValue {
  const value = /^[+-]Inf$|^NaN$/.test(text) ? numberOf(text as AnsweredValue) : Number(text);
  return { labels, time: seconds * 1000, value };
}

function post<Data>(path: string, fields: Record<string, string>, signal: AbortSignal): Promise<Data> {
  const form = new URLSearchParams(fields);
  const options = { signal, deadlineMs: DEADLINE_MS };
  const isLong = (fields.query ?? '').length > LONG_QUERY;
  return isLong ? request(path, { ...options, form }) : request(`${path}?${form}`, options);
}
