// What is told of inventory-sd: by servers that answer as it does, otherwise, or not at all.

import { writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { InventorySdFlags } from '../../../src/tsdb/config/flags/inventory-sd.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import {
  createInventorySd,
  type InventorySd,
  type InventorySdOptions,
} from '../../../src/tsdb/web/inventory-sd.ts';
import { freePort } from '../../helpers/free-port.ts';
import {
  startTestServer,
  startTlsServer,
  type TestServer,
  tlsFixturePath,
} from '../../helpers/http-server.ts';
import { type TempDir, tempDir } from '../../helpers/temp-dir.ts';
import { startTestWeb } from './test-web.ts';

const REPORT = {
  version: '1',
  state: 'ready',
  inventory: { url: 'http://i/' },
  file: { targets: 3 },
  x: [1],
};
const START = Date.UTC(2026, 0, 1, 12);

let dir: TempDir;
beforeAll(async () => {
  dir = await tempDir('inventory-sd');
});
afterAll(() => dir.remove());

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(listener: RequestListener, start = startTestServer): Promise<TestServer> {
  const server = await start(listener);
  ends.push(() => server.stop());
  return server;
}

function asking(flags: Partial<InventorySdFlags>, options: Partial<InventorySdOptions> = {}): InventorySd {
  const all = { url: '', caFile: undefined, basicAuthFile: undefined, ...flags };
  const inventorySd = createInventorySd(all, { userAgent: 'test', now: () => START, ...options });
  ends.push(() => inventorySd.close());
  return inventorySd;
}

const answering =
  (status: number, body: unknown, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));

async function errorOf(inventorySd: InventorySd): Promise<string> {
  const answer = await inventorySd.ask();
  if (!('error' in answer)) throw new Error(JSON.stringify(answer));
  return answer.error;
}

test('without a URL nobody is asked', async () => {
  const inventorySd = createInventorySd(undefined, { userAgent: 'test' });
  expect(await inventorySd.ask()).toEqual({ configured: false });
});

test('its report is given as it came', async () => {
  const seen: unknown[] = [];
  const { url } = await serve(({ url: path, headers }, response) => {
    seen.push([path, headers['user-agent'], headers.authorization]);
    response.end(JSON.stringify(REPORT));
  });
  expect(await asking({ url }).ask()).toEqual({
    configured: true,
    url,
    reachable: true,
    fetchedAt: '2026-01-01T12:00:00.000Z',
    report: REPORT,
  });
  expect(seen).toEqual([['/status', 'test', undefined]]);
});

test('all who ask at a time have one answer, which stands for some seconds', async () => {
  let [requests, time] = [0, 0];
  const { url } = await serve((_, response) => {
    requests += 1;
    response.end(JSON.stringify(REPORT));
  });
  const inventorySd = asking({ url }, { mono: () => time });
  await Promise.all(Array.from({ length: 20 }, () => inventorySd.ask()));
  time = 2_999;
  await inventorySd.ask();
  expect(requests).toBe(1);
  time = 3_000;
  await inventorySd.ask();
  expect(requests).toBe(2);
});

test('a failure stands as long, tells since when, and heals', async () => {
  let [requests, time] = [0, 0];
  let status = 503;
  const { url } = await serve((_, response) => {
    requests += 1;
    response.writeHead(status).end(JSON.stringify(REPORT));
  });
  const inventorySd = asking({ url }, { mono: () => time, now: () => START + time });
  const failure = {
    configured: true,
    url,
    reachable: false,
    error: `cannot ask inventory-sd at ${url}: it answers 503 Service Unavailable`,
    since: '2026-01-01T12:00:00.000Z',
  };
  expect(await inventorySd.ask()).toEqual(failure);
  expect(await inventorySd.ask()).toEqual(failure);
  expect(requests).toBe(1);
  time = 5_000;
  expect(await inventorySd.ask()).toEqual(failure);
  [time, status] = [10_000, 200];
  expect(await inventorySd.ask()).toMatchObject({ reachable: true });
  [time, status] = [15_000, 500];
  expect(await inventorySd.ask()).toMatchObject({ since: '2026-01-01T12:00:15.000Z' });
});

describe('the sentence on what is wrong:', () => {
  const f = (what: string, listener: RequestListener, expected: string) =>
    test(what, async () => {
      const { url } = await serve(listener);
      expect(await errorOf(asking({ url }))).toBe(`cannot ask inventory-sd at ${url}: ${expected}`);
    });
  const foreign = 'what answers there is no inventory-sd';
  f('a page', answering(200, '<html>'), foreign);
  f('nothing', answering(200, ''), foreign);
  f('null', answering(200, 'null'), foreign);
  f('a list', answering(200, []), foreign);
  f('another JSON', answering(200, { password: 'secret', version: '1' }), foreign);
  f('not found', answering(404, ''), 'it answers 404 Not Found');
  f(
    'a user is wanted',
    answering(401, ''),
    'it wants a user: name a file that holds user:password in --inventory-sd.basic-auth-file',
  );
  f('too much', answering(200, ' '.repeat(2 ** 20 + 1)), 'the body is not smaller than 1MB');

  test('nobody is there', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    expect(await errorOf(asking({ url }))).toMatch(
      /^cannot ask inventory-sd at http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/,
    );
  });

  test.each([
    ['never', () => {}],
    ['and does not end', (_: unknown, response: Parameters<RequestListener>[1]) => void response.write('{')],
  ])('it answers %s', async (_, listener) => {
    const { url } = await serve(listener);
    expect(await errorOf(asking({ url }, { deadlineMs: 200 }))).toBe(
      `cannot ask inventory-sd at ${url}: no answer within 200ms`,
    );
  });

  test('a redirect is not followed, so nobody else sees the password', async () => {
    let strangers = 0;
    const other = await serve((_, response) => {
      strangers += 1;
      response.end(JSON.stringify(REPORT));
    });
    const { url } = await serve(answering(302, '', { location: `${other.url}/status` }));
    const basicAuthFile = join(dir.path, 'redirected');
    await writeFile(basicAuthFile, 'alice:secret\n');
    expect(await errorOf(asking({ url, basicAuthFile }))).toBe(
      `cannot ask inventory-sd at ${url}: it redirects, which is not followed`,
    );
    expect(strangers).toBe(0);
  });
});

describe('a user', () => {
  test('is read again when the file changes, and never told', async () => {
    const basicAuthFile = join(dir.path, 'user');
    await writeFile(basicAuthFile, 'alice:wrong');
    const right = `Basic ${Buffer.from('alice:right').toString('base64')}`;
    const { url } = await serve(({ headers }, response) =>
      answering(headers.authorization === right ? 200 : 401, REPORT)({} as never, response as never),
    );
    let time = 0;
    const inventorySd = asking({ url, basicAuthFile }, { mono: () => time });
    expect(await errorOf(inventorySd)).toBe(
      `cannot ask inventory-sd at ${url}: it does not know the user and password in --inventory-sd.basic-auth-file`,
    );
    await writeFile(basicAuthFile, 'alice:right\n');
    time = 5_000;
    expect(await inventorySd.ask()).toMatchObject({ reachable: true });
  });

  test.each([
    ['absent', undefined, 'there is no such file'],
    ['without-colon', 'secret', 'it is not user:password'],
    ['two-lines', 'a:secret\nb:c', 'it holds a control character; one line of user:password belongs there'],
  ])('in a file that is %s is told without what is in it', async (name, text, message) => {
    const basicAuthFile = join(dir.path, name);
    if (text !== undefined) await writeFile(basicAuthFile, text);
    const error = await errorOf(asking({ url: 'http://127.0.0.1:1', basicAuthFile }));
    expect(error).toMatch(/^cannot ask inventory-sd at http:\/\/127\.0\.0\.1:1: /);
    expect(error).toContain(message);
    expect(error).not.toContain('secret');
  });
});

describe('over TLS', () => {
  const over = (name: string) => serve(answering(200, REPORT), (listener) => startTlsServer(name, listener));

  test('is asked when its certificate is trusted', async () => {
    const { url } = await over('server');
    expect(await asking({ url, caFile: tlsFixturePath('ca.crt') }).ask()).toMatchObject({ reachable: true });
  });

  test.each(['other-server', 'expired', 'wrong-name'])('%s is not believed', async (name) => {
    const { url } = await over(name);
    expect(await asking({ url, caFile: tlsFixturePath('ca.crt') }).ask()).toMatchObject({ reachable: false });
  });

  test('nobody is believed without a certificate', async () => {
    const { url } = await over('server');
    expect(await errorOf(asking({ url }))).toBe(
      `cannot ask inventory-sd at ${url}: the certificate comes from no authority that is trusted`,
    );
  });
});

test('the door tells it', async () => {
  const answer = { configured: true, url: 'http://x', reachable: false, error: 'e', since: 's' } as const;
  const web = await startTestWeb(await openMemoryStore(), { inventorySd: { ask: async () => answer } });
  ends.push(() => web.stop());
  const told = await fetch(`${web.url}/api/v1/inventory_sd`);
  expect(await told.json()).toEqual({ status: 'success', data: answer });
});
