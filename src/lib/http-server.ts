// The listener of our programs: socket, TLS, limits, timeouts and a clean stop. Who may ask what is the gate's.

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { createPlaces, type PlaceLimits } from './connection-places.ts';
import { AppError, codeOf, messageOf } from './errors.ts';
import { hostPort, type ListenAddress } from './listen-address.ts';
import { boundHandshakes, boundReaders, boundRequests } from './slow-connections.ts';
import type { WebGate } from './web-gate.ts';

/** Bounds on what a client may hold. Times in milliseconds. */
const LIMITS = {
  connections: 512,
  connectionsPerAddress: 128,
  connectionsForLoopback: 32,
  /** Of one connection, sent before the first is answered. */
  requestsAhead: 32,
  headerBytes: 16_384,
  headers: 100,
  handshakeTimeoutMs: 10_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  readTimeoutMs: 60_000,
  keepAliveTimeoutMs: 65_000,
  stopTimeoutMs: 3_000,
  /** How often the two timeouts of a request are looked at: connections that send nothing must not hold their places for long. */
  checkMs: 1_000,
};

export interface HttpServerOptions {
  /** Absent: plain HTTP for everybody. */
  readonly gate?: WebGate | undefined;
  readonly limits?: Partial<typeof LIMITS>;
}

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
  { gate, limits: changed }: HttpServerOptions = {},
): Promise<HttpServer> {
  const limits = { ...LIMITS, ...changed };
  const guarded = boundRequests(gate?.guard(onRequest) ?? onRequest, limits.requestsAhead);
  const isSecure = gate?.current().tls !== undefined;
  const server = isSecure ? await secureServer(guarded, limits, gate) : plainServer(guarded, limits);
  const open = boundConnections(server, limits);
  server.maxHeadersCount = limits.headers;
  server.headersTimeout = limits.headersTimeoutMs;
  server.requestTimeout = limits.requestTimeoutMs;
  await listen(server, address);
  const bound = server.address() as AddressInfo;
  return {
    address: { host: address.host, port: bound.port },
    stop: () => stop(server, open, limits.stopTimeoutMs),
  };
}

type Limits = typeof LIMITS;

function httpOptions(limits: Limits) {
  return {
    maxHeaderSize: limits.headerBytes,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkMs,
  };
}

function plainServer(onRequest: RequestListener, limits: Limits): Server {
  const server = createServer(httpOptions(limits), onRequest);
  boundReaders(server, 'connection', limits.readTimeoutMs);
  return server;
}

// Loaded only when it is needed.
async function secureServer(onRequest: RequestListener, limits: Limits, gate: WebGate): Promise<Server> {
  const { createTlsServer } = await import('./tls-server.ts');
  const server = createTlsServer(gate, onRequest, httpOptions(limits));
  boundHandshakes(server, limits.handshakeTimeoutMs);
  boundReaders(server, 'secureConnection', limits.readTimeoutMs);
  return server;
}

/** What has no place is cut before anything else sees it. @returns the connections that are open. */
export function boundConnections(server: NetServer, limits: PlaceLimits): ReadonlySet<Socket> {
  const places = createPlaces(limits);
  const open = new Set<Socket>();
  const serve = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const leave = places.take(socket.remoteAddress ?? '');
    if (leave === undefined) {
      socket.destroy();
      return;
    }
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      leave();
    });
    for (const listener of serve) listener.call(server, socket);
  });
  return open;
}

/** @throws AppError `listen`. */
export function listen(server: NetServer, { host, port }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const why = codeOf(cause) === 'EADDRINUSE' ? 'another program listens there' : messageOf(cause);
      reject(new AppError('listen', `cannot listen on ${hostPort(host, port)}: ${why}`, { cause }));
    });
    server.listen(host === '' ? { port } : { host, port }, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

async function stop(server: Server, open: ReadonlySet<Socket>, boundMs: number): Promise<void> {
  // Those in the middle of a handshake too, of which Node's HTTP server does not know.
  const cut = setTimeout(() => {
    for (const socket of open) socket.destroy();
  }, boundMs);
  // A connection that was kept alive becomes idle when its answer ends, and Node would then wait for its timeout.
  const sweep = setInterval(() => server.closeIdleConnections(), 50);
  await new Promise((resolve) => server.close(resolve));
  clearTimeout(cut);
  clearInterval(sweep);
}
