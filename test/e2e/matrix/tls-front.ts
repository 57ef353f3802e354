// TLS in front of a pretend inventory, with a certificate that can be changed while it runs.

import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface TlsFront {
  readonly url: string;
  /** From now on, for every request. */
  use(certificate: Certificate): void;
  stop(): Promise<void>;
}

export type Certificate = 'server' | 'expired';

const FOLDER = 'test/fixtures/tls';
export const CA_FILE = `${FOLDER}/ca.crt`;

/** Starts it on a free port. @param backend where every request is passed on to, `http://host:port`. */
export async function startTlsFront(backend: string): Promise<TlsFront> {
  const server = createServer(read('server'), (incoming, response) => {
    const passed = request(`${backend}${incoming.url}`, { headers: incoming.headers }, (answer) => {
      // Every request makes a connection of its own, so that none is cut when the certificate changes.
      response.writeHead(answer.statusCode ?? 502, { ...answer.headers, connection: 'close' });
      answer.pipe(response);
    });
    passed.once('error', () => response.destroy()).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (certificate) => server.setSecureContext(read(certificate)),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function read(certificate: Certificate): { cert: Buffer; key: Buffer } {
  return {
    cert: readFileSync(`${FOLDER}/${certificate}.crt`),
    key: readFileSync(`${FOLDER}/${certificate}.key`),
  };
}
