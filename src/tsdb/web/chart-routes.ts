// `/api/v1/chart`: what a picture of some width needs of a query, and no more.

import type { Matcher } from '../../model/matcher.ts';
import type { Engine } from '../promql/engine.ts';
import { parseQuery } from '../promql/parse.ts';
import { badParameter } from './api-errors.ts';
import { bucketChart } from './chart/bucket-chart.ts';
import { bucketsJson, pointsJson } from './chart/chart-json.ts';
import { type ChartQuestion, chartQuestionOf } from './chart/question.ts';
import { rawChart } from './chart/raw-chart.ts';
import { stepChart } from './chart/step-chart.ts';
import { sendPieces } from './pieces.ts';
import { named } from './query-routes.ts';
import { type Asked, type Route, textParameter } from './route.ts';

const TIME = 'RFC 3339 or Unix seconds.';

export function chartRoutes(engine: Engine, now: () => number): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      url: '/api/v1/chart',
      tag: 'query',
      summary:
        'What a picture shows of a query: of each pixel the least and the greatest sample, or averages of minutes, hours or days',
      parameters: {
        query: textParameter('A PromQL expression; of a series selector for minute, hour and day.', 'up'),
        start: textParameter(TIME),
        end: textParameter(`${TIME} Included in raw, else not.`),
        granularity: textParameter('raw (as without it), minute, hour or day.', 'raw'),
        tz: textParameter('The time zone of minutes, hours and days; UTC when absent.', 'Europe/Berlin'),
        width: textParameter('How many pixels are drawn on, 50 to 4000; 1000 when absent.', '1000'),
        limit: textParameter('At most so many series, 1 to 1000; 100 when absent.', '100'),
      },
      async handle({ parameters, signal }: Asked, reply) {
        const json = await chart(engine, chartQuestionOf(parameters), now(), signal);
        return sendPieces(reply, 'application/json', json);
      },
    },
  ];
}

async function chart(
  engine: Engine,
  { query, start, end, granularity, zone, width, limit }: ChartQuestion,
  now: number,
  signal: AbortSignal,
): Promise<Generator<string>> {
  const matchers = await named(Promise.try(plainSelector, query));
  if (granularity !== 'raw') {
    if (matchers === undefined)
      throw badParameter(
        'granularity',
        `${granularity} is for a series selector alone; this query takes raw`,
      );
    const frame = { granularity, span: { from: start, to: end }, zone, now };
    const found = await engine.read({ signal }, (reading) => bucketChart(reading, matchers, frame, limit));
    return bucketsJson(granularity, found);
  }
  const frame = { start, end, width };
  if (matchers === undefined)
    return pointsJson(await named(stepChart(engine, query, frame, limit, { signal })));
  const found = await engine.read({ signal }, (reading) =>
    rawChart(reading, matchers, { ...frame, lookbackMs: reading.lookbackMs }, limit),
  );
  return pointsJson(found);
}

// Undefined for what must be evaluated step by step.
function plainSelector(query: string): readonly Matcher[] | undefined {
  const expression = parseQuery(query);
  if (expression.kind !== 'vector') return undefined;
  const { matchers, offsetMs, at } = expression.selector;
  return offsetMs === 0 && at === undefined ? matchers : undefined;
}
