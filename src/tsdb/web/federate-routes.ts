// `/federate`: the newest samples of chosen series, as an exposition for another server to scrape.

import type { FastifyReply } from 'fastify';
import { messageOf } from '../../lib/errors.ts';
import type { Labels } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import type { Escaping } from '../exposition/escape-name.ts';
import { familyLines, sampleLine } from '../exposition/write-text.ts';
import { parseAnySelector } from '../promql/parse-selector.ts';
import type { SaidOfMetrics } from '../scrape/metadata.ts';
import type { Budget, Store } from '../storage/contract.ts';
import { escapingOf } from './negotiate.ts';
import { type NewestSample, newestSamples } from './newest-samples.ts';
import { many, type Parameters } from './parameters.ts';
import { sendPieces } from './pieces.ts';
import { type Asked, listParameter, type Route } from './route.ts';

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
      parameters: { 'match[]': listParameter('Series selectors; without one there is nothing.') },
      async handle({ parameters, accept, signal }: Asked, reply) {
        const selectors = selectorsOf(parameters);
        if (selectors instanceof Error) return refuse(reply, selectors);
        const time = now();
        const range = { from: time - lookbackMs, to: time };
        const samples = await newestSamples(store, selectors, range, budget(signal));
        const escaping = escapingOf(accept);
        const type = `text/plain; version=0.0.4; charset=utf-8; escaping=${escaping}`;
        const exposed = { samples, pushed: pushed(), externalLabels: externalLabels(), escaping };
        return sendPieces(reply, type, exposition(exposed));
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

interface Exposed {
  readonly samples: readonly NewestSample[];
  readonly pushed: SaidOfMetrics;
  readonly externalLabels: Labels;
  readonly escaping: Escaping;
}

// A family is all series of a name, in the order of their labels.
async function* exposition({ samples, pushed, externalLabels, escaping }: Exposed): AsyncGenerator<string> {
  // What has no instance of its own must not be given that of this server.
  const external = Object.entries({ instance: '', ...externalLabels }).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, family] of [...byName(samples)].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { type = '', help = '' } = pushed.get(name) ?? {};
    yield familyLines(name, type, help, escaping);
    for (const sample of family)
      yield sampleLine({ ...sample, labels: withExternal(sample.labels, external) }, escaping);
  }
}

function byName(samples: readonly NewestSample[]): ReadonlyMap<string, readonly NewestSample[]> {
  const families = new Map<string, NewestSample[]>();
  for (const sample of samples) {
    const { __name__ = '' } = sample.labels;
    const family = families.get(__name__);
    if (family === undefined) families.set(__name__, [sample]);
    else family.push(sample);
  }
  return families;
}

// Own labels in their order, then the external ones that are not among them.
function withExternal(labels: Labels, external: readonly (readonly [string, string])[]): Labels {
  const own = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries([...own, ...external.filter(([name]) => !Object.hasOwn(labels, name))]);
}
