import type { RequestListener } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClientOptions, type RequestOptions } from '../../src/lib/http-client.ts';
import type { Resolve } from '../../src/lib/http-client-lookup.ts';
import { startTestServer } from '../helpers/http-server.ts';

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = await startTestServer(listener);
  stops.push(server.stop);
  return `${server.url}/list`;
}

async function serveRaw(onSocket: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => onSocket(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(async () => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
}

function get(url: string, options: Partial<RequestOptions> = {}) {
  const client = createHttpClient();
  stops.push(() => client.close());
  const signal = new AbortController().signal;
  return client.get(url, { headers: {}, maxBytes: 1000, signal, ...options });
}

describe('a body', () => {
  const f = (encoding: string, encode: (text: string) => Buffer) =>
    test(`is read in the encoding ${encoding}`, async () => {
      const url = await serve((_, response) => {
        response.setHeader('content-encoding', encoding);
        response.end(encode('["a"]'));
      });
      const { status, body } = await get(url);
      expect([status, body.toString()]).toEqual([200, '["a"]']);
    });
  f('identity', Buffer.from);
  f('gzip', gzipSync);
  f('x-gzip', gzipSync);
  f('BR', brotliCompressSync);

  test('may be told in pieces, within its bound, and is then not kept', async () => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('["a"]'));
    });
    const pieces: string[] = [];
    const onPiece = (piece: Buffer) => void pieces.push(piece.toString());
    expect((await get(url, { onPiece })).body).toHaveLength(0);
    expect(pieces.join('')).toBe('["a"]');
    await expect(get(url, { onPiece, maxBytes: 4 })).rejects.toMatchObject({ reason: 'too_large' });
    const refuse = () => {
      throw new Error('no such list');
    };
    await expect(get(url, { onPiece: refuse })).rejects.toThrow('no such list');
  });

  test('is not read unless the status is 200', async () => {
    const url = await serve((_, response) => response.writeHead(503, { 'retry-after': '3' }).end('sorry'));
    const answer = await get(url);
    expect([answer.status, answer.headers['retry-after'], answer.body.length]).toEqual([503, '3', 0]);
  });

  test('may be as large as the bound and not one byte larger', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(1000)));
    expect((await get(url, { maxBytes: 1000 })).body).toHaveLength(1000);
    await expect(get(url, { maxBytes: 999 })).rejects.toMatchObject({ reason: 'too_large' });
  });

  test('is bounded after it is inflated', async () => {
    const url = await serve((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(1_000_000))),
    );
    await expect(get(url)).rejects.toMatchObject({
      reason: 'too_large',
      message: 'the answer is larger than 1000 bytes',
    });
  });
});

test('of a repeated header the first counts, of links all', async () => {
  const links = await serve((_, response) =>
    response.writeHead(200, { link: ['</1>; rel=prev', '</3>; rel=next'] }).end(),
  );
  expect((await get(links)).headers.link).toBe('</1>; rel=prev,</3>; rel=next');

  const url = await serve((_, response) => response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end());
  expect((await get(url)).headers['set-cookie']).toBe('a=1');
});

test('a connection is used again', async () => {
  const ports = new Set<number | undefined>();
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    response.writeHead(request.url === '/bad' ? 503 : 200).end('x');
  });
  const client = createHttpClient();
  stops.push(() => client.close());
  for (const path of ['/good', '/bad', '/good', '/bad']) {
    const options = { headers: {}, maxBytes: 10, signal: new AbortController().signal };
    await client.get(new URL(path, url).href, options);
  }
  expect(ports.size).toBe(1);
});

describe('a name is looked up', () => {
  const signal = new AbortController().signal;
  const options = { headers: {}, maxBytes: 10, signal };

  function resolving(more: HttpClientOptions = {}) {
    let lookups = 0;
    const resolve: Resolve = (_, done) => {
      lookups += 1;
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    };
    const client = createHttpClient({ resolve, ...more });
    stops.push(() => client.close());
    return { client, lookups: () => lookups };
  }

  const named = (url: string) => url.replace('127.0.0.1', 'inventory.test');
  const closing: RequestListener = (_, response) => void response.setHeader('connection', 'close').end('x');

  test('once for many requests, though each has a connection of its own', async () => {
    const url = named(await serve(closing));
    const { client, lookups } = resolving();
    for (let i = 0; i < 5; i += 1) await client.get(url, options);
    expect(lookups()).toBe(1);
  });

  test('again when its time is over', async () => {
    const url = named(await serve(closing));
    const { client, lookups } = resolving({ addressMs: 0 });
    for (let i = 0; i < 3; i += 1) await client.get(url, options);
    expect(lookups()).toBe(3);
  });

  test('again after a request that failed', async () => {
    const url = named(
      await serve((request, response) =>
        request.url === '/bad' ? request.socket.destroy() : closing(request, response),
      ),
    );
    const { client, lookups } = resolving();
    await client.get(url, options);
    await expect(client.get(new URL('/bad', url).href, options)).rejects.toMatchObject({
      reason: 'connection',
    });
    await client.get(url, options);
    expect(lookups()).toBe(2);
  });

  test('again when a connection has been used for long enough', async () => {
    const ports = new Set<number | undefined>();
    const url = named(
      await serve((request, response) => {
        ports.add(request.socket.remotePort);
        response.end('x');
      }),
    );
    const { client, lookups } = resolving({ addressMs: 0, connectionMs: 1 });
    for (let i = 0; i < 3; i += 1) {
      await client.get(url, options);
      await sleep(20);
    }
    expect([ports.size, lookups()]).toEqual([3, 3]);
  });
});

describe('a form', () => {
  const post = (url: string) => {
    const client = createHttpClient();
    stops.push(() => client.close());
    const signal = new AbortController().signal;
    return client.postForm(url, new URLSearchParams({ a: 'b c' }), {
      headers: { 'x-a': '1' },
      maxBytes: 1000,
      signal,
    });
  };

  test('is sent as one, and its answer is read whatever its status', async () => {
    const url = await serve(async (request, response) => {
      response.writeHead(400);
      response.end(
        `${request.method} ${request.headers['content-type']} ${request.headers['x-a']} ${await text(request)}`,
      );
    });
    const { status, body } = await post(url);
    expect([status, body.toString()]).toEqual([400, 'POST application/x-www-form-urlencoded 1 a=b+c']);
  });

  test('has a bound on its answer', async () => {
    const url = await serve((_, response) => response.writeHead(400).end('x'.repeat(1001)));
    await expect(post(url)).rejects.toMatchObject({ reason: 'too_large' });
  });
});

describe('a failure has its reason:', () => {
  const f = (name: string, reason: string, message: RegExp, url: () => Promise<string> | string) =>
    test(name, async () => {
      await expect(get(await url())).rejects.toMatchObject({
        reason,
        message: expect.stringMatching(message),
      });
    });
  f('no such host', 'dns', /ENOTFOUND|EAI_AGAIN/, () => 'http://no-such-host.invalid/');
  f('nobody listens', 'connection', /ECONNREFUSED/, () => 'http://localhost:1/');
  f('reset', 'connection', /./, () => serveRaw((socket) => void socket.resetAndDestroy()));
  f('no HTTP', 'connection', /./, () => serveRaw((socket) => void socket.end('hello\r\n\r\n')));
  f('cut body', 'connection', /./, () =>
    serveRaw((socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf')),
  );
  f('cut gzip', 'encoding', /unexpected end/, () =>
    serve((_, response) =>
      response.setHeader('content-encoding', 'gzip').end(gzipSync('x'.repeat(99)).subarray(0, 20)),
    ),
  );
  f('no gzip', 'encoding', /incorrect header/, () =>
    serve((_, response) => response.setHeader('content-encoding', 'gzip').end('plain')),
  );
  f('an encoding nobody asked for', 'encoding', /content encoding zip/, () =>
    serve((_, response) => response.setHeader('content-encoding', 'zip').end('x')),
  );
  f('TLS on a plain port', 'tls', /./, async () =>
    (await serve((_, response) => response.end())).replace('http:', 'https:'),
  );
});

test('the signal ends a request that hangs, with its own reason', async () => {
  const controller = new AbortController();
  const url = await serve(() => controller.abort(new Error('enough')));
  await expect(get(url, { signal: controller.signal })).rejects.toThrow('enough');
  await expect(get(url, { signal: controller.signal })).rejects.toThrow('enough');
});
