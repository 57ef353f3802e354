// The listener of our programs: socket, limits, timeouts and a clean stop.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, codeOf, messageOf } from './errors.ts';
import type { ListenAddress } from './listen-address.ts';

/** Bounds on what a client may hold. Times in milliseconds. */
const LIMITS = {
  connections: 512,
  headerBytes: 16_384,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  stopTimeoutMs: 3_000,
  /** How often the two timeouts of a request are looked at: connections that send nothing must not hold their places for long. */
  checkMs: 1_000,
};

export interface HttpServer {
  /** Where it really listens; differs from what was asked for port 0. */
  readonly address: ListenAddress;
  /** Takes no new connection, lets running answers end (at most 3 s), then cuts the rest. */
  stop(): Promise<void>;
}

/**
 * Starts to listen.
 * @throws AppError `listen` when the address is taken, not ours, or not allowed.
 */
export async function startHttpServer(
  address: ListenAddress,
  onRequest: RequestListener,
): Promise<HttpServer> {
  const server = createServer(
    {
      maxHeaderSize: LIMITS.headerBytes,
      keepAliveTimeout: LIMITS.keepAliveTimeoutMs,
      connectionsCheckingInterval: LIMITS.checkMs,
    },
    onRequest,
  );
  server.maxConnections = LIMITS.connections;
  server.headersTimeout = LIMITS.headersTimeoutMs;
  server.requestTimeout = LIMITS.requestTimeoutMs;
  await listen(server, address);
  const bound = server.address() as AddressInfo;
  return { address: { host: address.host, port: bound.port }, stop: () => stop(server) };
}

function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const why = codeOf(cause) === 'EADDRINUSE' ? 'another program listens there' : messageOf(cause);
      reject(new AppError('listen', `cannot listen on ${host}:${port}: ${why}`, { cause }));
    });
    server.listen(host === '' ? { port } : { host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

async function stop(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), LIMITS.stopTimeoutMs);
  // A connection that was kept alive becomes idle when its answer ends, and Node would then wait for its timeout.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
  clearInterval(sweep);
}
