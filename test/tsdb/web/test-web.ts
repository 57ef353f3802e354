// Every door of mini-tsdb's HTTP server over one store, on a free port.

import { startHttpServer } from '../../../src/lib/http-server.ts';
import type { Labels } from '../../../src/model/labels.ts';
import { createBudget } from '../../../src/tsdb/promql/budget.ts';
import { createEngine } from '../../../src/tsdb/promql/engine.ts';
import type { PushCount } from '../../../src/tsdb/push/client-counts.ts';
import { REFUSALS } from '../../../src/tsdb/push/refusal.ts';
import type { Store } from '../../../src/tsdb/storage/contract.ts';
import { allRoutes, type Sources } from '../../../src/tsdb/web/all-routes.ts';
import { createWeb } from '../../../src/tsdb/web/server.ts';
import { KNOWN } from './known-samples.ts';

export interface TestWeb {
  readonly url: string;
  /** Faults of ours so far: what the log would tell. */
  readonly failures: readonly unknown[];
  stop(): Promise<void>;
}

const LIMITS = { timeoutMs: 60_000, maxSamples: 50_000_000 };
const LOOKBACK_MS = 300_000;

/** Starts the server over a store that is first given the samples. It closes the store when it stops. */
export async function startTestWeb(
  store: Store,
  changed: Partial<Sources> = {},
  samples: readonly SeriesOfTest[] = KNOWN,
): Promise<TestWeb> {
  await fill(store, samples);
  const failures: unknown[] = [];
  const sources = { ...sourcesOf(store), ...changed };
  const routes = allRoutes(sources);
  const listener = await createWeb({ version: '0', routes, failed: (error) => failures.push(error) });
  const server = await startHttpServer({ host: '127.0.0.1', port: 0 }, (message, response) => {
    response.setHeader('date', new Date(sources.now()).toUTCString());
    listener(message, response);
  });
  return {
    url: `http://127.0.0.1:${server.address.port}`,
    failures,
    async stop() {
      await server.stop();
      await store.close();
    },
  };
}

function sourcesOf(store: Store): Sources {
  return {
    engine: createEngine({ store, lookbackMs: LOOKBACK_MS, maxConcurrency: 20, ...LIMITS }),
    store,
    budget: (signal) => createBudget({ ...LIMITS, signal }),
    targets: () => ({ active: [], dropped: [], droppedCounts: {} }),
    metadata: () => new Map(),
    ingest: ingestOf(store),
    inventorySd: { ask: async () => ({ configured: false }) },
    now: Date.now,
    federation: { lookbackMs: LOOKBACK_MS, externalLabels: () => ({}) },
    admin: { reload: undefined, metrics: async () => '' },
    status: {
      version: '0.1.2',
      flags: { 'web.listen-address': ':9095' },
      config: () => 'global: {}\n',
      startTime: Date.UTC(2026, 0, 1),
      lastReload: () => ({ isGood: true, time: Date.UTC(2026, 0, 2) }),
      retention: '15d',
      stats: (top) => store.stats(top),
    },
  };
}

/** Of a store to which nobody pushes. */
export function ingestOf(store: Store): Sources['ingest'] {
  const refused = Object.fromEntries(REFUSALS.map((reason) => [reason, 0])) as PushCount['refused'];
  return {
    doors: { push: false, remoteWrite: false, grpc: false },
    tally: () => ({ total: { samples: 0, batches: 0, refused }, clients: 0, forgotten: 0, top: [] }),
    queue: { engine: 'direct', stats: async () => ({ waiting: 0, oldestMs: 0, deadLetters: 0 }) },
    storage: {
      engine: 'memory',
      retention: '15d',
      retentionBytes: 0,
      isDiskTroubled: () => false,
      stats: (top) => store.stats(top),
    },
  };
}

export interface SeriesOfTest {
  readonly labels: Labels;
  /** Unix milliseconds and values; `undefined` is a stale marker. */
  readonly samples: readonly (readonly [number, number | undefined])[];
}

async function fill(store: Store, known: readonly SeriesOfTest[]): Promise<void> {
  const refs = await store.resolve(known.map(({ labels }) => labels));
  const rows = known.flatMap(({ samples }, i) =>
    samples.map((sample) => ({ ref: refs[i] as number, sample })),
  );
  await store.append(
    {
      refs: Uint32Array.from(rows, ({ ref }) => ref),
      times: Float64Array.from(rows, ({ sample: [time] }) => time),
      values: Float64Array.from(rows, ({ sample: [, value] }) => value ?? 0),
      stale: Uint8Array.from(rows, ({ sample: [, value] }) => Number(value === undefined)),
    },
    { durable: false },
  );
}
