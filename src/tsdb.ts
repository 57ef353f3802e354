// mini-tsdb: the composition root. Makes, wires, starts, and stops in mirror order.

import './lib/node-version.ts';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { formatDuration } from './lib/duration.ts';
import { AppError, messageOf } from './lib/errors.ts';
import { startHttpServer } from './lib/http-server.ts';
import { hostPort } from './lib/listen-address.ts';
import { createLogger, type Logger } from './lib/log.ts';
import { openGate } from './lib/open-gate.ts';
import { stopSignal } from './lib/stop-signal.ts';
import type { WebGate } from './lib/web-gate.ts';
import { type ConfigFile, readConfigFile } from './tsdb/config/config-file.ts';
import { type Configuration, createConfiguration } from './tsdb/config/configuration.ts';
import { type Flags, flagsHelp, readFlags } from './tsdb/config/flags.ts';
import { registerMetrics } from './tsdb/metrics.ts';
import { createBudget } from './tsdb/promql/budget.ts';
import { createEngine } from './tsdb/promql/engine.ts';
import { createScrapeManager, type ScrapeManager } from './tsdb/scrape/manager.ts';
import { hashText } from './tsdb/scrape/slot.ts';
import type { Store } from './tsdb/storage/contract.ts';
import { type MemoryStore, openMemoryStore } from './tsdb/storage/memory/store.ts';
import { allRoutes, type Sources } from './tsdb/web/all-routes.ts';
import { createWeb } from './tsdb/web/server.ts';

const { version } = manifest;
const LIVENESS_PATHS = ['/-/healthy'];

async function main(args: readonly string[]): Promise<void> {
  const asked = readFlags(args);
  if (asked.kind === 'help') console.log(flagsHelp(version));
  else if (asked.kind === 'version') console.log(`mini-tsdb, version ${version}`);
  else await run(asked.flags);
}

async function run(flags: Flags): Promise<void> {
  const log = createLogger(flags.logLevel);
  const stopping = stopSignal((signal) => log.info({ signal }, 'stopping'));
  const first = await readConfigFile(flags.configFile);
  log.info({ version, flags: flags.effective }, 'mini-tsdb starts');
  // Without a listener this signal ends a process, also one that still loads its data.
  process.on('SIGHUP', () => {});
  const gate = await openGate(flags.webConfigFile, LIVENESS_PATHS, log);
  const store = await openMemoryStore({
    log,
    ...(flags.storagePath !== undefined && { path: flags.storagePath }),
    retentionMs: flags.retentionMs,
    retentionBytes: flags.retentionBytes || Number.POSITIVE_INFINITY,
    maxSeries: flags.maxSeries,
  });
  try {
    await serve({ flags, log, stopping, first, gate, store });
  } finally {
    await store.close();
    await gate?.close();
  }
  if (store.diskTrouble() !== undefined) process.exitCode = 1;
  log.info('mini-tsdb stopped');
}

interface Opened {
  readonly flags: Flags;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly first: ConfigFile;
  readonly gate: WebGate | undefined;
  readonly store: MemoryStore;
}

async function serve({ flags, log, stopping, first, gate, store }: Opened): Promise<void> {
  const registry = new Registry();
  const userAgent = `mini-tsdb/${version}`;
  const scraper = createScrapeManager({ store, registry, log, userAgent, seed: hashText(hostname()) });
  const configuration = configure(flags, first, scraper, log);
  const isDiskTroubled = () => store.diskTrouble() !== undefined;
  registerMetrics(registry, { version, configuration, store, isDiskTroubled });
  // What was wrong has been logged.
  process.on('SIGHUP', () => void configuration.reload().catch(() => {}));
  const routes = allRoutes(sourcesOf({ flags, store, scraper, configuration, registry }));
  const web = await createWeb({ version, routes, failed: (err) => log.error({ err }, 'request failed') });
  const server = await startHttpServer(flags.listenAddress, web, { gate });
  log.info({ address: hostPort(server.address.host, server.address.port) }, 'listening');
  try {
    apply(scraper, first, log);
    if (!stopping.aborted) await once(stopping, 'abort');
  } finally {
    await server.stop();
    await scraper.stop();
  }
}

function configure(flags: Flags, first: ConfigFile, scraper: ScrapeManager, log: Logger): Configuration {
  return createConfiguration({
    first,
    now: Date.now,
    read: () => readConfigFile(flags.configFile),
    apply: (file) => apply(scraper, file, log),
    failed: (error) => log.error(`${messageOf(error)}; the last good one stays in force`),
  });
}

function apply(scraper: ScrapeManager, { scrapeConfigs, warnings }: ConfigFile, log: Logger): void {
  for (const warning of warnings) log.warn(warning);
  scraper.apply(scrapeConfigs);
  log.info({ jobs: scrapeConfigs.map(({ jobName }) => jobName) }, 'configuration in force');
}

interface Parts {
  readonly flags: Flags;
  readonly store: Store;
  readonly scraper: ScrapeManager;
  readonly configuration: Configuration;
  readonly registry: Registry;
}

function sourcesOf({ flags, store, scraper, configuration, registry }: Parts): Sources {
  const { lookbackMs, queryTimeoutMs: timeoutMs, queryMaxSamples: maxSamples } = flags;
  const limits = { timeoutMs, maxSamples };
  return {
    engine: createEngine({ store, lookbackMs, maxConcurrency: flags.queryMaxConcurrency, ...limits }),
    store,
    budget: (signal) => createBudget({ ...limits, signal }),
    federation: { lookbackMs, externalLabels: () => configuration.current().global.externalLabels },
    targets: scraper.status,
    metadata: scraper.metadata,
    now: Date.now,
    admin: {
      reload: flags.enableLifecycle ? configuration.reload : undefined,
      metrics: () => registry.metrics(),
    },
    status: {
      version,
      flags: flags.effective,
      config: () => configuration.current().text,
      startTime: Date.now(),
      lastReload: configuration.lastReload,
      retention: formatDuration(flags.retentionMs),
      stats: (top) => store.stats(top),
    },
  };
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 1;
});
