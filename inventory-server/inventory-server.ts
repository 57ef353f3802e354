// The inventory server as a value: start it in a test, in the demo or as a program of its own.

import packageJson from '../package.json' with { type: 'json' };
import { startHttpServer } from '../src/lib/http-server.ts';
import type { ListenAddress } from '../src/lib/listen-address.ts';
import type { Logger } from '../src/lib/log.ts';
import { serveRoutes } from '../src/lib/routes.ts';
import { adminRoutes } from './admin.ts';
import { createBodyCache } from './body-cache.ts';
import type { Config } from './config.ts';
import { createFaultTable } from './faults.ts';
import { inventoryListener } from './inventory.ts';
import { createSensorList } from './list.ts';
import { createMetrics } from './metrics.ts';

/** Enough for every form of a million sensors, plain and compressed. */
const CACHE_LIMITS = { bodies: 64, bytes: 384 * 2 ** 20 };

export type InventoryServerSettings = Omit<Config, 'logLevel'>;

export interface InventoryServer {
  /** Where it really listens; differs from the setting for port 0. */
  readonly address: ListenAddress;
  readonly adminAddress: ListenAddress;
  /** Ends every faulty answer, then both servers. */
  stop(): Promise<void>;
}

/** @throws AppError `listen` when one of the addresses cannot be had; nothing is left running then. */
export async function startInventoryServer(
  settings: InventoryServerSettings,
  log: Logger,
): Promise<InventoryServer> {
  const endpoint = { port: settings.sensorPort, path: settings.sensorPath };
  const list = createSensorList(settings.sensors, Date.now);
  const faults = createFaultTable();
  const cache = createBodyCache(CACHE_LIMITS);
  const metrics = createMetrics(list, faults, packageJson.version);
  const stopping = new AbortController();
  const shared = { list, faults, cache, endpoint, log };
  const listener = inventoryListener({
    ...shared,
    pageSize: settings.pageSize,
    metrics,
    now: Date.now,
    stopping: stopping.signal,
  });
  const inventory = await startHttpServer(settings.listenAddress, listener);
  const admin = await startHttpServer(
    settings.adminAddress,
    serveRoutes(adminRoutes(shared), (err) => log.error({ err }, 'admin request failed')),
  ).catch(async (error: unknown) => {
    await inventory.stop();
    throw error;
  });
  return {
    address: inventory.address,
    adminAddress: admin.address,
    async stop() {
      await admin.stop();
      stopping.abort();
      await inventory.stop();
    },
  };
}
