// The proxy's listener. Everything a client may hold is bounded; what is no plain GET or HEAD is refused here.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { AppError, codeOf, messageOf } from '../../src/lib/errors.ts';
import { hostPort, type ListenAddress } from '../../src/lib/listen-address.ts';
import { refuse } from './refuse.ts';

/** Times in milliseconds. */
export const SERVER_LIMITS = {
  // A scraper may keep one connection per target.
  connections: 16_384,
  headerBytes: 16_384,
  /** From a request's first byte, or the connection's begin, to the end of its head. */
  headMs: 10_000,
  checkEveryMs: 1_000,
  /** Between two requests; longer than the usual scrape intervals. */
  idleMs: 120_000,
  /** Without a byte in either direction while an answer is owed. */
  stuckMs: 120_000,
  stopMs: 2_000,
};

const CLOSE = { connection: 'close' };

export interface FleetServer {
  connections(): Promise<number>;
  /**
   * Starts to answer. @returns where it really listens; differs from what was asked for port 0.
   * @throws AppError `listen` when the address is taken, not ours, or not allowed.
   */
  listen(address: ListenAddress, onRequest: RequestListener): Promise<ListenAddress>;
  /** Takes no new connection, lets running answers end (at most 2 s), then cuts the rest. */
  stop(): Promise<void>;
}

export function createFleetServer(limits = SERVER_LIMITS): FleetServer {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headMs,
    requestTimeout: limits.headMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: limits.idleMs,
    noDelay: true,
  });
  server.maxConnections = limits.connections;
  server.timeout = limits.stuckMs;
  server.on('checkContinue', refuseExpectation);
  server.on('checkExpectation', refuseExpectation);
  server.on('connect', refuseTunnel);
  return {
    connections: promisify(server.getConnections.bind(server)),
    async listen(address, onRequest) {
      server.on('request', onlyPlainReads(onRequest));
      await listen(server, address);
      return { host: address.host, port: (server.address() as AddressInfo).port };
    },
    stop: () => stop(server, limits.stopMs),
  };
}

// The connection ends: what may follow is a body that nobody reads.
function onlyPlainReads(onRequest: RequestListener): RequestListener {
  return (request, response) => {
    if (request.httpVersionMajor !== 1) return refuse(response, 505, 'HTTP/1.1 is spoken here', CLOSE);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return refuse(response, 405, 'only GET and HEAD are answered here', { ...CLOSE, allow: 'GET, HEAD' });
    if (hasBody(request)) return refuse(response, 400, 'a request with a body is not answered here', CLOSE);
    onRequest(request, response);
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

const refuseExpectation: RequestListener = (_request, response) =>
  refuse(response, 417, 'nothing is expected here', CLOSE);

// A connection that asked for a tunnel is no longer the server's: it is ended here, also when the client stays.
function refuseTunnel(_request: IncomingMessage, socket: Duplex): void {
  const cut = setTimeout(() => socket.destroy(), 1_000);
  socket.on('error', () => {});
  socket.on('close', () => clearTimeout(cut));
  socket.resume();
  socket.end(
    'HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
  );
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  server.listen(host === '' ? { port } : { host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const why = codeOf(cause) === 'EADDRINUSE' ? 'another program listens there' : messageOf(cause);
    throw new AppError('listen', `cannot listen on ${hostPort(host, port)}: ${why}`, { cause });
  }
}

async function stop(server: Server, boundMs: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), boundMs);
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}
