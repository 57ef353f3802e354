// mini-tsdb: the composition root. Makes, wires, starts, and stops in mirror order.

import './lib/node-version.ts';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import manifest from '../package.json' with { type: 'json' };
import { AppError } from './lib/errors.ts';
import { startHttpServer } from './lib/http-server.ts';
import { hostPort } from './lib/listen-address.ts';
import { createLogger, type Logger } from './lib/log.ts';
import { openGate } from './lib/open-gate.ts';
import { stopSignal } from './lib/stop-signal.ts';
import { type ConfigFile, readConfigFile } from './tsdb/config/config-file.ts';
import { type Flags, flagsHelp, readFlags } from './tsdb/config/flags.ts';
import { registerMetrics } from './tsdb/metrics.ts';
import { openPush, type Push } from './tsdb/push/open-push.ts';
import { warnOfOpenDrain } from './tsdb/push/warn-of-doors.ts';
import { createPushedFamilies } from './tsdb/queue/pushed-families.ts';
import { createScrapeManager } from './tsdb/scrape/manager.ts';
import { hashText } from './tsdb/scrape/slot.ts';
import { allRoutes } from './tsdb/web/all-routes.ts';
import { createInventorySd } from './tsdb/web/inventory-sd.ts';
import { readPageFiles } from './tsdb/web/page-files.ts';
import { createWeb } from './tsdb/web/server.ts';
import { doorsOf, firstPage } from './tsdb/wiring/addresses.ts';
import { openGrpc } from './tsdb/wiring/grpc.ts';
import { openOutbox } from './tsdb/wiring/outbox.ts';
import { openQueue } from './tsdb/wiring/queue.ts';
import { configure, putInForce } from './tsdb/wiring/scraping.ts';
import { sourcesOf } from './tsdb/wiring/sources.ts';
import { openStore } from './tsdb/wiring/store.ts';

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
  for (const warning of flags.warnings) log.warn(warning);
  // Without a listener this signal ends a process, also one that still loads its data.
  process.on('SIGHUP', () => {});
  try {
    const isDiskTroubled = await serve({ flags, log, stopping, first });
    if (isDiskTroubled()) process.exitCode = 1;
  } catch (error) {
    // What the start waited for did not come, and is not needed any more.
    if (!stopping.aborted || error !== stopping.reason) throw error;
  }
  log.info('mini-tsdb stopped');
}

interface Start {
  readonly flags: Flags;
  readonly log: Logger;
  readonly stopping: AbortSignal;
  readonly first: ConfigFile;
}

/** Until it is told to stop; then everything is closed, the last opened first. */
async function serve(start: Start): Promise<() => boolean> {
  await using opened = new AsyncDisposableStack();
  const parts = await openParts(start, opened);
  await openDoors(parts, opened);
  const { first, stopping, log } = start;
  putInForce(first, parts.scraper, log);
  if (!stopping.aborted) await once(stopping, 'abort');
  return parts.isDiskTroubled;
}

type Parts = Awaited<ReturnType<typeof openParts>>;

async function openParts({ flags, log, stopping, first }: Start, opened: AsyncDisposableStack) {
  const gate = await openGate(flags.webConfigFile, LIVENESS_PATHS, log);
  opened.defer(() => gate?.close());
  const registry = new Registry();
  const { store, isDiskTroubled } = await openStore({ flags, registry, stopping, log });
  opened.defer(() => store.close());
  const userAgent = `mini-tsdb/${version}`;
  const scraper = createScrapeManager({ store, registry, log, userAgent, seed: hashText(hostname()) });
  opened.defer(() => scraper.stop());
  const configuration = configure({ flags, first, scraper, log });
  registerMetrics(registry, { version, configuration, store, isDiskTroubled });
  // What was wrong has been logged.
  process.on('SIGHUP', () => void configuration.reload().catch(() => {}));
  const families = createPushedFamilies();
  const outbox = await openOutbox({ flags, registry, log });
  opened.defer(() => outbox?.close());
  const queue = await openQueue({ flags, store, outbox, families, registry, log });
  opened.defer(() => queue.close());
  const inventorySd = createInventorySd(flags.inventorySd, { userAgent });
  opened.defer(() => inventorySd.close());
  const parts = { version, flags, log, gate, registry, store, isDiskTroubled, scraper, configuration };
  return { ...parts, families, outbox, queue, inventorySd };
}

async function openDoors(parts: Parts, opened: AsyncDisposableStack): Promise<void> {
  const { flags, log, gate } = parts;
  const push = openPushOf(parts);
  const failed = (err: unknown) => log.error({ err }, 'request failed');
  const pages = await readPageFiles(PAGES_FOLDER);
  const routes = allRoutes({ ...sourcesOf({ ...parts, push, failed }), pages });
  const web = await createWeb({ version, routes, failed });
  const server = await startHttpServer(flags.listenAddress, web, { gate });
  opened.defer(() => server.stop());
  const address = hostPort(server.address.host, server.address.port);
  log.info({ address, ...(pages.size > 0 && { pages: firstPage(server.address, gate) }) }, 'listening');
  const grpc = await openGrpc({ flags, gate, push, log });
  opened.defer(() => grpc?.stop());
}

function openPushOf({ flags, queue, outbox, registry, log, gate }: Parts): Push {
  const behindUsers = (gate?.current().users.size ?? 0) > 0;
  if (outbox !== undefined && !behindUsers) warnOfOpenDrain(flags.listenAddress, log);
  const asksCertificates = (gate?.current().clientAuth ?? 'none') !== 'none';
  const addresses = doorsOf(flags);
  return openPush({ flags: flags.push, queue, registry, log, addresses, behindUsers, asksCertificates });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof AppError ? error.message : error);
  process.exitCode = 1;
});
