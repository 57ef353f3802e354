import { request as send } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { AppError } from '../../src/lib/errors.ts';
import { json, type Routes, serveRoutes, text } from '../../src/lib/routes.ts';
import { startTestServer, type TestServer } from '../helpers/http-server.ts';

const errors: unknown[] = [];
let server: TestServer | undefined;
afterEach(async () => {
  await server?.stop();
  errors.length = 0;
});

const ROUTES: Routes = {
  '/': { GET: () => text(200, 'root') },
  '/echo': {
    GET: ({ method, url, remoteAddress }) => json(200, { method, query: url.search, remoteAddress }),
    POST: async (request) => text(200, `${request.headers['x-test']} ${(await request.body()).length}`),
  },
  '/below/*': { GET: ({ url }) => text(200, url.pathname) },
  '/broken': { GET: () => Promise.reject(new AppError('secret', 'the details')) },
};

async function ask(path: string, options: RequestInit = {}) {
  server = await startTestServer(serveRoutes(ROUTES, (error) => void errors.push(error)));
  const answer = await fetch(server.url + path, options);
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
}

test('a path is answered, with its query and who asks', async () => {
  expect(await ask('/')).toMatchObject({ status: 200, body: 'root\n' });
  expect(JSON.parse((await ask('/echo?a=1')).body)).toEqual({
    method: 'GET',
    query: '?a=1',
    remoteAddress: '127.0.0.1',
  });
});

test('HEAD is answered by GET, without the body', async () => {
  const { status, headers, body } = await ask('/', { method: 'HEAD' });
  expect([status, headers.get('content-length'), body]).toEqual([200, '5', '']);
});

test('a wildcard takes everything below its path', async () => {
  expect((await ask('/below/me')).body).toBe('/below/me\n');
  expect((await ask('/below')).status).toBe(404);
});

test('another path is 404, another method 405 with what is allowed', async () => {
  expect(await ask('/missing')).toMatchObject({ status: 404, body: 'nothing is at /missing\n' });
  expect(await ask('/constructor')).toMatchObject({ status: 404 });
  const { status, headers } = await ask('/echo', { method: 'DELETE' });
  expect([status, headers.get('allow')]).toEqual([405, 'HEAD, GET, POST']);
});

test('a handler that fails is 500 without details; the details go to the log', async () => {
  expect(await ask('/broken')).toMatchObject({ status: 500, body: 'internal error; the log says more\n' });
  expect(errors).toMatchObject([{ reason: 'secret' }]);
});

describe('a body', () => {
  test('is read', async () => {
    expect((await ask('/echo', { method: 'POST', body: 'hello', headers: { 'x-test': 'got' } })).body).toBe(
      'got 5\n',
    );
  });

  test('above 1 MiB is 413', async () => {
    expect((await ask('/echo', { method: 'POST', body: 'x'.repeat(1_048_577) })).status).toBe(413);
  });
});

test('a request target that is no path is 400', async () => {
  server = await startTestServer(serveRoutes(ROUTES, (error) => void errors.push(error)));
  const { port } = new URL(server.url);
  const status = await new Promise((resolve) => {
    send({ port, path: 'http://[', host: '127.0.0.1' }, (answer) =>
      resolve(answer.resume().statusCode),
    ).end();
  });
  expect(status).toBe(400);
});
