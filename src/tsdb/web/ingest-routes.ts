// `/api/v1/status/ingest`: who pushes, what waits on its way to the store, and the store.

import type { Push, PushTally, TalliedClient } from '../push/open-push.ts';
import type { Queue } from '../queue/contract.ts';
import type { StoreStats } from '../storage/contract.ts';
import { type Asked, type Route, textParameter } from './route.ts';
import { topOf } from './status-routes.ts';

export interface IngestSources {
  /** Which doors are open. */
  readonly doors: { readonly push: boolean; readonly remoteWrite: boolean; readonly grpc: boolean };
  readonly tally: Push['tally'];
  readonly queue: { readonly engine: string; readonly stats: Queue['stats'] };
  readonly storage: {
    readonly engine: string;
    /** In words, such as `15d`. */
    readonly retention: string;
    /** 0 is no limit. */
    readonly retentionBytes: number;
    readonly isDiskTroubled: () => boolean;
    readonly stats: (top: number) => Promise<StoreStats>;
  };
}

export function ingestRoutes(sources: IngestSources): Route[] {
  return [
    {
      methods: ['GET'],
      url: '/api/v1/status/ingest',
      tag: 'status',
      summary: 'Who pushes how much, what waits for the store, and how much the store holds',
      parameters: { limit: textParameter('How many clients, those with most samples.', '10') },
      handle: async ({ parameters }: Asked) => ({
        status: 'success',
        data: {
          doors: sources.doors,
          push: shownTally(sources.tally(topOf(parameters))),
          queue: await shownQueue(sources.queue),
          storage: await shownStorage(sources.storage),
        },
      }),
    },
  ];
}

function shownTally({ total: { samples, batches, refused }, clients, forgotten, top }: PushTally) {
  return { total: { samples, batches, refused }, clients, forgotten, top: top.map(shownClient) };
}

function shownClient({ client, samples, batches, refused, lastSeen, series, limits }: TalliedClient) {
  return {
    client,
    samples,
    batches,
    refused,
    lastSeen: new Date(lastSeen).toISOString(),
    series,
    limits: {
      samplesPerSecond: limits.samples.perSecond,
      requestsPerSecond: limits.requests.perSecond,
      series: limits.series,
    },
  };
}

async function shownQueue({ engine, stats }: IngestSources['queue']) {
  const { waiting, oldestMs, deadLetters } = await stats();
  return { engine, waiting, oldestSeconds: oldestMs / 1000, deadLetters };
}

async function shownStorage(storage: IngestSources['storage']) {
  const { engine, retention, retentionBytes, isDiskTroubled, stats } = storage;
  const { series, samples, bytes, oldest, newest } = await stats(0);
  return {
    engine,
    bytes,
    series,
    samples,
    oldest: isoOf(oldest),
    newest: isoOf(newest),
    retention,
    retentionBytes,
    diskTrouble: isDiskTroubled(),
  };
}

function isoOf(unixMs: number | undefined): string | null {
  return unixMs === undefined ? null : new Date(unixMs).toISOString();
}
