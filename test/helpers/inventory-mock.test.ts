import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { HttpResponse, http, mockInventory } from './inventory-mock.ts';

const inventory = mockInventory();

test('a request of undici is answered by a handler', async () => {
  inventory.use(http.get('http://inventory.test/inventory', () => HttpResponse.json(['sensor_0'])));

  const answer = await request('http://inventory.test/inventory', { headers: { 'if-none-match': '"1"' } });

  expect(answer.statusCode).toBe(200);
  expect(await answer.body.json()).toEqual(['sensor_0']);
  expect(inventory.requests.map(({ headers }) => headers.get('if-none-match'))).toEqual(['"1"']);
});

test('the handlers and requests of another test are forgotten', async () => {
  expect(inventory.requests).toEqual([]);
  await expect(request('http://inventory.test/inventory')).rejects.toThrow('Network error');
  expect(inventory.takeUnhandled()).toEqual(['GET http://inventory.test/inventory']);
});

test.each(['/inventory', '/inventory.json'])('a real server is not reached at %s', async (path) => {
  let reached = 0;
  const server = createServer((_incoming, response) => response.end(`${++reached}`)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;

  await expect(request(url)).rejects.toThrow('Network error');

  expect(reached).toBe(0);
  expect(inventory.takeUnhandled()).toEqual([`GET ${url}`]);
});

test('a request that nothing answers fails its test, whatever the code makes of the error', async () => {
  await request('http://inventory.test/forgotten').catch(() => 'kept the last list');
  expect(() => inventory.failOnUnhandled()).toThrow('no handler for GET http://inventory.test/forgotten');
});
