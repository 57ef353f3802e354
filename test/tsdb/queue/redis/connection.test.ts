// A connection to Redis that is given up.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConnection } from '../../../../src/tsdb/queue/redis/connection.ts';

let server: Server;
let url: string;

beforeAll(async () => {
  // Takes connections and says nothing.
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test('closed while its socket connects, it leaves none open', async () => {
  const accepted = once(server, 'connection');
  const connection = openConnection({ url: async () => url, name: 'short', answerMs: 5000, retryMs: 5000 });
  // The socket exists, and no turn of the loop has told that it is connected.
  await turn();
  await connection.close();
  const [socket] = (await accepted) as [Socket];
  socket.resume();
  await once(socket, 'close');
  expect(connection.isUp).toBe(false);
});
