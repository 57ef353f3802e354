// The simple doors: names, one metric's history, its buckets, and everything.

import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { AppError } from '../../../lib/errors.ts';
import { createMatcher, type Matcher } from '../../../model/matcher.ts';
import { createBudget } from '../../promql/budget.ts';
import type { Budget, Store } from '../../storage/contract.ts';
import { badParameter } from '../api-errors.ts';
import { many, one, type Parameters, selectionsOf } from '../parameters.ts';
import { sendPieces } from '../pieces.ts';
import { type Asked, listParameter, type Route, textParameter } from '../route.ts';
import { bucketAnswer } from './bucket-answer.ts';
import { GRANULARITIES, type Granularity, parseMoment, parseZone } from './calendar.ts';
import { exportJson, exportLines, pointList, slices } from './export.ts';

export interface SimpleDoors {
  readonly store: Store;
  readonly budget: (signal: AbortSignal) => Budget;
  readonly now: () => number;
}

const ALL_TIME = { from: -8.64e15, to: 8.64e15 };
const MOMENT = 'A date with or without a time, RFC 3339, or Unix seconds.';

const FILTERS = {
  from: textParameter(`${MOMENT} Included.`, '2026-01-01'),
  to: textParameter(`${MOMENT} Not included; of a date alone the whole day counts.`, '2026-01-31'),
  tz: textParameter('The time zone of dates and buckets.', 'Europe/Berlin'),
};

const EXPORTED = {
  'match[]': listParameter('Series selectors; all series when there is none.'),
  start: textParameter('RFC 3339 or Unix seconds.'),
  end: textParameter('RFC 3339 or Unix seconds.'),
  format: textParameter('json or jsonl.', 'jsonl'),
};

const RESERVED: readonly string[] = [...Object.keys(FILTERS), 'granularity'];

const GRANULARITY = Type.Union(GRANULARITIES.map((name) => Type.Literal(name)));
const NAME = Type.String({ description: 'The name of the metric.' });

export function simpleRoutes(doors: SimpleDoors): Route[] {
  const { store, budget } = doors;
  return [
    {
      methods: ['GET'],
      url: '/v1/metrics',
      tag: 'simple',
      summary: 'The names of all metrics',
      answer: Type.Array(Type.String()),
      handle: ({ signal }: Asked) =>
        store.labelValues('__name__', [{ matchers: [], range: ALL_TIME }], budget(signal)),
    },
    {
      methods: ['GET'],
      url: '/v1/metrics/:name',
      tag: 'simple',
      summary:
        'The history of a metric, or its buckets; every other parameter is a label that must have that value',
      path: { name: NAME },
      parameters: { ...FILTERS, granularity: textParameter('minute, hour or day.', 'hour') },
      handle: ({ path: { name = '' }, parameters, signal }: Asked, reply) => {
        const granularity = one(parameters, 'granularity');
        const asked = { name, parameters, signal };
        if (granularity === undefined) return history(doors, asked, reply);
        return buckets(doors, asked, granularity);
      },
    },
    {
      methods: ['GET'],
      url: '/v1/metrics/:name/:granularity/:start/:end',
      tag: 'simple',
      summary: 'The average, least, greatest, sum and count of a metric in minutes, hours or days',
      path: { name: NAME, granularity: GRANULARITY, start: Type.String(), end: Type.String() },
      parameters: { tz: FILTERS.tz },
      handle: ({ path: { name = '', granularity = '', start = '', end = '' }, parameters, signal }: Asked) =>
        buckets(doors, { name, parameters: { ...parameters, from: start, to: end }, signal }, granularity),
    },
    {
      methods: ['GET'],
      url: '/v1/export',
      tag: 'simple',
      summary: 'Everything, streamed',
      parameters: EXPORTED,
      handle: ({ parameters, signal }: Asked, reply) => {
        const format = one(parameters, 'format') ?? 'json';
        const selections = exported(parameters);
        if (format === 'json')
          return sendPieces(reply, 'application/json', exportJson(store, selections, streamed(signal)));
        if (format === 'jsonl')
          return sendPieces(reply, 'application/x-ndjson', exportLines(store, selections, streamed(signal)));
        throw new AppError('bad_data', `the format is ${JSON.stringify(format)}; it is json or jsonl`);
      },
    },
  ];
}

interface MetricAsked {
  readonly name: string;
  readonly parameters: Parameters;
  readonly signal: AbortSignal;
}

async function history(
  { store, budget }: SimpleDoors,
  { name, parameters, signal }: MetricAsked,
  reply: FastifyReply,
) {
  const matchers = await known(store, name, parameters, budget(signal));
  const zone = parseZone(one(parameters, 'tz') ?? 'UTC');
  const range = {
    from: momentOf(parameters, 'from', zone) ?? ALL_TIME.from,
    // Stores count both ends in.
    to: (momentOf(parameters, 'to', zone) ?? ALL_TIME.to) - 1,
  };
  return sendPieces(
    reply,
    'application/json',
    pointList(slices(store, [{ matchers, range }], streamed(signal))),
  );
}

async function buckets({ store, budget, now }: SimpleDoors, asked: MetricAsked, granularity: string) {
  const { name, parameters, signal } = asked;
  if (!GRANULARITIES.includes(granularity))
    throw new AppError(
      'bad_data',
      `the granularity is ${JSON.stringify(granularity)}; it is minute, hour or day`,
    );
  const zone = parseZone(one(parameters, 'tz') ?? 'UTC');
  const [from, to] = [momentOf(parameters, 'from', zone), momentOf(parameters, 'to', zone) ?? now()];
  if (from === undefined) throw new AppError('bad_data', 'buckets need a time from which on');
  if (to <= from) throw new AppError('bad_data', 'the end is not after the start');
  const matchers = await known(store, name, parameters, budget(signal));
  const question = {
    name,
    matchers,
    granularity: granularity as Granularity,
    span: { from, to },
    zone,
    now: now(),
  };
  return bucketAnswer(store, question, budget(signal));
}

function momentOf(parameters: Parameters, name: 'from' | 'to', zone: string): number | undefined {
  const text = one(parameters, name);
  return text === undefined ? undefined : parseMoment(text, zone, name === 'to' ? 'end' : 'start');
}

// The matchers of a metric that there is.
async function known(
  store: Store,
  name: string,
  parameters: Parameters,
  budget: Budget,
): Promise<readonly Matcher[]> {
  const named = createMatcher('__name__', '=', name);
  const found = await store.labelValues('__name__', [{ matchers: [named], range: ALL_TIME }], budget);
  if (found.length === 0) throw new AppError('not_found', `there is no metric ${JSON.stringify(name)}`);
  const labels = Object.keys(parameters).filter((label) => !RESERVED.includes(label));
  return [named, ...labels.map((label) => createMatcher(label, '=', onlyValue(parameters, label)))];
}

// Two values of one label can never both hold.
function onlyValue(parameters: Parameters, label: string): string {
  if (many(parameters, label).length > 1) throw badParameter(label, 'a label has one value');
  return one(parameters, label) ?? '';
}

// A slip of the pen must not send everything.
function exported(parameters: Parameters) {
  const known = Object.keys(EXPORTED);
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw badParameter(unknown, `export takes ${known.join(', ')}; labels go into match[]`);
  const selections = selectionsOf(parameters);
  return selections.length > 0 ? selections : [{ matchers: [], range: ALL_TIME }];
}

// A stream holds one piece at a time and goes as fast as it is read, so nothing but its reader's leaving ends it.
function streamed(signal: AbortSignal): Budget {
  return createBudget({
    timeoutMs: Number.POSITIVE_INFINITY,
    maxSamples: Number.POSITIVE_INFINITY,
    signal,
  });
}
