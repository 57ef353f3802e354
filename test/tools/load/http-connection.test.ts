import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { openHttpConnection } from '../../../tools/load/http-connection.ts';

const parcel = { bytes: Buffer.from('{}'), samples: 1 };
const never = new AbortController().signal;
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers each request by this, and what it was sent. */
async function answering(answer: (socket: Socket) => unknown) {
  const seen: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      seen.push(String(chunk));
      void answer(socket);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const door = openHttpConnection(`http://127.0.0.1:${port}`, 'json', 'me');
  return { door, seen, connections: () => connections, port };
}

const OK = 'HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}';

test('asks again and again over one connection, with all that the door wants', async () => {
  const { door, seen, connections, port } = await answering((socket) => socket.write(OK));
  for (let i = 0; i < 3; i += 1)
    expect(await door.send(parcel, never)).toMatchObject({ fate: 'taken', status: '201' });
  expect(connections()).toBe(1);
  expect(seen[2]).toBe(
    `POST /v1/metrics HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\nauthorization: Bearer me\r\ncontent-length: 2\r\n\r\n{}`,
  );
  await door.close();
});

test('an answer in pieces is read whole, with what it asks for', async () => {
  const { door } = await answering(async (socket) => {
    for (const piece of [
      'HTTP/1.1 429 Too Many\r\nRetry-Af',
      'ter: 3\r\ncontent-length: 15\r\n\r',
      '\n{"error":',
      '"no!"}',
    ]) {
      socket.write(piece);
      await turn();
    }
  });
  expect(await door.send(parcel, never)).toEqual({
    fate: 'again',
    status: '429',
    why: 'no!',
    retryAfterMs: 3000,
  });
  await door.close();
});

test('204 has no body', async () => {
  const { door } = await answering((socket) => socket.write('HTTP/1.1 204 No Content\r\n\r\n'));
  expect(await door.send(parcel, never)).toMatchObject({ fate: 'taken', status: '204' });
  expect(await door.send(parcel, never)).toMatchObject({ status: '204' });
  await door.close();
});

test('after a connection that the server ends comes a new one', async () => {
  const last = OK.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n');
  const { door, connections } = await answering((socket) => socket.end(last));
  for (let i = 0; i < 2; i += 1) expect(await door.send(parcel, never)).toMatchObject({ fate: 'taken' });
  expect(connections()).toBe(2);
  await door.close();
});

test.each([
  ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', 'UNKNOWN_ANSWER'],
  ['SSH-2.0\r\n\r\n', 'UNKNOWN_ANSWER'],
  ['x'.repeat(2_000_000), 'UNKNOWN_ANSWER'],
])('what is no answer that it knows is a failure: %#', async (text, status) => {
  const { door } = await answering((socket) => socket.write(text));
  expect(await door.send(parcel, never)).toMatchObject({ fate: 'again', status });
  await door.close();
});

test('a connection that breaks is a failure, and the next request opens another', async () => {
  let first = true;
  const { door } = await answering((socket) => {
    if (!first) return socket.write(OK);
    first = false;
    return socket.destroy();
  });
  expect(await door.send(parcel, never)).toMatchObject({ fate: 'again', status: 'ECONNRESET' });
  expect(await door.send(parcel, never)).toMatchObject({ fate: 'taken' });
  await door.close();
});

test('what is broken off, or closed, is answered for', async () => {
  const { door } = await answering(() => {});
  const breaking = new AbortController();
  const sent = door.send(parcel, breaking.signal);
  breaking.abort();
  expect(await sent).toMatchObject({ status: 'ABORTED' });
  expect(await door.send(parcel, breaking.signal)).toMatchObject({ status: 'ABORTED' });
  const open = door.send(parcel, never);
  await door.close();
  expect(await open).toMatchObject({ status: 'CLOSED' });
});
