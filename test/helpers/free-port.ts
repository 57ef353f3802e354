// A port that nobody listens on.

import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Above what has a name and what fetch refuses, below what systems give to those who ask for any port: of those, one
 * that was free a moment ago may be the end of somebody's connection now.
 */
const FIRST = 11_000;
const LAST = 31_999;
const TRIES = 100;

/** Finds a port that is free on 127.0.0.1, by chance, so that files which run side by side do not meet. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${TRIES} ports from ${FIRST} to ${LAST} is free`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
