// The admin API: the true list, the faults, and every bad input.

import { describe, expect, test } from 'vitest';
import { ask } from './raw.ts';
import { startServer } from './servers.ts';

const FAULTS =
  'status, delay, hang, drip, cut_body, long_length, cut_json, reset, html, empty, null, wrong_shape, quarter, half, renamed, wrong_charset, bom, endless, gzip_bomb';

async function names(server: Awaited<ReturnType<typeof startServer>>): Promise<string[]> {
  const { value } = await server.admin('GET', '/sensors');
  return (value as { sensors: { name: string }[] }).sensors.map((sensor) => sensor.name);
}

describe('GET /sensors', () => {
  test('is the true list with its revision, whatever the faults', async () => {
    const server = await startServer({ sensors: 1 });
    await server.fault({ fault: 'empty' });
    expect(await server.admin('GET', '/sensors')).toEqual({
      status: 200,
      value: {
        revision: 1,
        sensors: [{ name: 'sensor_0', port: 9100, path: '/metrics', labels: { site: 'north', room: 'lab' } }],
      },
    });
  });

  test('has a strong ETag and is 304 until the list changes', async () => {
    const server = await startServer();
    const { etag = '' } = (await ask(server.adminPort, '/sensors')).headers;
    expect(etag).toMatch(/^"[\w-]{27}"$/);
    const asked = () => ask(server.adminPort, '/sensors', { headers: { 'If-None-Match': etag } });
    expect((await asked()).status).toBe(304);
    await server.fault({ fault: 'half' });
    expect((await asked()).status).toBe(304);
    await server.admin('PUT', '/sensors', { count: 3 });
    expect((await asked()).status).toBe(200);
  });
});

describe('changes of the list', () => {
  test('PUT sets a count or names', async () => {
    const server = await startServer();
    expect(await server.admin('PUT', '/sensors', { count: 2 })).toEqual({
      status: 200,
      value: { revision: 2, count: 2 },
    });
    expect(await names(server)).toEqual(['sensor_0', 'sensor_1']);
    expect(await server.admin('PUT', '/sensors', { names: ['b', 'a'] })).toEqual({
      status: 200,
      value: { revision: 3, count: 2 },
    });
    expect(await names(server)).toEqual(['b', 'a']);
    expect((await server.get('/inventory')).body.toString()).toBe('["b","a"]');
    await server.admin('PUT', '/sensors', { count: 0 });
    expect(await names(server)).toEqual([]);
  });

  test('an equal list is no change', async () => {
    const server = await startServer({ sensors: 2 });
    const { value } = await server.admin('PUT', '/sensors', { names: ['sensor_0', 'sensor_1'] });
    expect(value).toEqual({ revision: 1, count: 2 });
  });

  test('POST adds the lowest free names, or the names given', async () => {
    const server = await startServer({ sensors: 3 });
    await server.admin('DELETE', '/sensors/sensor_1');
    expect((await server.admin('POST', '/sensors', { count: 2 })).value).toEqual({ revision: 3, count: 4 });
    expect(await names(server)).toEqual(['sensor_0', 'sensor_2', 'sensor_1', 'sensor_3']);
    expect((await server.admin('POST', '/sensors', { names: ['x'] })).value).toEqual({
      revision: 4,
      count: 5,
    });
  });

  test('POST of a name that exists is 409 and adds nothing', async () => {
    const server = await startServer({ sensors: 2 });
    expect(await server.admin('POST', '/sensors', { names: ['new', 'sensor_1'] })).toEqual({
      status: 409,
      value: { error: 'names: "sensor_1" exists already' },
    });
    expect(await names(server)).toEqual(['sensor_0', 'sensor_1']);
  });

  test('DELETE removes the last n, or all when there are fewer', async () => {
    const server = await startServer({ sensors: 5 });
    expect((await server.admin('DELETE', '/sensors?count=2')).value).toEqual({ revision: 2, count: 3 });
    expect(await names(server)).toEqual(['sensor_0', 'sensor_1', 'sensor_2']);
    expect((await server.admin('DELETE', '/sensors?count=10')).value).toEqual({ revision: 3, count: 0 });
  });

  test('DELETE of a name removes it, an encoded one too; an unknown one is 404', async () => {
    const server = await startServer();
    await server.admin('PUT', '/sensors', { names: ['a/b c', 'd'] });
    expect((await server.admin('DELETE', '/sensors/a%2Fb%20c')).value).toEqual({ revision: 3, count: 1 });
    expect(await server.admin('DELETE', '/sensors/gone')).toEqual({
      status: 404,
      value: { error: 'there is no sensor "gone"' },
    });
  });

  const long = 'x'.repeat(256);
  test.each<[string, string, unknown, string]>([
    ['PUT', '/sensors', '', 'body: is not JSON'],
    ['PUT', '/sensors', '{"count":', 'body: is not JSON'],
    ['PUT', '/sensors', [], 'body: must be a JSON object'],
    ['PUT', '/sensors', 'null', 'body: must be a JSON object'],
    ['PUT', '/sensors', {}, 'body: needs count or names'],
    ['PUT', '/sensors', { count: 1, names: [] }, 'names: cannot go with count'],
    ['PUT', '/sensors', { size: 1 }, 'size: the list of sensors takes count, names only'],
    ['PUT', '/sensors', { count: -1 }, 'count: must be a whole number from 0 to 1000000, is -1'],
    ['PUT', '/sensors', { count: 1.5 }, 'count: must be a whole number from 0 to 1000000, is 1.5'],
    ['PUT', '/sensors', { count: '5' }, 'count: must be a whole number from 0 to 1000000, is "5"'],
    ['PUT', '/sensors', { count: 1_000_001 }, 'count: must be a whole number from 0 to 1000000, is 1000001'],
    ['PUT', '/sensors', { names: 'a' }, 'names: must be a list of strings'],
    ['PUT', '/sensors', { names: ['a', 7] }, 'names[1]: must be a string, is 7'],
    ['PUT', '/sensors', { names: [''] }, 'names[0]: must not be empty'],
    ['PUT', '/sensors', { names: ['a', 'b', 'a'] }, 'names: has "a" twice'],
    ['PUT', '/sensors', { names: ['a\nb'] }, 'names[0]: must not hold control characters, is "a\\nb"'],
    ['PUT', '/sensors', { names: [long] }, 'names[0]: must have at most 255 characters, has 256'],
    ['POST', '/sensors', { count: 0 }, 'count: must be a whole number from 1 to 1000000, is 0'],
    [
      'POST',
      '/sensors',
      { count: 1_000_000 },
      'cannot add 1000000 sensors: there is room for 999996, at most 1000000',
    ],
    ['DELETE', '/sensors', undefined, 'count: must be a whole number from 1 to 1000000, is missing'],
    ['DELETE', '/sensors?count=0', undefined, 'count: must be a whole number from 1 to 1000000, is 0'],
    ['DELETE', '/sensors?count=x', undefined, 'count: must be a whole number from 1 to 1000000, is "x"'],
    ['DELETE', '/sensors?count=1&count=2', undefined, 'count: given 2 times'],
    ['DELETE', '/sensors?cuont=1', undefined, 'cuont: the query takes count only'],
    ['DELETE', '/sensors/%E0%A4', undefined, 'path: cannot decode %E0%A4'],
  ])('%s %s %j is 400', async (method, path, body, error) => {
    const server = await startServer();
    expect(await server.admin(method, path, body)).toEqual({ status: 400, value: { error } });
    expect((await names(server)).length).toBe(4);
  });

  test('a body above 1 MiB is 413', async () => {
    const server = await startServer();
    const answer = await server.admin('PUT', '/sensors', { names: ['x'.repeat(3_000_000)] });
    expect(answer).toEqual({ status: 413, value: { error: 'the body is larger than 1048576 bytes' } });
  });
});

describe('faults', () => {
  test('POST answers 201 with the fault, GET lists it and counts', async () => {
    const server = await startServer();
    const asked = { fault: 'status', status: 503, retryAfter: '30', client: 'inventory-sd', requests: 3 };
    const shown = {
      id: 1,
      fault: 'status',
      options: { status: 503, retryAfter: '30' },
      client: 'inventory-sd',
      left: 3,
      served: 0,
    };
    expect(await server.admin('POST', '/faults', asked)).toEqual({ status: 201, value: shown });
    await server.get('/inventory', { 'User-Agent': 'inventory-sd/1' });
    expect(await server.admin('GET', '/faults')).toEqual({
      status: 200,
      value: [{ ...shown, left: 2, served: 1 }],
    });
  });

  test.each<[Record<string, unknown>, Record<string, unknown>]>([
    [{ fault: 'status' }, { status: 500 }],
    [{ fault: 'delay' }, { ms: 5000 }],
    [{ fault: 'drip' }, { intervalMs: 500 }],
    [{ fault: 'wrong_shape' }, { shape: 'object' }],
    [{ fault: 'hang' }, {}],
  ])('%j has the options %j, for every client until cleared', async (asked, options) => {
    const server = await startServer();
    const { value } = await server.admin('POST', '/faults', asked);
    expect(value).toEqual({ id: 1, ...asked, options, client: null, left: null, served: 0 });
  });

  test('a fault whose requests are used up is gone', async () => {
    const server = await startServer();
    await server.fault({ fault: 'empty', requests: 1 });
    await server.get('/inventory');
    expect((await server.admin('GET', '/faults')).value).toEqual([]);
  });

  test('DELETE clears one or all', async () => {
    const server = await startServer();
    for (const fault of ['empty', 'null', 'html']) await server.fault({ fault });
    expect(await server.admin('DELETE', '/faults/2')).toEqual({ status: 200, value: { cleared: 1 } });
    const { value } = await server.admin('GET', '/faults');
    expect((value as { id: number }[]).map(({ id }) => id)).toEqual([1, 3]);
    expect(await server.admin('DELETE', '/faults')).toEqual({ status: 200, value: { cleared: 2 } });
    expect((await server.get('/inventory')).status).toBe(200);
    expect((await server.admin('GET', '/faults')).value).toEqual([]);
  });

  test('DELETE of an unknown fault is 404, of no number 400', async () => {
    const server = await startServer();
    expect(await server.admin('DELETE', '/faults/7')).toEqual({
      status: 404,
      value: { error: 'there is no fault 7' },
    });
    expect(await server.admin('DELETE', '/faults/x')).toEqual({
      status: 400,
      value: { error: 'id: must be a number, is "x"' },
    });
  });

  test('there are at most 100', async () => {
    const server = await startServer();
    for (let i = 0; i < 100; i += 1) await server.fault({ fault: 'empty' });
    expect(await server.admin('POST', '/faults', { fault: 'empty' })).toEqual({
      status: 409,
      value: { error: 'cannot add a fault: 100 are active; clear one first' },
    });
  });

  const DATE_OR_SECONDS = 'must be seconds ("30") or an HTTP date ("Thu, 01 Jan 1970 00:00:00 GMT")';
  test.each<[unknown, string]>([
    ['nonsense', 'body: is not JSON'],
    [[], 'body: must be a JSON object'],
    [{}, `fault: must be one of ${FAULTS}, is missing`],
    [{ fault: 'explode' }, `fault: must be one of ${FAULTS}, is "explode"`],
    [{ fault: 'empty', ms: 5 }, 'ms: fault empty takes fault, client, requests only'],
    [{ fault: 'status', ms: 5 }, 'ms: fault status takes fault, client, requests, status, retryAfter only'],
    [{ fault: 'status', status: 100 }, 'status: must be a whole number from 200 to 599, is 100'],
    [{ fault: 'status', status: 600 }, 'status: must be a whole number from 200 to 599, is 600'],
    [{ fault: 'status', status: '503' }, 'status: must be a whole number from 200 to 599, is "503"'],
    [{ fault: 'status', retryAfter: 'soon' }, `retryAfter: ${DATE_OR_SECONDS}, is "soon"`],
    [{ fault: 'status', retryAfter: '2030-01-01' }, `retryAfter: ${DATE_OR_SECONDS}, is "2030-01-01"`],
    [{ fault: 'status', retryAfter: 30 }, 'retryAfter: must be a string, is 30'],
    [{ fault: 'delay', ms: 600_001 }, 'ms: must be a whole number from 1 to 600000, is 600001'],
    [{ fault: 'delay', ms: 0 }, 'ms: must be a whole number from 1 to 600000, is 0'],
    [{ fault: 'drip', intervalMs: 0 }, 'intervalMs: must be a whole number from 1 to 60000, is 0'],
    [
      { fault: 'wrong_shape', shape: 'round' },
      'shape: must be one of object, number, string, numbers, nested, deep, mixed, is "round"',
    ],
    [{ fault: 'empty', client: '' }, 'client: must not be empty'],
    [{ fault: 'empty', client: 7 }, 'client: must be a string, is 7'],
    [{ fault: 'empty', requests: 0 }, 'requests: must be a whole number from 1 to 1000000000, is 0'],
    [{ fault: 'empty', requests: null }, 'requests: must be a whole number from 1 to 1000000000, is null'],
  ])('%j is 400', async (body, error) => {
    const server = await startServer();
    expect(await server.admin('POST', '/faults', body)).toEqual({ status: 400, value: { error } });
    expect((await server.admin('GET', '/faults')).value).toEqual([]);
  });
});

test('other paths are 404 and other methods 405', async () => {
  const server = await startServer();
  expect((await ask(server.adminPort, '/sensor')).status).toBe(404);
  expect((await ask(server.adminPort, '/faults', { method: 'PUT' })).status).toBe(405);
  expect((await ask(server.adminPort, '/healthz')).body.toString()).toBe('ok\n');
});
