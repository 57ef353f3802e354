// `/federate`: the newest samples of chosen series, as an exposition for another server to scrape.

import type { FastifyReply } from 'fastify';
import { messageOf } from '../../lib/errors.ts';
import type { Labels } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import { parseAnySelector } from '../promql/parse-selector.ts';
import type { SaidOfMetrics } from '../scrape/metadata.ts';
import type { Budget, Store } from '../storage/contract.ts';
import { familiesText } from './families-text.ts';
import { escapingOf } from './negotiate.ts';
import { newestSamples } from './newest-samples.ts';
import { many, type Parameters } from './parameters.ts';
import { sendPieces } from './pieces.ts';
import { type Asked, EXPOSITION, listParameter, type Route } from './route.ts';

export interface Federation {
  readonly store: Store;
  readonly budget: (signal: AbortSignal) => Budget;
  /** How old a sample may be. */
  readonly lookbackMs: number;
  /** What pushers say of their metrics; of those that are scraped nothing is told, as by Prometheus. */
  readonly pushed?: () => SaidOfMetrics;
  /** `global.external_labels` as it stands now. */
  readonly externalLabels: () => Labels;
  /** Unix milliseconds. */
  readonly now: () => number;
}

/**
 * Source: `web/federate.go` of Prometheus. Always the text format, whatever the Accept header says of others; of 3.x is
 * the escaping of names.
 */
export function federateRoutes({
  store,
  budget,
  lookbackMs,
  pushed = () => NOTHING_SAID,
  externalLabels,
  now,
}: Federation): Route[] {
  return [
    {
      methods: ['GET'],
      url: '/federate',
      tag: 'federation',
      summary: 'The newest samples of chosen series, for another server to scrape',
      text: EXPOSITION,
      parameters: { 'match[]': listParameter('Series selectors; without one there is nothing.') },
      async handle({ parameters, accept, signal }: Asked, reply) {
        const selectors = selectorsOf(parameters);
        if (selectors instanceof Error) return refuse(reply, selectors);
        const time = now();
        const range = { from: time - lookbackMs, to: time };
        const samples = await newestSamples(store, selectors, range, budget(signal));
        const escaping = escapingOf(accept);
        const type = `text/plain; version=0.0.4; charset=utf-8; escaping=${escaping}`;
        const series = samples.map(({ labels, value, time }) => ({
          labels,
          samples: [[time, value]] as const,
        }));
        const exposed = { pushed: pushed(), externalLabels: externalLabels(), escaping };
        return sendPieces(reply, type, familiesText(series, exposed));
      },
    },
  ];
}

// A selector without a matcher selects nothing.
function selectorsOf(parameters: Parameters): readonly (readonly Matcher[])[] | Error {
  try {
    const selectors = many(parameters, 'match[]').map(parseAnySelector);
    return selectors.filter((matchers) => matchers.length > 0);
  } catch (error) {
    return new Error(messageOf(error));
  }
}

// In plain text, for those who read expositions.
function refuse(reply: FastifyReply, { message }: Error) {
  return reply.code(400).type('text/plain; charset=utf-8').send(`${message}\n`);
}

const NOTHING_SAID: SaidOfMetrics = new Map();
