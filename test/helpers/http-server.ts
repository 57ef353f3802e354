// A server on a free port of loopback that answers as a test tells it.

import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';

export interface TestServer {
  /** `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts to answer; `stop` cuts what is still open. */
export function startTestServer(listener: RequestListener): Promise<TestServer> {
  return start(createServer(listener), 'http');
}

/** The same over TLS, with the certificate `name` of the fixtures. */
export function startTlsServer(
  name: string,
  listener: RequestListener,
  options: TlsOptions = {},
): Promise<TestServer> {
  const pair = { cert: tlsFixture(`${name}.crt`), key: tlsFixture(`${name}.key`) };
  return start(createTlsServer({ ...pair, ...options }, listener), 'https');
}

/** A file of test/fixtures/tls. */
export function tlsFixture(name: string): string {
  return readFileSync(tlsFixturePath(name), 'latin1');
}

export function tlsFixturePath(name: string): string {
  return new URL(`../fixtures/tls/${name}`, import.meta.url).pathname;
}

async function start(server: Server, scheme: string): Promise<TestServer> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const { port } = server.address() as AddressInfo;
  return { url: `${scheme}://127.0.0.1:${port}`, port, stop };
}
