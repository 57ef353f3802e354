// Each fault as it is on the wire, seen by a raw socket.

import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip, gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { DEFAULT_OPTIONS, FAULT_KINDS } from '../../inventory-server/faults.ts';
import { putOnWire } from '../../inventory-server/wire.ts';
import { startHttpServer } from '../../src/lib/http-server.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { ask, open, parse } from './raw.ts';
import { startServer } from './servers.ts';

const NAMES = '["sensor_0","sensor_1","sensor_2","sensor_3"]';
const OPEN = 'inventory_server_faulty_answers_open';

describe('status', () => {
  test('answers with the status and Retry-After in seconds', async () => {
    const server = await startServer();
    await server.fault({ fault: 'status', status: 503, retryAfter: '30' });
    const answer = await server.get('/inventory');
    expect(answer.statusLine).toBe('HTTP/1.1 503 Service Unavailable');
    expect(answer.headers).toMatchObject({ 'retry-after': '30', 'content-type': 'application/json' });
    expect(answer.headers).not.toHaveProperty('etag');
    expect(answer.body.toString()).toBe('{"error":"fault: status 503"}\n');
    expect(answer.end).toBe('FIN');
  });

  test('answers with Retry-After as a date', async () => {
    const server = await startServer();
    await server.fault({ fault: 'status', status: 429, retryAfter: 'Sun, 06 Nov 2044 08:49:37 GMT' });
    const answer = await server.get('/inventory');
    expect(answer.statusLine).toBe('HTTP/1.1 429 Too Many Requests');
    expect(answer.headers['retry-after']).toBe('Sun, 06 Nov 2044 08:49:37 GMT');
  });

  test.each([200, 204, 301, 304, 404, 418, 500, 599])(
    'answers with %d and no Retry-After',
    async (status) => {
      const server = await startServer();
      await server.fault({ fault: 'status', status });
      const answer = await server.get('/inventory');
      expect(answer.status).toBe(status);
      expect(answer.headers).not.toHaveProperty('retry-after');
      expect(answer.body.length > 0).toBe(status !== 204 && status !== 304);
    },
  );

  test('is 500 when nothing else is said', async () => {
    const server = await startServer();
    await server.fault({ fault: 'status' });
    expect((await server.get('/inventory')).status).toBe(500);
  });
});

test('delay: no byte before the time, then the right answer', async () => {
  const server = await startServer();
  const right = await server.get('/inventory');
  await server.fault({ fault: 'delay', ms: 300 });
  const began = performance.now();
  const connection = open(server.port, '/inventory');
  await connection.bytes(1);
  expect(performance.now() - began).toBeGreaterThanOrEqual(299);
  expect(await connection.ended).toBe('FIN');
  const answer = parse(connection.received());
  expect(answer.body.toString()).toBe(NAMES);
  expect(answer.headers.etag).toBe(right.headers.etag);
});

test('hang: the request is taken and never answered, until the server stops', async () => {
  const server = await startServer();
  await server.fault({ fault: 'hang' });
  const connection = open(server.port, '/inventory');
  await waitFor('the fault to hold the request', async () => (await server.metric(OPEN)) === 1);
  expect((await server.get('/healthz')).status).toBe(200);
  expect(connection.received().length).toBe(0);
  // Without its timer the server cannot cut what is held, so the fault has to let go by itself.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  await server.stop();
  expect(await connection.ended).toBe('FIN');
  expect(connection.received().length).toBe(0);
});

test('drip: the right headers at once, then one byte an interval', async () => {
  const server = await startServer({ sensors: 1 });
  const right = await server.get('/inventory');
  await server.fault({ fault: 'drip', intervalMs: 20 });
  const connection = open(server.port, '/inventory');
  const chunks: number[] = [];
  connection.socket.on('data', (chunk) => chunks.push(chunk.length));
  const began = performance.now();
  expect(await connection.ended).toBe('FIN');
  const answer = parse(connection.received());
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  expect(answer.headers).toMatchObject({ 'content-length': '12', etag: right.headers.etag });
  expect(answer.body.toString()).toBe('["sensor_0"]');
  expect(performance.now() - began).toBeGreaterThanOrEqual(12 * 19);
  expect(chunks[0]).toBe(connection.received().length - 12);
  expect(chunks.length).toBeGreaterThan(2);
});

test('cut_body: the length of all is announced, half of it comes, then the connection ends', async () => {
  const server = await startServer();
  await server.fault({ fault: 'cut_body' });
  const answer = await server.get('/inventory');
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  expect(answer.headers['content-length']).toBe(String(NAMES.length));
  expect(answer.headers).not.toHaveProperty('etag');
  expect(answer.headers).not.toHaveProperty('last-modified');
  expect(answer.body.toString()).toBe(NAMES.slice(0, 22));
  expect(answer.end).toBe('FIN');
});

test('cut_json: a complete answer whose JSON is cut in the middle', async () => {
  const server = await startServer();
  await server.fault({ fault: 'cut_json' });
  const answer = await server.get('/inventory', { 'Accept-Encoding': 'gzip' });
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  expect(answer.headers['content-length']).toBe('22');
  expect(answer.headers).not.toHaveProperty('content-encoding');
  expect(answer.body.toString()).toBe(NAMES.slice(0, 22));
  expect(() => JSON.parse(answer.body.toString())).toThrow(SyntaxError);
});

test('long_length: twice the length is announced, all of the body comes, and the connection stays open', async () => {
  const server = await startServer();
  await server.fault({ fault: 'long_length' });
  const connection = open(server.port, '/inventory');
  await waitFor('the whole body', () => connection.received().toString().endsWith(NAMES));
  const { statusLine, headers } = parse(connection.received());
  expect(statusLine).toBe('HTTP/1.1 200 OK');
  expect(headers['content-length']).toBe(String(2 * NAMES.length));
  expect(headers).not.toHaveProperty('etag');
  expect(await server.metric(OPEN)).toBe(1);
  connection.socket.destroy();
});

test('wrong_charset: names beyond ASCII, in Latin-1', async () => {
  const server = await startServer({ sensors: 2 });
  await server.fault({ fault: 'wrong_charset' });
  const { body, headers } = await server.get('/inventory', { 'Accept-Encoding': 'gzip' });
  expect(body.toString('latin1')).toBe('["ösensor_0","ösensor_1"]');
  expect(() => new TextDecoder('utf-8', { fatal: true }).decode(body)).toThrow(TypeError);
  expect(headers).not.toHaveProperty('etag');
});

test('bom: the right list after a byte order mark', async () => {
  const server = await startServer();
  await server.fault({ fault: 'bom' });
  const { body, headers } = await server.get('/inventory');
  expect(body.toString()).toBe(`\ufeff${NAMES}`);
  expect(headers).not.toHaveProperty('etag');
});

test('reset: no byte, and the connection is reset', async () => {
  const server = await startServer();
  await server.fault({ fault: 'reset' });
  const answer = await server.get('/inventory');
  expect(answer.end).toBe('RST');
  expect(answer.body.length).toBe(0);
});

test('html: 200 with a login page', async () => {
  const server = await startServer();
  await server.fault({ fault: 'html' });
  const answer = await server.get('/inventory');
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
  expect(answer.body.toString()).toMatch(/^<!doctype html>[\s\S]*Sign in[\s\S]*<\/html>\n$/);
});

const SENSOR_0 = '{"name":"sensor_0","port":9100,"path":"/metrics","labels":{"site":"north","room":"lab"}}';
const GROUP_0 = '{"targets":["sensor_0:9100"],"labels":{"site":"north","room":"lab"}}';
const ONE_BODY: [string, Record<string, unknown>, string, string][] = [
  ['empty', {}, '/inventory', '[]'],
  ['empty', {}, '/inventory/objects', '[]'],
  ['empty', {}, '/inventory/http_sd', '[]'],
  ['null', {}, '/inventory', 'null'],
  ['null', {}, '/inventory/objects', 'null'],
  ['null', {}, '/inventory/http_sd', 'null'],
  ['wrong_shape', {}, '/inventory', '{}'],
  ['wrong_shape', { shape: 'object' }, '/inventory', '{}'],
  ['wrong_shape', { shape: 'number' }, '/inventory', '42'],
  ['wrong_shape', { shape: 'string' }, '/inventory', '"sensor_0"'],
  ['wrong_shape', { shape: 'numbers' }, '/inventory', '[1,2,3]'],
  ['wrong_shape', { shape: 'nested' }, '/inventory', '[["sensor_0"]]'],
  ['wrong_shape', { shape: 'nested' }, '/inventory/objects', `[[${SENSOR_0}]]`],
  ['wrong_shape', { shape: 'nested' }, '/inventory/http_sd', `[[${GROUP_0}]]`],
  ['wrong_shape', { shape: 'mixed' }, '/inventory', '["sensor_0",{"id":7}]'],
  ['wrong_shape', { shape: 'mixed' }, '/inventory/objects', `[${SENSOR_0},{"port":9100}]`],
  ['wrong_shape', { shape: 'mixed' }, '/inventory/http_sd', `[${GROUP_0},{"targets":"sensor_bad:9100"}]`],
];

test.each(ONE_BODY)('%s %j of %s is %s', async (fault, options, path, body) => {
  const server = await startServer({ sensors: 1 });
  await server.fault({ fault, ...options });
  const answer = await server.get(path, { 'If-None-Match': '*', 'Accept-Encoding': 'gzip' });
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  expect(answer.headers['content-type']).toBe('application/json');
  expect(answer.headers).not.toHaveProperty('etag');
  expect(answer.headers).not.toHaveProperty('last-modified');
  expect(answer.body.toString()).toBe(body);
});

test('deep is 10,000 lists in one another', async () => {
  const server = await startServer();
  await server.fault({ fault: 'wrong_shape', shape: 'deep' });
  const { body } = await server.get('/inventory');
  expect(body.toString() === '['.repeat(10_000) + ']'.repeat(10_000)).toBe(true);
});

test('mixed of an empty list is the bad entry alone', async () => {
  const server = await startServer({ sensors: 0 });
  await server.fault({ fault: 'wrong_shape', shape: 'mixed' });
  expect((await server.get('/inventory')).body.toString()).toBe('[{"id":7}]');
});

test.each([
  ['quarter', ['sensor_0', 'sensor_1', 'sensor_2']],
  ['half', ['sensor_0', 'sensor_2']],
  ['renamed', ['renamed_sensor_0', 'renamed_sensor_1', 'renamed_sensor_2', 'renamed_sensor_3']],
])('%s is a valid list of %j, in each form, with an ETag of its own', async (fault, wrong) => {
  const server = await startServer();
  const right = await server.get('/inventory');
  await server.fault({ fault });
  const names = await server.get('/inventory');
  expect(names.body.toString()).toBe(JSON.stringify(wrong));
  expect(names.headers.etag).toMatch(new RegExp(`^"${fault}-[\\w-]{27}"$`));
  expect(names.headers.etag).not.toBe(right.headers.etag);
  expect(names.headers).not.toHaveProperty('last-modified');
  const objects = JSON.parse((await server.get('/inventory/objects')).body.toString());
  expect(objects.map((sensor: { name: string }) => sensor.name)).toEqual(wrong);
  const groups = JSON.parse((await server.get('/inventory/http_sd')).body.toString());
  expect(groups.flatMap((group: { targets: string[] }) => group.targets)).toEqual(
    wrong.map((name) => `${name}:9100`),
  );
});

describe('half', () => {
  test('is not hidden by a 304 of the true list, and is 304 for who has the half', async () => {
    const server = await startServer();
    const right = await server.get('/inventory');
    await server.fault({ fault: 'half' });
    const { etag = '', 'last-modified': modified = '' } = right.headers;
    expect((await server.get('/inventory', { 'If-None-Match': etag })).status).toBe(200);
    expect((await server.get('/inventory', { 'If-Modified-Since': modified })).status).toBe(200);
    const half = await server.get('/inventory');
    expect((await server.get('/inventory', { 'If-None-Match': half.headers.etag ?? '' })).status).toBe(304);
  });

  test('has pages and gzip as the right list has', async () => {
    const server = await startServer({ sensors: 5 });
    await server.fault({ fault: 'half' });
    const first = await server.get('/inventory?page=1&per_page=2', { 'Accept-Encoding': 'gzip' });
    expect(gunzipSync(first.body).toString()).toBe('["sensor_0","sensor_2"]');
    expect(first.headers.link).toBe('</inventory?page=2&per_page=2>; rel="next"');
    const last = await server.get('/inventory?page=2&per_page=2');
    expect(last.body.toString()).toBe('["sensor_4"]');
    expect(last.headers).not.toHaveProperty('link');
  });
});

describe('endless', () => {
  test.each([
    ['/inventory', '["sensor_0","sensor_0",'],
    ['/inventory/objects', `[${SENSOR_0},${SENSOR_0},`],
    ['/inventory/http_sd', `[${GROUP_0},${GROUP_0},`],
  ])('of %s begins as the form does and goes on', async (path, beginning) => {
    const server = await startServer({ sensors: 1 });
    await server.fault({ fault: 'endless' });
    const connection = open(server.port, path);
    const bytes = await connection.bytes(5_000_000);
    connection.socket.destroy();
    const { statusLine, headers, body } = parse(bytes);
    expect(statusLine).toBe('HTTP/1.1 200 OK');
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'transfer-encoding': 'chunked' });
    expect(headers).not.toHaveProperty('etag');
    expect(withoutChunkLines(body).startsWith(beginning)).toBe(true);
    await waitFor('the server to let go', async () => (await server.metric(OPEN)) === 0);
  });

  test('is never more than a block ahead of a client that does not read', async () => {
    const { port, response, stopping, stop } = await faultyServer('endless');
    const connection = open(port, '/');
    await connection.bytes(1);
    connection.socket.pause();
    await sleep(500);
    const waiting = (await response).writableLength;
    expect(waiting).toBeGreaterThan(0);
    expect(waiting).toBeLessThan(2 * 65_536);
    stopping.abort();
    await stop();
  });
});

test('gzip_bomb: a few megabytes of valid gzip inflate to more than 2 GiB of a JSON list', async () => {
  const server = await startServer();
  await server.fault({ fault: 'gzip_bomb' });
  const answer = await server.get('/inventory');
  expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
  expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': 'application/json' });
  expect(answer.headers).not.toHaveProperty('etag');
  expect(answer.headers['content-length']).toBe(String(answer.body.length));
  expect(answer.body.length).toBeLessThan(8_000_000);
  const inflated = await inflate(answer.body);
  expect(inflated.bytes).toBeGreaterThanOrEqual(2 ** 31);
  expect(inflated.first).toMatch(/^\["sensor_0","sensor_0",/);
  expect(inflated.last).toMatch(/,"sensor_0","sensor_0"\]$/);
});

describe('every fault', () => {
  const quick = FAULT_KINDS.filter((kind) => kind !== 'gzip_bomb');

  test.each(quick)('%s ends when the client goes away, and leaves the server well', async (fault) => {
    const server = await startServer();
    await server.fault({ fault, requests: 1 });
    const connection = open(server.port, '/inventory');
    await waitFor('the fault to be served', async () => {
      return (await server.metric(`inventory_server_faults_served_total{fault="${fault}"}`)) === 1;
    });
    connection.socket.destroy();
    await waitFor('the server to let go', async () => (await server.metric(OPEN)) === 0);
    expect((await server.get('/inventory')).body.toString()).toBe(NAMES);
  });

  test.each(quick)('%s ends when the server stops', async (fault) => {
    const server = await startServer();
    await server.fault({ fault });
    const connection = open(server.port, '/inventory');
    await waitFor('the fault to be served', async () => {
      return (await server.metric(`inventory_server_faults_served_total{fault="${fault}"}`)) === 1;
    });
    connection.socket.resume();
    await server.stop();
    expect(['FIN', 'RST']).toContain(await connection.ended);
  });

  test.each(['hang', 'endless'] as const)(
    '%s is told to stop and does not wait for the server',
    async (kind) => {
      const { port, response, stopping, stop } = await faultyServer(kind);
      const connection = open(port, '/');
      connection.socket.resume();
      await response;
      stopping.abort();
      expect(['FIN', 'RST']).toContain(await connection.ended);
      await stop();
    },
  );

  const answering = quick.filter((kind) => !['reset', 'hang'].includes(kind));
  test.each(answering)('%s answers HEAD without a body', async (fault) => {
    const server = await startServer();
    await server.fault({ fault, ...(fault === 'delay' && { ms: 1 }) });
    const answer = await server.get('/inventory', {}, 'HEAD');
    expect(answer.status).toBe(fault === 'status' ? 500 : 200);
    expect(answer.body.length).toBe(0);
  });

  test.each(['drip', 'endless', 'half', 'long_length'])(
    '%s leaves the connection usable after HEAD',
    async (fault) => {
      const server = await startServer();
      await server.fault({ fault });
      const connection = open(server.port, '/inventory', {
        method: 'HEAD',
        headers: { Connection: 'keep-alive' },
      });
      await connection.bytes(1);
      connection.socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      expect(await connection.ended).toBe('FIN');
      expect(connection.received().toString()).toMatch(/\r\n\r\nok\n$/);
    },
  );

  test.each(FAULT_KINDS)('%s touches neither /healthz nor /metrics nor the admin API', async (fault) => {
    const server = await startServer();
    await server.fault({ fault });
    expect((await server.get('/healthz')).body.toString()).toBe('ok\n');
    expect((await server.get('/metrics')).status).toBe(200);
    expect(await server.admin('GET', '/sensors')).toMatchObject({ status: 200, value: { revision: 1 } });
    expect((await ask(server.adminPort, '/healthz')).body.toString()).toBe('ok\n');
  });
});

interface FaultyServer {
  readonly port: number;
  /** The server's end of the one request. */
  readonly response: Promise<ServerResponse>;
  /** Ends the faulty answer only; the server itself goes on. */
  readonly stopping: AbortController;
  stop(): Promise<void>;
}

/** A server of nothing but this fault. */
async function faultyServer(kind: 'endless' | 'hang'): Promise<FaultyServer> {
  const unused = () => Promise.reject(new Error('not asked for'));
  const endpoint = { port: 9100, path: '/metrics' };
  const stopping = new AbortController();
  const asked = Promise.withResolvers<ServerResponse>();
  const server = await startHttpServer({ host: '127.0.0.1', port: 0 }, (request, response) => {
    asked.resolve(response);
    const rights = { right: unused, plain: unused, wrong: unused, bomb: unused };
    const exchange = {
      request,
      response,
      options: DEFAULT_OPTIONS,
      form: 'names' as const,
      endpoint,
      ...rights,
    };
    putOnWire(kind, exchange, stopping.signal).catch(asked.reject);
  });
  return { port: server.address.port, response: asked.promise, stopping, stop: server.stop };
}

function withoutChunkLines(body: Buffer): string {
  return body.toString('latin1').replace(/(^|\r\n)[0-9a-f]+\r\n/g, '');
}

async function inflate(bytes: Buffer): Promise<{ bytes: number; first: string; last: string }> {
  const gunzip = createGunzip({ chunkSize: 2 ** 20 });
  gunzip.end(bytes);
  let length = 0;
  let first = '';
  let last = '';
  for await (const chunk of gunzip as AsyncIterable<Buffer>) {
    length += chunk.length;
    first ||= chunk.subarray(0, 64).toString();
    last = (last + chunk.subarray(-64).toString()).slice(-64);
  }
  return { bytes: length, first, last };
}
