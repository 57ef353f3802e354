import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { findTargetsPage } from '../../../tools/demo/targets-page.ts';
import { freePort } from '../../helpers/free-port.ts';

test.each([
  [['/targets', '/classic/targets', '/api/v1/targets'], '/targets'],
  [['/classic/targets', '/api/v1/targets'], '/classic/targets'],
  [['/api/v1/targets'], '/api/v1/targets'],
  [[], '/targets'],
])('of the pages %j it shows %s', async (pages: readonly string[], want) => {
  const server = createServer(({ url = '' }, response) => {
    response.statusCode = pages.includes(url) ? 200 : 404;
    response.end('page');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const prometheus = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await findTargetsPage(prometheus)).toBe(prometheus + want);
});

test('a Prometheus that does not answer is still shown', async () => {
  const prometheus = `http://127.0.0.1:${await freePort()}`;
  expect(await findTargetsPage(prometheus)).toBe(`${prometheus}/targets`);
});
