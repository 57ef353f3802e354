// The public server without faults: forms, validators, encodings, pages, metrics.

import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { RawAnswer } from './raw.ts';
import { startServer } from './servers.ts';

const FORMS = ['/inventory', '/inventory/objects', '/inventory/http_sd'];

function value(answer: RawAnswer): unknown {
  return JSON.parse(answer.body.toString());
}

describe('forms', () => {
  test('/inventory is the reference answer', async () => {
    const server = await startServer({ sensors: 100 });
    const answer = await server.get('/inventory');
    expect(answer.statusLine).toBe('HTTP/1.1 200 OK');
    expect(answer.headers['content-type']).toBe('application/json');
    const names = Array.from({ length: 100 }, (_, i) => `sensor_${i}`);
    expect(answer.body.toString()).toBe(JSON.stringify(names));
  });

  test('/inventory/objects has port, path and labels', async () => {
    const server = await startServer({ sensors: 2, sensorPort: 9200, sensorPath: '/probe' });
    expect(value(await server.get('/inventory/objects'))).toEqual([
      { name: 'sensor_0', port: 9200, path: '/probe', labels: { site: 'north', room: 'lab' } },
      { name: 'sensor_1', port: 9200, path: '/probe', labels: { site: 'north', room: 'hall' } },
    ]);
  });

  test('/inventory/http_sd has one group per label set', async () => {
    const server = await startServer({ sensors: 22 });
    const groups = value(await server.get('/inventory/http_sd')) as unknown[];
    expect(groups.length).toBe(20);
    expect(groups[0]).toEqual({
      targets: ['sensor_0:9100', 'sensor_20:9100'],
      labels: { site: 'north', room: 'lab' },
    });
  });

  test('/inventory/http_sd tells a path that Prometheus would not take by itself', async () => {
    const server = await startServer({ sensors: 1, sensorPath: '/probe' });
    expect(value(await server.get('/inventory/http_sd'))).toEqual([
      { targets: ['sensor_0:9100'], labels: { site: 'north', room: 'lab', __metrics_path__: '/probe' } },
    ]);
  });

  test.each(FORMS)('%s of no sensors is an empty list', async (path) => {
    const server = await startServer({ sensors: 0 });
    expect((await server.get(path)).body.toString()).toBe('[]');
  });

  test.each(FORMS)('%s is answered to HEAD without the body', async (path) => {
    const server = await startServer();
    const get = await server.get(path);
    const head = await server.get(path, {}, 'HEAD');
    expect(head.body.length).toBe(0);
    expect({ ...head.headers, date: '' }).toEqual({ ...get.headers, date: '' });
  });

  test('takes GET and HEAD only', async () => {
    const server = await startServer();
    const answer = await server.get('/inventory', {}, 'DELETE');
    expect(answer.statusLine).toBe('HTTP/1.1 405 Method Not Allowed');
    expect(answer.headers.allow).toBe('HEAD, GET');
    expect((await server.get('/inventory/other')).status).toBe(404);
  });
});

describe('validators', () => {
  test.each(FORMS)('%s is 304 without a body for who has it, plain and gzipped', async (path) => {
    const server = await startServer();
    for (const encoding of ['identity', 'gzip']) {
      const full = await server.get(path, { 'Accept-Encoding': encoding });
      const { etag = '' } = full.headers;
      const same = await server.get(path, { 'Accept-Encoding': encoding, 'If-None-Match': `"x", W/${etag}` });
      expect(same.statusLine).toBe('HTTP/1.1 304 Not Modified');
      expect(same.headers.etag).toBe(etag);
      expect(same.headers.vary).toBe('Accept-Encoding');
      expect(same.headers).not.toHaveProperty('content-length');
      expect(same.headers).not.toHaveProperty('content-type');
      expect(same.headers).not.toHaveProperty('content-encoding');
      expect(same.body.length).toBe(0);
    }
  });

  test('every form, page and encoding has a strong ETag of its own', async () => {
    const server = await startServer();
    const etags: unknown[] = [];
    for (const path of [...FORMS, '/inventory?page=1&per_page=2', '/inventory?page=2&per_page=2'])
      for (const encoding of ['identity', 'gzip'])
        etags.push((await server.get(path, { 'Accept-Encoding': encoding })).headers.etag);
    expect(new Set(etags).size).toBe(10);
    for (const etag of etags) expect(etag).toMatch(/^"[\w-]{27}(-gzip)?"$/);
  });

  test('the ETag follows the content, over a restart too', async () => {
    const server = await startServer();
    const first = (await server.get('/inventory')).headers.etag;
    await server.admin('POST', '/sensors', { count: 1 });
    expect((await server.get('/inventory', { 'If-None-Match': first ?? '' })).status).toBe(200);
    await server.admin('DELETE', '/sensors?count=1');
    expect((await server.get('/inventory')).headers.etag).toBe(first);
    expect((await (await startServer()).get('/inventory')).headers.etag).toBe(first);
  });

  test('Last-Modified is the time of the change, and If-Modified-Since is 304', async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const server = await startServer();
    const { 'last-modified': modified = '' } = (await server.get('/inventory')).headers;
    expect(Date.parse(modified)).toBeGreaterThanOrEqual(before);
    expect(Date.parse(modified)).toBeLessThanOrEqual(Date.now());
    expect((await server.get('/inventory', { 'If-Modified-Since': modified })).status).toBe(304);
    const old = new Date(Date.parse(modified) - 1000).toUTCString();
    expect((await server.get('/inventory', { 'If-Modified-Since': old })).status).toBe(200);
    expect((await server.get('/inventory', { 'If-Modified-Since': 'yesterday' })).status).toBe(200);
    const other = { 'If-Modified-Since': modified, 'If-None-Match': '"other"' };
    expect((await server.get('/inventory', other)).status).toBe(200);
  });

  test('a change in the second of the last one is never hidden by If-Modified-Since', async () => {
    const server = await startServer();
    const { 'last-modified': modified = '' } = (await server.get('/inventory')).headers;
    await server.admin('POST', '/sensors', { count: 1 });
    expect((await server.get('/inventory', { 'If-Modified-Since': modified })).status).toBe(200);
  });
});

test('Last-Modified is left out while it would lie in the future', async () => {
  const server = await startServer();
  for (let i = 0; i < 60; i += 1) await server.admin('POST', '/sensors', { count: 1 });
  expect((await server.get('/inventory')).headers).not.toHaveProperty('last-modified');
});

describe('gzip', () => {
  test.each(FORMS)('%s is compressed for who accepts it', async (path) => {
    const server = await startServer();
    const plain = await server.get(path);
    const gzipped = await server.get(path, { 'Accept-Encoding': 'gzip, deflate' });
    expect(gzipped.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(gzipped.headers['content-length']).toBe(String(gzipped.body.length));
    expect(gunzipSync(gzipped.body)).toEqual(plain.body);
    expect(plain.headers).not.toHaveProperty('content-encoding');
    expect(plain.headers.vary).toBe('Accept-Encoding');
  });
});

describe('pages', () => {
  test('follow each other by Link until the last one', async () => {
    const server = await startServer({ sensors: 5 });
    const first = await server.get('/inventory?page=1&per_page=2');
    expect(value(first)).toEqual(['sensor_0', 'sensor_1']);
    expect(first.headers.link).toBe('</inventory?page=2&per_page=2>; rel="next"');
    const last = await server.get('/inventory?page=3&per_page=2');
    expect(value(last)).toEqual(['sensor_4']);
    expect(last.headers).not.toHaveProperty('link');
  });

  test('have PAGE_SIZE entries when the client does not say', async () => {
    const server = await startServer({ pageSize: 3 });
    const answer = await server.get('/inventory/objects?page=1');
    expect((value(answer) as unknown[]).length).toBe(3);
    expect(answer.headers.link).toBe('</inventory/objects?page=2&per_page=3>; rel="next"');
  });

  test('an exactly full last page has no next one; beyond it there is nothing', async () => {
    const server = await startServer({ sensors: 4 });
    expect((await server.get('/inventory?page=2&per_page=2')).headers).not.toHaveProperty('link');
    const beyond = await server.get('/inventory?page=3&per_page=2');
    expect([beyond.body.toString(), beyond.headers.link]).toEqual(['[]', undefined]);
  });

  test('without page there is the whole list and no Link', async () => {
    const server = await startServer({ sensors: 5, pageSize: 2 });
    const answer = await server.get('/inventory');
    expect((value(answer) as unknown[]).length).toBe(5);
    expect(answer.headers).not.toHaveProperty('link');
  });

  test('of http_sd hold the sensors of the page', async () => {
    const server = await startServer({ sensors: 5 });
    const groups = value(await server.get('/inventory/http_sd?page=2&per_page=3')) as { targets: string[] }[];
    expect(groups.flatMap((group) => group.targets)).toEqual(['sensor_3:9100', 'sensor_4:9100']);
  });

  test.each([
    ['page=0', 'page: must be a whole number from 1 to 9007199254740991, is "0"'],
    ['page=-1', 'page: must be a whole number from 1 to 9007199254740991, is "-1"'],
    ['page=x', 'page: must be a whole number from 1 to 9007199254740991, is "x"'],
    ['page=', 'page: must be a whole number from 1 to 9007199254740991, is ""'],
    ['page=1.5', 'page: must be a whole number from 1 to 9007199254740991, is "1.5"'],
    ['page=1&page=2', 'page: given 2 times'],
    ['page=1&per_page=0', 'per_page: must be a whole number from 1 to 10000, is "0"'],
    ['page=1&per_page=10001', 'per_page: must be a whole number from 1 to 10000, is "10001"'],
    ['per_page=5', 'per_page: needs page'],
    ['pgae=1', 'pgae: no such query parameter'],
  ])('?%s is refused', async (query, error) => {
    const server = await startServer();
    const answer = await server.get(`/inventory?${query}`);
    expect([answer.status, value(answer)]).toEqual([400, { error }]);
  });

  test('a refused query uses no fault up', async () => {
    const server = await startServer();
    await server.fault({ fault: 'empty', requests: 1 });
    expect((await server.get('/inventory?page=0')).status).toBe(400);
    expect((await server.get('/inventory', {}, 'PUT')).status).toBe(405);
    expect((await server.get('/inventory')).body.toString()).toBe('[]');
    expect((await server.get('/inventory')).body.toString()).not.toBe('[]');
  });
});

describe('who gets a fault', () => {
  const gets = async (server: Awaited<ReturnType<typeof startServer>>, agent?: string) =>
    (await server.get('/inventory', agent === undefined ? {} : { 'User-Agent': agent })).status;

  test('a client by the beginning of its User-Agent, in any case', async () => {
    const server = await startServer();
    await server.fault({ fault: 'status', client: 'inventory-sd' });
    expect(await gets(server, 'inventory-sd/0.1.0')).toBe(500);
    expect(await gets(server, 'Inventory-SD/0.1.0')).toBe(500);
    expect(await gets(server, 'Prometheus/3.5.3')).toBe(200);
    expect(await gets(server, 'x inventory-sd')).toBe(200);
    expect(await gets(server)).toBe(200);
  });

  test('n requests of this client, whatever others ask', async () => {
    const server = await startServer();
    await server.fault({ fault: 'status', client: 'a', requests: 2 });
    const seen = [];
    for (const agent of ['a', 'b', 'a', 'b', 'a']) seen.push(await gets(server, agent));
    expect(seen).toEqual([500, 200, 500, 200, 200]);
  });

  test('the newest fault wins; the one before it is there again when the newest is used up', async () => {
    const server = await startServer();
    await server.fault({ fault: 'status', status: 500 });
    await server.fault({ fault: 'status', status: 503, requests: 1 });
    expect([await gets(server), await gets(server)]).toEqual([503, 500]);
  });

  test('every form at once', async () => {
    const server = await startServer();
    await server.fault({ fault: 'status' });
    for (const path of FORMS) expect((await server.get(path)).status).toBe(500);
  });
});

describe('own endpoints', () => {
  test('/metrics counts requests by form and status, and faults by kind', async () => {
    const server = await startServer();
    const { etag = '' } = (await server.get('/inventory')).headers;
    await server.get('/inventory', { 'If-None-Match': etag });
    await server.get('/inventory/objects');
    await server.get('/inventory/http_sd?page=0');
    await server.fault({ fault: 'reset', requests: 1 });
    await server.get('/inventory');
    const requests = (form: string, status: string) =>
      server.metric(`inventory_server_requests_total{form="${form}",status="${status}"}`);
    expect(await requests('names', '200')).toBe(1);
    expect(await requests('names', '304')).toBe(1);
    expect(await requests('names', 'none')).toBe(1);
    expect(await requests('objects', '200')).toBe(1);
    expect(await requests('http_sd', '400')).toBe(1);
    expect(await requests('http_sd', '200')).toBe(0);
    expect(await server.metric('inventory_server_faults_served_total{fault="reset"}')).toBe(1);
    expect(await server.metric('inventory_server_faults_served_total{fault="hang"}')).toBe(0);
  });

  test('/metrics tells sensors, revision, waiting faults and the build', async () => {
    const server = await startServer({ sensors: 7 });
    await server.admin('POST', '/sensors', { count: 1 });
    await server.fault({ fault: 'hang' });
    expect(await server.metric('inventory_server_sensors')).toBe(8);
    expect(await server.metric('inventory_server_revision')).toBe(2);
    expect(await server.metric('inventory_server_faults_active')).toBe(1);
    const labels = `version="${packageJson.version}",node_version="${process.versions.node}"`;
    expect(await server.metric(`inventory_server_build_info{${labels}}`)).toBe(1);
  });

  test('/metrics is the exposition that Prometheus 3 takes', async () => {
    const { headers } = await (await startServer()).get('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4(;|$)/);
  });

  test('/healthz is ok', async () => {
    const answer = await (await startServer()).get('/healthz');
    expect([answer.status, answer.body.toString()]).toEqual([200, 'ok\n']);
  });
});
