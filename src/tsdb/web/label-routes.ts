// What there is: series, label names, label values, and what the expositions say about metrics.

import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { AppError } from '../../lib/errors.ts';
import { unescapeName } from '../exposition/escape-name.ts';
import type { MetadataByMetric } from '../scrape/metadata.ts';
import type { MetricMetadata } from '../scrape/target-status.ts';
import type { Budget, Store } from '../storage/contract.ts';
import { limitOf, many, one, type Parameters, rangeOf, selectionsOf } from './parameters.ts';
import { sendPieces } from './pieces.ts';
import { type Asked, listParameter, type Route, textParameter } from './route.ts';

export interface LabelSources {
  readonly store: Store;
  readonly metadata: () => MetadataByMetric;
  /** A budget for a read that a client waits for. */
  readonly budget: (signal: AbortSignal) => Budget;
}

const SELECTION = {
  'match[]': listParameter('Series selectors; a series that one of them matches counts.'),
  start: textParameter('RFC 3339 or Unix seconds.'),
  end: textParameter('RFC 3339 or Unix seconds.'),
  limit: textParameter('At most so many, 0 for all.', '100'),
};

const NAMES = Type.Array(Type.String());

export function labelRoutes({ store, metadata, budget }: LabelSources): Route[] {
  return [
    {
      methods: ['GET', 'POST'],
      url: '/api/v1/series',
      tag: 'metadata',
      summary: 'The label sets of series',
      parameters: SELECTION,
      async handle({ parameters, signal }: Asked, reply) {
        if (many(parameters, 'match[]').length === 0)
          throw new AppError('bad_data', 'no match[] parameter provided');
        return sendList(reply, await store.series(selectionsOf(parameters), budget(signal)), parameters);
      },
    },
    {
      methods: ['GET', 'POST'],
      url: '/api/v1/labels',
      tag: 'metadata',
      summary: 'The names of labels',
      parameters: SELECTION,
      answer: success(NAMES),
      handle: async ({ parameters, signal }: Asked, reply) =>
        sendList(reply, await store.labelNames(selected(parameters), budget(signal)), parameters),
    },
    {
      methods: ['GET'],
      url: '/api/v1/label/:name/values',
      tag: 'metadata',
      summary: 'The values of a label',
      path: { name: Type.String({ description: 'The name of the label.' }) },
      parameters: SELECTION,
      answer: success(NAMES),
      handle: async ({ parameters, path: { name = '' }, signal }: Asked, reply) => {
        const values = store.labelValues(unescapeName(name), selected(parameters), budget(signal));
        return sendList(reply, await values, parameters);
      },
    },
    {
      methods: ['GET'],
      url: '/api/v1/metadata',
      tag: 'metadata',
      summary: 'What the targets say about their metrics',
      parameters: {
        metric: textParameter('Only this metric.', 'up'),
        limit: textParameter('At most so many metrics.', '100'),
        limit_per_metric: textParameter('At most so many descriptions of a metric.', '1'),
      },
      handle: ({ parameters }: Asked) => ({ status: 'success', data: described(metadata(), parameters) }),
    },
  ];
}

function success(data: ReturnType<typeof Type.Array>) {
  return Type.Object({ status: Type.Literal('success'), data });
}

// Without a selector a range still counts.
function selected(parameters: Parameters) {
  const selections = selectionsOf(parameters);
  return selections.length > 0 ? selections : [{ matchers: [], range: rangeOf(parameters) }];
}

function sendList(reply: FastifyReply, all: readonly unknown[], parameters: Parameters) {
  const limit = limitOf(parameters);
  const isCut = limit > 0 && all.length > limit;
  return sendPieces(reply, 'application/json', listJson(isCut ? all.slice(0, limit) : all, isCut));
}

function* listJson(list: readonly unknown[], isCut: boolean): Generator<string> {
  yield '{"status":"success","data":[';
  for (const [i, item] of list.entries()) yield `${i === 0 ? '' : ','}${JSON.stringify(item)}`;
  yield isCut ? '],"warnings":["results truncated due to limit"]}\n' : ']}\n';
}

function described(
  metadata: MetadataByMetric,
  parameters: Parameters,
): Record<string, readonly MetricMetadata[]> {
  const metric = one(parameters, 'metric');
  const limit = numberOf(parameters, 'limit');
  const perMetric = numberOf(parameters, 'limit_per_metric') || Number.POSITIVE_INFINITY;
  const found = metric === undefined ? [...metadata] : [[metric, metadata.get(metric) ?? []] as const];
  const wanted = found.filter(([, entries]) => entries.length > 0).slice(0, limit);
  return Object.fromEntries(wanted.map(([name, entries]) => [name, entries.slice(0, perMetric)]));
}

// Unlike elsewhere 0 is no metric at all; what is negative is no limit.
function numberOf(parameters: Parameters, name: string): number {
  const text = one(parameters, name);
  if (text !== undefined && !/^[-+]?\d{1,15}$/.test(text))
    throw new AppError('bad_data', `${name} must be a number`);
  const number = Number(text ?? -1);
  return number < 0 ? Number.POSITIVE_INFINITY : number;
}
