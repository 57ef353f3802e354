// A port that nobody listens on.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Asks the system for a free port on 127.0.0.1. Another program may take it before it is used: be ready to ask again. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
