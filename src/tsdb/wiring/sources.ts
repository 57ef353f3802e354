// What the routes of the HTTP server read, out of the parts of the program.

import type { Registry } from 'prom-client';
import { formatDuration } from '../../lib/duration.ts';
import type { Configuration } from '../config/configuration.ts';
import type { Flags } from '../config/flags.ts';
import { createBudget } from '../promql/budget.ts';
import { createEngine } from '../promql/engine.ts';
import type { Push } from '../push/open-push.ts';
import { createRemoteWrite } from '../push/remote-write.ts';
import type { Queue } from '../queue/contract.ts';
import type { Outbox } from '../queue/outbox/contract.ts';
import type { PushedFamilies } from '../queue/pushed-families.ts';
import type { ScrapeManager } from '../scrape/manager.ts';
import type { Sources } from '../web/all-routes.ts';
import type { InventorySd } from '../web/inventory-sd.ts';
import type { OpenedStore } from './store.ts';

interface Parts extends OpenedStore {
  readonly version: string;
  readonly flags: Flags;
  readonly scraper: ScrapeManager;
  readonly configuration: Configuration;
  readonly registry: Registry;
  readonly push: Push;
  readonly outbox: Outbox | undefined;
  readonly families: PushedFamilies;
  readonly inventorySd: InventorySd;
  readonly queue: Queue;
  /** Told of faults of ours while a request is answered. */
  readonly failed: (error: unknown) => void;
}

export function sourcesOf(parts: Parts): Sources {
  const { flags, store, scraper, registry, push, outbox, families, inventorySd, failed } = parts;
  const pushed = families.all;
  const externalLabels = () => parts.configuration.current().global.externalLabels;
  return {
    ...queriesOf(parts),
    store,
    federation: { lookbackMs: flags.lookbackMs, pushed, externalLabels },
    targets: scraper.status,
    metadata: () => scraper.metadata(pushed()),
    inventorySd,
    push: flags.enablePush ? push : undefined,
    remoteWrite: flags.enableRemoteWrite ? { ...push, read: createRemoteWrite(registry) } : undefined,
    drain: outbox && { outbox, pushed, externalLabels, failed },
    now: Date.now,
    admin: adminOf(parts),
    status: statusOf(parts),
    ingest: ingestOf(parts),
  };
}

function queriesOf({ flags, store }: Parts): Pick<Sources, 'engine' | 'budget'> {
  const { lookbackMs, queryMaxConcurrency: maxConcurrency } = flags;
  const limits = { timeoutMs: flags.queryTimeoutMs, maxSamples: flags.queryMaxSamples };
  return {
    engine: createEngine({ store, lookbackMs, maxConcurrency, ...limits }),
    budget: (signal) => createBudget({ ...limits, signal }),
  };
}

function adminOf({ flags, configuration, registry }: Parts): Sources['admin'] {
  return {
    reload: flags.enableLifecycle ? configuration.reload : undefined,
    metrics: () => registry.metrics(),
  };
}

function statusOf({ version, flags, configuration, store }: Parts): Sources['status'] {
  return {
    version,
    flags: flags.effective,
    config: () => configuration.current().text,
    startTime: Date.now(),
    lastReload: configuration.lastReload,
    retention: formatDuration(flags.retentionMs),
    stats: (top) => store.stats(top),
  };
}

function ingestOf({ flags, store, push, queue, isDiskTroubled }: Parts): Sources['ingest'] {
  return {
    doors: {
      push: flags.enablePush,
      remoteWrite: flags.enableRemoteWrite,
      grpc: flags.grpcAddress !== undefined,
    },
    tally: push.tally,
    queue: { engine: flags.queue.engine, stats: () => queue.stats() },
    storage: {
      engine: flags.storageEngine,
      retention: formatDuration(flags.retentionMs),
      retentionBytes: flags.retentionBytes,
      isDiskTroubled,
      stats: (top) => store.stats(top),
    },
  };
}
