// The HTTP API over the known samples, on a free port.

import { startHttpServer } from '../../../src/lib/http-server.ts';
import { createBudget } from '../../../src/tsdb/promql/budget.ts';
import { createEngine } from '../../../src/tsdb/promql/engine.ts';
import type { Store } from '../../../src/tsdb/storage/contract.ts';
import { simpleRoutes } from '../../../src/tsdb/web/doors/simple-routes.ts';
import { labelRoutes } from '../../../src/tsdb/web/label-routes.ts';
import { queryRoutes } from '../../../src/tsdb/web/query-routes.ts';
import { createWeb } from '../../../src/tsdb/web/server.ts';
import { KNOWN } from './known-samples.ts';

export interface TestWeb {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts the doors that read a store over one that holds the known samples. */
export async function startTestWeb(store: Store): Promise<TestWeb> {
  await fill(store);
  const limits = { timeoutMs: 60_000, maxSamples: 50_000_000 };
  const engine = createEngine({ store, lookbackMs: 300_000, maxConcurrency: 20, ...limits });
  const budget = (signal: AbortSignal) => createBudget({ ...limits, signal });
  const routes = [
    ...queryRoutes(engine, Date.now),
    ...labelRoutes({ store, budget, metadata: () => new Map() }),
    ...simpleRoutes({ store, budget, now: Date.now }),
  ];
  const listener = await createWeb({ version: '0', routes, failed: console.error });
  const server = await startHttpServer({ host: '127.0.0.1', port: 0 }, listener);
  return {
    url: `http://127.0.0.1:${server.address.port}`,
    async stop() {
      await server.stop();
      await store.close();
    },
  };
}

async function fill(store: Store): Promise<void> {
  const refs = await store.resolve(KNOWN.map(({ labels }) => labels));
  const rows = KNOWN.flatMap(({ samples }, i) =>
    samples.map((sample) => ({ ref: refs[i] as number, sample })),
  );
  await store.append(
    {
      refs: Uint32Array.from(rows, ({ ref }) => ref),
      times: Float64Array.from(rows, ({ sample: [time] }) => time),
      values: Float64Array.from(rows, ({ sample: [, value] }) => value),
      stale: new Uint8Array(rows.length),
    },
    { durable: false },
  );
}
