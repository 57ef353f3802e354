// Pages of a real server over real sockets.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpClient, type HttpClient } from '../../../src/lib/http-client.ts';
import { fetchInventory, type InventoryRequest } from '../../../src/sidecar/inventory/request.ts';
import { startTestServer } from '../../helpers/http-server.ts';
import { noCredentials, readList } from '../../helpers/inventory.ts';
import { startServer, type TestServer } from '../../inventory-server/servers.ts';

let client: HttpClient;
beforeAll(() => {
  client = createHttpClient();
});
afterAll(() => client.close());

const urlOf = ({ port }: TestServer) => `http://127.0.0.1:${port}/inventory?page=1&per_page=100`;
const idle = new AbortController().signal;

function fetchPages(url: string, options: Partial<InventoryRequest> = {}) {
  const request = {
    client,
    url,
    userAgent: 'test',
    timeoutMs: 30_000,
    retries: 1,
    maxBytes: 1_000_000,
    backoffMs: 1,
    observer: { requested() {}, retried() {} },
    readPage: readList,
    credentials: noCredentials(client),
    ...options,
  };
  return fetchInventory(request, undefined, idle);
}

test('all pages are one list', async () => {
  const { entries } = await fetchPages(urlOf(await startServer({ sensors: 1001 })));
  expect(entries).toEqual(Array.from({ length: 1001 }, (_, i) => `sensor_${i}`));
});

test('a page that fails once is tried again', async () => {
  const server = await startServer({ sensors: 1001 });
  await server.fault({ fault: 'status', status: 503, requests: 1 });
  expect((await fetchPages(urlOf(server))).entries).toHaveLength(1001);
});

test('a page that hangs ends at the deadline of the whole poll, and the message names it', async () => {
  const server = await startTestServer((request, response) => {
    if (request.url === '/list') response.setHeader('link', '</list?page=2>; rel="next"').end('["a"]');
  });
  const slow = fetchPages(`${server.url}/list`, { timeoutMs: 2000 });
  await expect(slow).rejects.toMatchObject({
    reason: 'timeout',
    message: `cannot fetch inventory: no whole answer from ${server.url}/list?… (page 2) within 2s`,
  });
  await server.stop();
});
