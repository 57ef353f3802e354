// mini-tsdb: the composition root. Makes, wires, starts, and stops in mirror order.

import './lib/node-version.ts';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { formatDuration } from './lib/duration.ts';
import { AppError, messageOf } from './lib/errors.ts';
import { startHttpServer } from './lib/http-server.ts';
import { hostPort, type ListenAddress, loopbackOf } from './lib/listen-address.ts';
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
import type { GrpcServer } from './tsdb/push/grpc/server.ts';
import { openPush, type Push } from './tsdb/push/open-push.ts';
import { createRemoteWrite } from './tsdb/push/remote-write.ts';
import { warnOfOpenDrain } from './tsdb/push/warn-of-doors.ts';
import type { Queue, Writer } from './tsdb/queue/contract.ts';
import { createDirectQueue } from './tsdb/queue/direct.ts';
import { createWriteMetrics, registerQueueMetrics } from './tsdb/queue/metrics.ts';
import type { Outbox } from './tsdb/queue/outbox/contract.ts';
import { openDiskOutbox } from './tsdb/queue/outbox/disk.ts';
import { guardQueue } from './tsdb/queue/outbox/guard-queue.ts';
import { openMemoryOutbox } from './tsdb/queue/outbox/memory.ts';
import { createOutboxMetrics } from './tsdb/queue/outbox/metrics.ts';
import { createPushedFamilies, type PushedFamilies } from './tsdb/queue/pushed-families.ts';
import { createWriter } from './tsdb/queue/writer.ts';
import { createScrapeManager, type ScrapeManager } from './tsdb/scrape/manager.ts';
import { hashText } from './tsdb/scrape/slot.ts';
import type { Store } from './tsdb/storage/contract.ts';
import { openMemoryStore } from './tsdb/storage/memory/store.ts';
import { allRoutes, type Sources } from './tsdb/web/all-routes.ts';
import { createInventorySd, type InventorySd } from './tsdb/web/inventory-sd.ts';
import { readPageFiles } from './tsdb/web/page-files.ts';
import { createWeb } from './tsdb/web/server.ts';

const { version } = manifest;
const LIVENESS_PATHS = ['/-/healthy'];
// Beside the bundle; of the sources where the bundle would be.
const PAGES_FOLDER = join(import.meta.dirname, import.meta.filename.endsWith('.ts') ? '../dist/ui' : 'ui');

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
  const registry = new Registry();
  const { store, isDiskTroubled } = await openStore(flags, registry, stopping, log);
  try {
    await serve({ flags, log, stopping, first, gate, registry, store, isDiskTroubled });
  } finally {
    await store.close();
    await gate?.close();
  }
  if (isDiskTroubled()) process.exitCode = 1;
  log.info('mini-tsdb stopped');
}

interface Opened extends OpenedStore {
  readonly flags: Flags;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly first: ConfigFile;
  readonly gate: WebGate | undefined;
  readonly registry: Registry;
}

async function serve({
  flags,
  log,
  stopping,
  first,
  gate,
  registry,
  store,
  isDiskTroubled,
}: Opened): Promise<void> {
  const userAgent = `mini-tsdb/${version}`;
  const scraper = createScrapeManager({ store, registry, log, userAgent, seed: hashText(hostname()) });
  const configuration = configure(flags, first, scraper, log);
  registerMetrics(registry, { version, configuration, store, isDiskTroubled });
  // What was wrong has been logged.
  process.on('SIGHUP', () => void configuration.reload().catch(() => {}));
  const families = createPushedFamilies();
  const inventorySd = createInventorySd(flags.inventorySd, { userAgent });
  const outbox = await openOutbox(flags, registry, log);
  const queue = await openQueue({ flags, store, outbox, families, registry, log });
  try {
    const behindUsers = (gate?.current().users.size ?? 0) > 0;
    if (outbox !== undefined && !behindUsers) warnOfOpenDrain(flags.listenAddress, log);
    const push = openPush({
      flags: flags.push,
      queue,
      registry,
      log,
      addresses: doorsOf(flags),
      behindUsers,
    });
    const failed = (err: unknown) => log.error({ err }, 'request failed');
    const pages = await readPageFiles(PAGES_FOLDER);
    const parts = {
      ...{ flags, store, scraper, configuration, registry, push, outbox, families, failed },
      ...{ inventorySd, queue, isDiskTroubled },
    };
    const routes = allRoutes({ ...sourcesOf(parts), pages });
    const web = await createWeb({ version, routes, failed });
    const server = await startHttpServer(flags.listenAddress, web, { gate });
    const address = hostPort(server.address.host, server.address.port);
    log.info({ address, ...(pages.size > 0 && { pages: firstPage(server.address, gate) }) }, 'listening');
    let grpc: GrpcServer | undefined;
    try {
      grpc = await openGrpc(flags, gate, push, log);
      apply(scraper, first, log);
      if (!stopping.aborted) await once(stopping, 'abort');
    } finally {
      await grpc?.stop();
      await server.stop();
    }
  } finally {
    inventorySd.close();
    await queue.close();
    await outbox?.close();
    await scraper.stop();
  }
}

async function openQueue({ flags, store, outbox, families, registry, log }: QueueParts): Promise<Queue> {
  const written = createWriteMetrics(registry);
  const write = createWriter({ store, outbox, written, described: families.describe });
  const queue =
    flags.queue.engine === 'redis'
      ? await openRedisQueue(flags, write, registry, log)
      : createDirectQueue({ write });
  registerQueueMetrics(registry, queue);
  return outbox === undefined ? queue : guardQueue(queue, outbox);
}

interface QueueParts extends Pick<Parts, 'flags' | 'store' | 'outbox' | 'families' | 'registry'> {
  readonly log: Logger;
}

/** Where pushed samples wait to be handed over; undefined when they are not. */
async function openOutbox(flags: Flags, registry: Registry, log: Logger): Promise<Outbox | undefined> {
  const { enableDrain, path, maxSamples: mostSamples, maxSize: mostBytes } = flags.export;
  if (!enableDrain) return undefined;
  const { dropped, observe } = createOutboxMetrics(registry);
  const options = { mostSamples, mostBytes, retentionMs: flags.retentionMs, log, dropped };
  if (flags.queue.engine === 'redis') {
    const { openOutboxOfFlags } = await import('./tsdb/queue/redis/open.ts');
    return observe(await openOutboxOfFlags(flags.queue, { ...options, consumer: consumerOf(flags) }));
  }
  return observe(path === undefined ? openMemoryOutbox(options) : await openDiskOutbox({ ...options, path }));
}

// Its client is loaded only when it is needed.
async function openRedisQueue(flags: Flags, writer: Writer, registry: Registry, log: Logger): Promise<Queue> {
  const { openQueueOfFlags } = await import('./tsdb/queue/redis/open.ts');
  return openQueueOfFlags(flags.queue, { writer, registry, log, consumer: consumerOf(flags) });
}

// The same after a restart, and another for each process of a machine.
function consumerOf({ listenAddress: { port } }: Flags): string {
  return `${hostname()}:${port || process.pid}`;
}

/** Where a person on this machine looks first. */
function firstPage(address: ListenAddress, gate: WebGate | undefined): string {
  const { host, port } = loopbackOf(address);
  return `${gate?.current().tls === undefined ? 'http' : 'https'}://${hostPort(host, port)}/targets`;
}

/** Where samples can be pushed. */
function doorsOf({ enablePush, enableRemoteWrite, listenAddress, grpcAddress }: Flags): ListenAddress[] {
  return [enablePush || enableRemoteWrite ? listenAddress : [], grpcAddress ?? []].flat();
}

interface OpenedStore {
  readonly store: Store;
  readonly isDiskTroubled: () => boolean;
}

async function openStore(
  flags: Flags,
  registry: Registry,
  stopping: AbortSignal,
  log: Logger,
): Promise<OpenedStore> {
  const { retentionMs, postgresUrlFile: urlFile } = flags;
  if (urlFile !== undefined) {
    // Loaded only when it is needed.
    const { openPostgresStore } = await import('./tsdb/storage/postgres/store.ts');
    const store = await openPostgresStore({ urlFile, retentionMs, log, registry, stopping });
    return { store, isDiskTroubled: () => false };
  }
  const store = await openMemoryStore({
    log,
    ...(flags.storagePath !== undefined && { path: flags.storagePath }),
    retentionMs,
    retentionBytes: flags.retentionBytes || Number.POSITIVE_INFINITY,
    maxSeries: flags.maxSeries,
  });
  return { store, isDiskTroubled: () => store.diskTrouble() !== undefined };
}

// Loaded only when it is needed.
async function openGrpc(
  { grpcAddress: address }: Flags,
  gate: WebGate | undefined,
  push: Push,
  log: Logger,
): Promise<GrpcServer | undefined> {
  if (address === undefined) return undefined;
  const { startGrpcServer } = await import('./tsdb/push/grpc/server.ts');
  const failed = (err: unknown) => log.error({ err }, 'call failed');
  const grpc = await startGrpcServer({ address, gate, ...push, failed });
  log.info({ address: hostPort(grpc.address.host, grpc.address.port) }, 'listening for gRPC');
  return grpc;
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
  readonly push: Push;
  readonly outbox: Outbox | undefined;
  readonly families: PushedFamilies;
  readonly inventorySd: InventorySd;
  readonly queue: Queue;
  readonly isDiskTroubled: () => boolean;
  /** Told of faults of ours while a request is answered. */
  readonly failed: (error: unknown) => void;
}

function sourcesOf(parts: Parts): Sources {
  const { flags, store, scraper, configuration, registry, push, outbox, families, inventorySd, failed } =
    parts;
  const pushed = families.all;
  const externalLabels = () => configuration.current().global.externalLabels;
  const { lookbackMs, queryTimeoutMs: timeoutMs, queryMaxSamples: maxSamples } = flags;
  const limits = { timeoutMs, maxSamples };
  return {
    engine: createEngine({ store, lookbackMs, maxConcurrency: flags.queryMaxConcurrency, ...limits }),
    store,
    budget: (signal) => createBudget({ ...limits, signal }),
    federation: { lookbackMs, pushed, externalLabels },
    targets: scraper.status,
    metadata: () => scraper.metadata(pushed()),
    inventorySd,
    push: flags.enablePush ? push : undefined,
    remoteWrite: flags.enableRemoteWrite ? { ...push, read: createRemoteWrite(registry) } : undefined,
    drain: outbox && { outbox, pushed, externalLabels, failed },
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
    ingest: ingestOf(parts),
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

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 1;
});
