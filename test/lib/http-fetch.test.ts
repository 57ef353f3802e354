import { writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { createBodyRoom } from '../../src/lib/body-room.ts';
import { AppError } from '../../src/lib/errors.ts';
import type { HttpAccess } from '../../src/lib/http-access.ts';
import { createFetcher, type FetchAnswer, type Fetcher, parseFetchUrl } from '../../src/lib/http-fetch.ts';
import { freePort } from '../helpers/free-port.ts';
import { startTestServer, startTlsServer, tlsFixture, tlsFixturePath } from '../helpers/http-server.ts';
import { startProxy } from '../helpers/proxy.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { waitFor } from '../helpers/wait-for.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function fetcherOf(access: Partial<HttpAccess> = {}, room = createBodyRoom(1e9)): Fetcher {
  const fetcher = createFetcher({ followRedirects: true, ...access }, room);
  ends.push(() => fetcher.destroy());
  return fetcher;
}

function get(fetcher: Fetcher, url: string, bodyBound = 1000): Promise<FetchAnswer> {
  const parsed = parseFetchUrl(url);
  if (parsed === undefined) throw new Error(`no URL: ${url}`);
  return fetcher.get({ url: parsed, headers: { 'user-agent': 'test' }, bodyBound }).answer;
}

async function plain(listener: RequestListener) {
  const server = await startTestServer(listener);
  ends.push(() => server.stop());
  return server;
}

async function secure(name: string, listener: RequestListener, options = {}) {
  const server = await startTlsServer(name, listener, options);
  ends.push(() => server.stop());
  return server;
}

const hello: RequestListener = (_, response) => response.end('hello');
const authorization: RequestListener = ({ headers }, response) =>
  response.end(headers.authorization ?? 'none');

async function reasonOf(answer: Promise<unknown>): Promise<string> {
  const error = await answer.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error.reason;
  throw new Error(`no AppError: ${error}`);
}

describe('an answer', () => {
  test('comes whole, and its connection is used again', async () => {
    const sockets = new Set<unknown>();
    const { url } = await plain(({ socket }, response) => {
      sockets.add(socket);
      response.writeHead(200, { 'content-type': 'text/x' }).end('hello');
    });
    const fetcher = fetcherOf();
    for (let i = 0; i < 5; i += 1)
      expect(await get(fetcher, url)).toMatchObject({
        status: 200,
        contentType: 'text/x',
        body: Buffer.from('hello'),
      });
    // One that has just answered is not free in the same moment.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  test('of another status has no body, however long it is', async () => {
    const { url } = await plain((_, response) => response.writeHead(503).end('x'.repeat(1_000_000)));
    expect(await get(fetcherOf(), url)).toMatchObject({ status: 503, body: Buffer.alloc(0) });
  });

  test('that is slow does not hold the next one up', async () => {
    const { url } = await plain((request, response) => {
      if (request.url === '/quick') response.end('quick');
    });
    const fetcher = fetcherOf();
    const slow = fetcher.get({
      url: { origin: url, host: url.slice(7), path: '/slow' },
      headers: {},
      bodyBound: 10,
    });
    expect((await get(fetcher, `${url}/quick`)).body.toString()).toBe('quick');
    slow.abort(new AppError('timeout', 'too slow'));
    expect(await reasonOf(slow.answer)).toBe('timeout');
  });

  test('that is aborted before it is connected is over at once', async () => {
    // An address of a documentation network, to which nothing answers.
    const fetcher = fetcherOf();
    const flight = fetcher.get({
      url: { origin: 'http://192.0.2.1:9', host: '192.0.2.1:9', path: '/' },
      headers: {},
      bodyBound: 10,
    });
    flight.abort(new AppError('timeout', 'too slow'));
    expect(await reasonOf(flight.answer)).toBe('timeout');
  });

  test('on a kept connection that the server has ended is asked for once more', async () => {
    let asked = 0;
    const { url } = await plain(({ socket }, response) => {
      asked += 1;
      if (asked === 2) socket.destroy();
      else response.end('hello');
    });
    const fetcher = fetcherOf();
    await get(fetcher, url);
    expect((await get(fetcher, url)).status).toBe(200);
    expect(asked).toBe(3);
  });
});

describe('a bound', () => {
  const answers: Readonly<Record<string, Buffer>> = {
    exact: Buffer.alloc(1000, 'x'),
    below: Buffer.alloc(999, 'x'),
  };
  test.each([
    ['below', 'identity', 999],
    ['exact', 'identity', 'too_large'],
    ['below', 'gzip', 999],
    ['exact', 'gzip', 'too_large'],
  ])('a body %s it, sent as %s: %s', async (name, encoding, expected) => {
    const body = answers[name] as Buffer;
    const { url } = await plain((_, response) =>
      encoding === 'gzip'
        ? response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body))
        : response.end(body),
    );
    const answer = get(fetcherOf(), url, 1000);
    expect(typeof expected === 'number' ? (await answer).body.length : await reasonOf(answer)).toBe(expected);
  });

  test('holds for large gzip that is inflated in a thread', async () => {
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919 + (i >> 5) * 31) & 255));
    const { url } = await plain((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(noise)),
    );
    expect((await get(fetcherOf(), url, 300_000)).body.equals(noise)).toBe(true);
    const { url: bomb } = await plain((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000))),
    );
    expect(await reasonOf(get(fetcherOf(), bomb, 20_000_000))).toBe('too_large');
  });

  test('for all bodies together refuses large ones until others are dropped', async () => {
    const { url } = await plain((_, response) => response.end(Buffer.alloc(3_000_000)));
    const fetcher = fetcherOf({}, createBodyRoom(4_000_000));
    const first = await get(fetcher, url, 1e7);
    expect(await reasonOf(get(fetcher, url, 1e7))).toBe('too_large');
    first.drop();
    expect((await get(fetcher, url, 1e7)).body.length).toBe(3_000_000);
  });

  test.each([
    ['no gzip', Buffer.from('hello')],
    ['cut gzip', gzipSync('hello').subarray(0, 12)],
  ])('%s is an encoding fault', async (_, body) => {
    const { url } = await plain((__, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(body),
    );
    expect(await reasonOf(get(fetcherOf(), url))).toBe('encoding');
  });
});

describe('credentials', () => {
  test.each<[string, Partial<HttpAccess>, string]>([
    ['none', {}, 'none'],
    ['a user', { basicAuth: { username: 'u', password: 'p' } }, 'Basic dTpw'],
    ['a user without a password', { basicAuth: { username: 'u' } }, 'Basic dTo='],
    ['a token', { authorization: { type: 'Bearer', credentials: 't' } }, 'Bearer t'],
    ['another scheme', { authorization: { type: 'Token', credentials: 't' } }, 'Token t'],
  ])('%s', async (_, access, expected) => {
    const { url } = await plain(authorization);
    expect((await get(fetcherOf(access), url)).body.toString()).toBe(expected);
  });

  test('in a file are read again when it changes', async () => {
    const dir = await tempDir('fetch');
    ends.push(() => dir.remove());
    const file = join(dir.path, 'token');
    await writeFile(file, 'first\n');
    const { url } = await plain(authorization);
    const fetcher = fetcherOf({ authorization: { type: 'Bearer', credentialsFile: file } });
    expect((await get(fetcher, url)).body.toString()).toBe('Bearer first');
    await writeFile(file, 'second\n');
    await waitFor('the new token', async () => (await get(fetcher, url)).body.toString() === 'Bearer second');
  });

  test('in a file that is missing fail the request, and no secret is told', async () => {
    const { url } = await plain(authorization);
    const fetcher = fetcherOf({ basicAuth: { username: 'u', passwordFile: '/nowhere/password' } });
    expect(await reasonOf(get(fetcher, url))).toBe('credentials');
  });

  test('do not go to another server that a redirect leads to', async () => {
    const other = await plain(authorization);
    const { url } = await plain((_, response) => response.writeHead(302, { location: other.url }).end());
    const fetcher = fetcherOf({ authorization: { type: 'Bearer', credentials: 'secret' } });
    expect((await get(fetcher, url)).body.toString()).toBe('none');
  });

  test('go along with a redirect on the same server', async () => {
    const { url } = await plain((request, response) => {
      if (request.url === '/') response.writeHead(302, { location: '/there' }).end();
      else authorization(request, response);
    });
    const fetcher = fetcherOf({ authorization: { type: 'Bearer', credentials: 'secret' } });
    expect((await get(fetcher, url)).body.toString()).toBe('Bearer secret');
  });
});

describe('redirects', () => {
  test('are not followed when they must not be', async () => {
    const { url } = await plain((_, response) => response.writeHead(301, { location: '/there' }).end());
    expect((await get(fetcherOf({ followRedirects: false }), url)).status).toBe(301);
  });

  test('are followed ten times', async () => {
    const { url } = await plain((request, response) => {
      const left = Number((request.url ?? '').slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(307, { location: `/${left - 1}` }).end();
    });
    expect((await get(fetcherOf(), `${url}/10`)).body.toString()).toBe('there');
    expect(await reasonOf(get(fetcherOf(), `${url}/11`))).toBe('redirect');
  });

  test('are not followed from https to http', async () => {
    const { url: http } = await plain(hello);
    const { url } = await secure('server', (_, response) =>
      response.writeHead(302, { location: http }).end(),
    );
    expect(await reasonOf(get(fetcherOf({ tls: { insecureSkipVerify: true } }), url))).toBe('redirect');
  });
});

describe('TLS', () => {
  const caFile = tlsFixturePath('ca.crt');

  test('trusts the authority of the file, and no other', async () => {
    const { url } = await secure('server', hello);
    expect((await get(fetcherOf({ tls: { caFile, insecureSkipVerify: false } }), url)).status).toBe(200);
    const other = { caFile: tlsFixturePath('other-ca.crt'), insecureSkipVerify: false };
    expect(await reasonOf(get(fetcherOf({ tls: other }), url))).toBe('tls');
    expect(await reasonOf(get(fetcherOf(), url))).toBe('tls');
  });

  test('checks the name of the server, or the one that is configured, or nothing', async () => {
    const { url } = await secure('wrong-name', hello);
    expect(await reasonOf(get(fetcherOf({ tls: { caFile, insecureSkipVerify: false } }), url))).toBe('tls');
    expect((await get(fetcherOf({ tls: { insecureSkipVerify: true } }), url)).status).toBe(200);
    const { url: right } = await secure('server', hello);
    const named = { caFile, serverName: 'nobody.example', insecureSkipVerify: false };
    expect(await reasonOf(get(fetcherOf({ tls: named }), right))).toBe('tls');
  });

  test('shows a certificate to a server that asks for one', async () => {
    const { url } = await secure('server', hello, {
      requestCert: true,
      rejectUnauthorized: true,
      ca: tlsFixture('ca.crt'),
    });
    const client = { certFile: tlsFixturePath('client.crt'), keyFile: tlsFixturePath('client.key') };
    expect(
      (await get(fetcherOf({ tls: { caFile, ...client, insecureSkipVerify: false } }), url)).status,
    ).toBe(200);
    await expect(get(fetcherOf({ tls: { caFile, insecureSkipVerify: false } }), url)).rejects.toThrow();
  });
});

describe('a proxy', () => {
  async function proxyOf(options = {}) {
    const proxy = await startProxy(options);
    ends.push(() => proxy.stop());
    return proxy;
  }

  test('is asked for the whole URL of http, with names that nobody else can look up', async () => {
    let seen: IncomingHttpHeaders = {};
    const { port } = await plain(({ headers }, response) => {
      seen = headers;
      response.end('hello');
    });
    const proxy = await proxyOf();
    const fetcher = fetcherOf({ proxyUrl: proxy.url });
    expect((await get(fetcher, `http://sensor_0:${port}/metrics?a=b`)).body.toString()).toBe('hello');
    expect(proxy.asked.map(({ line }) => line)).toEqual([`GET http://sensor_0:${port}/metrics?a=b`]);
    expect(seen.host).toBe(`sensor_0:${port}`);
  });

  test('makes a tunnel for https', async () => {
    const { port } = await secure('server', hello);
    const proxy = await proxyOf();
    const fetcher = fetcherOf({ proxyUrl: proxy.url, tls: { insecureSkipVerify: true } });
    expect((await get(fetcher, `https://sensor:${port}/metrics`)).body.toString()).toBe('hello');
    expect(proxy.asked.map(({ line }) => line)).toEqual([`CONNECT sensor:${port}`]);
  });

  test('is told who comes when its URL says so', async () => {
    const { port } = await plain(hello);
    const proxy = await proxyOf();
    const fetcher = fetcherOf({ proxyUrl: proxy.url.replace('://', '://me:p%40ss@') });
    await get(fetcher, `http://sensor:${port}/`);
    expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(
      `Basic ${Buffer.from('me:p@ss').toString('base64')}`,
    );
  });

  test('that is not there is its own failure', async () => {
    const fetcher = fetcherOf({ proxyUrl: `http://127.0.0.1:${await freePort()}` });
    expect(await reasonOf(get(fetcher, 'http://sensor:9100/'))).toBe('proxy');
    expect(await reasonOf(get(fetcher, 'https://sensor:9100/'))).toBe('proxy');
  });
});

describe('a failure', () => {
  test('has a reason', async () => {
    expect(await reasonOf(get(fetcherOf(), `http://127.0.0.1:${await freePort()}/`))).toBe('connection');
    expect(await reasonOf(get(fetcherOf(), 'http://nobody.invalid/'))).toBe('dns');
    const { url } = await plain(({ socket }) => socket.end('no HTTP\r\n\r\n'));
    expect(await reasonOf(get(fetcherOf(), url))).toBe('connection');
  });
});
