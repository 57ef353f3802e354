// Real sockets: a mocked one does not end as a real one does when a request is given up.

import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../src/lib/http-client.ts';
import type { FetchError } from '../../../src/sidecar/inventory/fetch-error.ts';
import { fetchInventory } from '../../../src/sidecar/inventory/request.ts';
import { startTestServer, type TestServer } from '../../helpers/http-server.ts';
import { noCredentials, readList } from '../../helpers/inventory.ts';

let server: TestServer | undefined;
let client: HttpClient | undefined;
afterEach(async () => {
  await client?.close();
  await server?.stop();
});

interface Bounds {
  readonly timeoutMs: number;
  readonly retries?: number;
  readonly backoffMs?: number;
  readonly signal?: AbortSignal;
}

async function fetchFrom(listener: RequestListener, bounds: Bounds): Promise<FetchError | undefined> {
  server = await startTestServer(listener);
  client = createHttpClient();
  const { signal = new AbortController().signal, ...rest } = bounds;
  const observer = { requested() {}, retried() {} };
  const common = {
    client,
    url: `${server.url}/list`,
    userAgent: 'test',
    maxBytes: 1000,
    retries: 3,
    backoffMs: 1,
    readPage: readList,
    credentials: noCredentials(client),
  };
  return fetchInventory({ ...common, observer, ...rest }, undefined, signal).then(
    () => undefined,
    (error: FetchError) => error,
  );
}

const drip: RequestListener = (_, response) => {
  const timer = setInterval(() => response.write(' '), 10);
  response.once('close', () => clearInterval(timer));
};

describe('one deadline is over everything:', () => {
  test('a request that hangs', async () => {
    expect(await fetchFrom(() => {}, { timeoutMs: 50 })).toMatchObject({
      reason: 'timeout',
      message: `cannot fetch inventory: no whole answer from ${server?.url}/list within 50ms`,
    });
  });

  test('a body that drips', async () => {
    expect(await fetchFrom(drip, { timeoutMs: 100 })).toMatchObject({ reason: 'timeout' });
  });

  test('but the body of an error is not waited for: its status and Retry-After are known', async () => {
    const failing: RequestListener = (request, response) =>
      drip(request, response.writeHead(503, { 'retry-after': '600' }));
    expect(await fetchFrom(failing, { timeoutMs: 30_000 })).toMatchObject({
      reason: 'status',
      retryAfterMs: 600_000,
    });
  });

  test('retries: the message says what failed before', async () => {
    const failing: RequestListener = (_, response) => void response.writeHead(500).end();
    const error = await fetchFrom(failing, { timeoutMs: 3000, retries: 20, backoffMs: 100 });
    expect(error?.message).toMatch(/within 3s \(before that: 500, \d+ times\)$/);
  });

  test('a Retry-After that is being waited for, and then does not fit any more', async () => {
    let asked = 0;
    const busy: RequestListener = (_, response) => {
      asked += 1;
      response.writeHead(503, { 'retry-after': '1' }).end();
    };
    const error = await fetchFrom(busy, { timeoutMs: 1500, retries: 20 });
    expect(error).toMatchObject({ retryAfterMs: 1000 });
    expect(asked).toBeLessThanOrEqual(2);
  });
});

test('the next request after one that hung is answered', async () => {
  const hangs: RequestListener = (request, response) => void (request.url !== '/list' && response.end('[]'));
  expect(await fetchFrom(hangs, { timeoutMs: 50 })).toMatchObject({ reason: 'timeout' });
  const again = await client?.get(`${server?.url}/other`, {
    headers: {},
    maxBytes: 9,
    signal: AbortSignal.timeout(30_000),
  });
  expect(again?.status).toBe(200);
});

test('a stop while a request runs ends the poll with its own reason', async () => {
  const controller = new AbortController();
  const error = await fetchFrom(() => controller.abort(new Error('stopping')), {
    timeoutMs: 30_000,
    signal: controller.signal,
  });
  expect(error?.message).toBe('stopping');
});

test('a stop while a Retry-After is waited for ends the poll with its own reason', async () => {
  const controller = new AbortController();
  const busy: RequestListener = (_, response) => {
    response.writeHead(503, { 'retry-after': '20' }).end();
    setTimeout(() => controller.abort(new Error('stopping')), 100);
  };
  const error = await fetchFrom(busy, { timeoutMs: 30_000, signal: controller.signal });
  expect(error?.message).toBe('stopping');
});
