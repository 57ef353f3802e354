// Ports on loopback: the usual one when nobody has it, else any free one.

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

export const HOST = '127.0.0.1';

/** @returns `usual` when it can be had now. Another program may take it before it is used: be ready to ask again. */
export async function usualOrFree(usual: number): Promise<number> {
  return probe(usual).catch(freePort);
}

/** @returns a port that the system says is free. */
export async function freePort(): Promise<number> {
  return probe(0);
}

async function probe(port: number): Promise<number> {
  const server = createServer().listen(port, HOST);
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  server.close();
  await once(server, 'close');
  return bound;
}
