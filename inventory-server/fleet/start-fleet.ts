// The sensor fleet as one value: made, wired and started here, stopped in mirror order.

import type { RequestListener } from 'node:http';
import { hostPort, type ListenAddress } from '../../src/lib/listen-address.ts';
import type { Logger } from '../../src/lib/log.ts';
import { createBodies } from './bodies.ts';
import { createEndpoints } from './endpoints.ts';
import { createListWatch } from './list-watch.ts';
import { createMetrics } from './metrics.ts';
import { createSensorProxy } from './sensor-proxy.ts';
import { createServed } from './served.ts';
import { createFleetServer, SERVER_LIMITS } from './server.ts';
import type { FleetSettings } from './settings.ts';
import { WINDOW_MS } from './window.ts';

export interface Fleet {
  /** Where it really listens; differs from what was asked for port 0. */
  readonly address: ListenAddress;
  stop(): Promise<void>;
}

/** What tests replace. */
export interface FleetOptions {
  /** Unix time in milliseconds; the samples follow it. */
  readonly now?: () => number;
  readonly limits?: Partial<typeof SERVER_LIMITS>;
}

/**
 * Starts to listen and to follow the inventory; /healthz says when a list stands.
 * @throws AppError `listen`.
 */
export async function startFleet(
  settings: FleetSettings,
  logger: Logger,
  { now = Date.now, limits = {} }: FleetOptions = {},
): Promise<Fleet> {
  const { listenAddress, adminUrl, listIntervalMs, listFile, seed, slowDelayMs } = settings;
  const server = createFleetServer({
    ...SERVER_LIMITS,
    stuckMs: SERVER_LIMITS.stuckMs + slowDelayMs,
    ...limits,
  });
  const watch = createListWatch({ adminUrl, intervalMs: listIntervalMs, file: listFile }, logger);
  const bodies = createBodies(seed);
  const served = createServed();
  const proxy = createSensorProxy(settings, { list: watch.current, bodies, served, now });
  const registry = createMetrics({ proxy, bodies, watch, connections: server.connections });
  const own = createEndpoints(watch, served, registry, (error) =>
    logger.error({ err: error }, 'cannot answer'),
  );
  const address = await server.listen(listenAddress, byForm(own, proxy.handle));
  watch.start();
  const expiry = setInterval(() => bodies.expire(now()), WINDOW_MS);
  logger.info({ address: hostPort(address.host, address.port) }, 'sensor fleet listens');
  return {
    address,
    async stop() {
      clearInterval(expiry);
      await watch.stop();
      proxy.stop();
      await server.stop();
    },
  };
}

/** The origin form asks the fleet itself, the absolute form one of its sensors. */
function byForm(own: RequestListener, proxy: RequestListener): RequestListener {
  return (request, response) => (request.url?.startsWith('/') ? own : proxy)(request, response);
}
