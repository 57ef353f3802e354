import type { RequestListener, ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type HttpServer, startHttpServer } from '../../src/lib/http-server.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(listener: RequestListener): Promise<HttpServer> {
  server = await startHttpServer(LOOPBACK, listener);
  return server;
}

function open(to: HttpServer, text: string): Promise<{ socket: Socket; ended: Promise<string> }> {
  return new Promise((resolve) => {
    const socket = connect(to.address.port, '127.0.0.1', () => {
      socket.write(text);
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk.toString();
      });
      socket.on('error', () => {});
      resolve({ socket, ended: new Promise((end) => socket.on('close', () => end(all))) });
    });
  });
}

test('port 0 takes a free port and tells which', async () => {
  const { address } = await start((_, response) => response.end('here'));
  expect(await (await fetch(`http://127.0.0.1:${address.port}`)).text()).toBe('here');
});

test('an empty host listens everywhere', async () => {
  server = await startHttpServer({ host: '', port: 0 }, (_, response) => response.end('here'));
  expect((await fetch(`http://127.0.0.1:${server.address.port}`)).status).toBe(200);
});

describe('an address that cannot be had is said', () => {
  test('when another program listens there', async () => {
    const { address } = await start(() => {});
    await expect(startHttpServer(address, () => {})).rejects.toMatchObject({
      reason: 'listen',
      message: `cannot listen on 127.0.0.1:${address.port}: another program listens there`,
    });
  });

  test.each([
    ['192.0.2.1', '192.0.2.1:0'],
    ['2001:db8::1', '[2001:db8::1]:0'],
  ])('when %s is not of this machine', async (host, shown) => {
    await expect(startHttpServer({ host, port: 0 }, () => {})).rejects.toMatchObject({
      message: expect.stringContaining(`cannot listen on ${shown}: listen E`),
    });
  });
});

test('a head above 16 KiB is refused', async () => {
  const running = await start(() => {});
  const { ended } = await open(running, `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
  expect(await ended).toMatch(/^HTTP\/1.1 431 /);
});

describe('a stop', () => {
  async function startAndAsk(onAsked: (response: ServerResponse) => void) {
    const asked = Promise.withResolvers<ServerResponse>();
    const running = await start((_, response) => asked.resolve(response));
    const client = await open(running, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const response = await asked.promise;
    onAsked(response);
    return { running, response, client };
  }

  test('lets a running answer end, then takes no new connection', async () => {
    const { running, response, client } = await startAndAsk(() => {});
    const stopped = running.stop();
    response.end('whole');
    expect(await client.ended).toMatch(/whole$/);
    await stopped;
    await expect(fetch(`http://127.0.0.1:${running.address.port}`)).rejects.toThrow('fetch failed');
  });

  test('cuts an answer that does not end', async () => {
    const { running, client } = await startAndAsk((response) => void response.write('half'));
    await running.stop();
    expect(await client.ended).toContain('half');
  });
});
