// Queries: at one time, and over a range.

import type { FastifyReply } from 'fastify';
import { AppError } from '../../lib/errors.ts';
import type { Engine, QueryOptions } from '../promql/engine.ts';
import type { QueryResult } from '../promql/result.ts';
import { badParameter } from './api-errors.ts';
import { durationOf, limitOf, one, type Parameters, stepsOf, timeOf } from './parameters.ts';
import { sendPieces } from './pieces.ts';
import { resultJson } from './result-json.ts';
import { type Asked, type Route, textParameter } from './route.ts';

const COMMON = {
  query: textParameter('A PromQL expression.', 'up{job="sensors"}'),
  timeout: textParameter('At most so long: a duration or a number of seconds.', '30s'),
  limit: textParameter('At most so many series, 0 for all.', '100'),
  lookback_delta: textParameter('How old a sample may be that still counts.', '5m'),
};

const TIME = 'RFC 3339 or Unix seconds.';

export function queryRoutes(engine: Engine, now: () => number): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      url: '/api/v1/query',
      tag: 'query',
      summary: 'Evaluates an expression at one time',
      parameters: { ...COMMON, time: textParameter(`${TIME} Now when absent.`, '2026-01-01T00:00:00Z') },
      async handle({ parameters, signal }: Asked, reply) {
        const time = timeOf(parameters, 'time') ?? now();
        const result = await named(engine.instant(queryOf(parameters), time, optionsOf(parameters, signal)));
        return send(reply, result, limitOf(parameters));
      },
    },
    {
      methods: ['GET', 'POST'],
      url: '/api/v1/query_range',
      tag: 'query',
      summary: 'Evaluates an expression at evenly spaced times',
      parameters: {
        ...COMMON,
        start: textParameter(TIME),
        end: textParameter(`${TIME} Included.`),
        step: textParameter('A duration or a number of seconds; at most 11,000 steps.', '15s'),
      },
      async handle({ parameters, signal }: Asked, reply) {
        const steps = stepsOf(parameters);
        const series = await named(engine.range(queryOf(parameters), steps, optionsOf(parameters, signal)));
        return send(reply, { type: 'matrix', series }, limitOf(parameters));
      },
    },
  ];
}

function queryOf(parameters: Parameters): string {
  return one(parameters, 'query') ?? '';
}

function optionsOf(parameters: Parameters, signal: AbortSignal): QueryOptions {
  return {
    signal,
    timeoutMs: durationOf(parameters, 'timeout'),
    lookbackMs: durationOf(parameters, 'lookback_delta'),
  };
}

/** Whatever is wrong with a query is wrong with the parameter of that name. */
export async function named<T>(result: Promise<T>): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof AppError && error.reason === 'bad_data') throw badParameter('query', error.message);
    throw error;
  }
}

function send(reply: FastifyReply, result: QueryResult, limit: number) {
  const total = countOf(result);
  const isCut = limit > 0 && total > limit;
  const json = isCut ? resultJson(truncate(result, limit), total) : resultJson(result);
  return sendPieces(reply, 'application/json', json);
}

function countOf(result: QueryResult): number {
  if (result.type === 'vector') return result.samples.length;
  return result.type === 'matrix' ? result.series.length : 0;
}

function truncate(result: QueryResult, limit: number): QueryResult {
  if (result.type === 'vector') return { ...result, samples: result.samples.slice(0, limit) };
  if (result.type === 'matrix') return { ...result, series: result.series.slice(0, limit) };
  return result;
}
