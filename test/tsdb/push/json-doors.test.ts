// The JSON doors: the request lines of the programs that they take the place of, and what they refuse.

import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenDoors, openDoors } from './open-doors.ts';

let doors: OpenDoors;

beforeEach(async () => {
  doors = await openDoors();
});

afterEach(async () => {
  await doors.stop();
  expect(doors.failures).toEqual([]);
});

const history = async (path: string) => (await fetch(`${doors.url}/v1/metrics/${path}`)).json();

describe('POST /v1/metrics', () => {
  test('takes one metric', async () => {
    const metric = { timestamp: '2024-02-02T11:43:02.099Z', name: 'temperature', value: 30 };
    const { status, body } = await doors.post('/v1/metrics', metric);
    expect([status, body]).toEqual([201, { status: 'success' }]);
    expect(await history('temperature')).toEqual([
      { timestamp: '2024-02-02T11:43:02.099Z', value: 30, labels: {} },
    ]);
    expect(await (await fetch(`${doors.url}/v1/metrics`)).json()).toEqual(['temperature']);
  });

  test('takes a list, an object with a list, and gzip', async () => {
    const f = async (body: unknown, headers = {}) =>
      expect((await doors.post('/v1/metrics', body, headers)).status).toBe(201);
    await f([
      { name: 'a', value: 1, timestamp_s: 1_700_000_000 },
      { name: 'a', value: 2, timestamp_ms: 1_700_000_000_001, tags: { site: 'north' } },
    ]);
    await f({ metrics: [{ name: 'a', value: 3, labels: { site: 'south' }, timestamp_s: 1_700_000_000.5 }] });
    const packed = gzipSync(JSON.stringify({ name: 'b', value: -0.5, timestamp_ms: 5 }));
    await f(packed, { 'content-encoding': 'gzip' });
    expect(await history('a?site=north')).toEqual([
      { timestamp: '2023-11-14T22:13:20.001Z', value: 2, labels: { site: 'north' } },
    ]);
    expect(await history('a?site=south')).toMatchObject([
      { timestamp: '2023-11-14T22:13:20.500Z', value: 3 },
    ]);
    expect(await history('b')).toMatchObject([{ timestamp: '1970-01-01T00:00:00.005Z', value: -0.5 }]);
  });
});

describe('POST /metrics', () => {
  test('takes a list from a client', async () => {
    const body = { metrics: [{ name: 'cpu_usage', value: 75.5, type: 'gauge', tags: {} }] };
    const answer = await doors.post('/metrics', body, { authorization: 'client-1' });
    expect([answer.status, answer.body]).toEqual([200, { success: true, metrics_processed: 1 }]);
    expect(await history('cpu_usage')).toMatchObject([{ value: 75.5 }]);
    expect(doors.families.all().get('cpu_usage')).toEqual({ type: 'gauge', help: '', unit: '' });
  });
});

test('/federate says what the pusher says', async () => {
  const metric = {
    name: 'cpu_usage',
    value: 75.5,
    timestamp_ms: Date.now(),
    type: 'GAUGE',
    help: 'Of one\\core\n',
  };
  await doors.post('/v1/metrics', [
    metric,
    { name: 'other', value: 1 },
    { ...metric, name: 'odd', type: 'curve' },
  ]);
  const text = await (await fetch(`${doors.url}/federate?match[]={__name__=~".%2B"}`)).text();
  expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# HELP cpu_usage Of one\\\\core\\n',
    '# TYPE cpu_usage gauge',
    '# HELP odd Of one\\\\core\\n',
    '# TYPE odd untyped',
    '# TYPE other untyped',
  ]);
});

describe('refuses', () => {
  const good = { name: 'a', value: 1 };
  const f = (metric: unknown, why: string) =>
    test(`${JSON.stringify(metric)?.slice(0, 100)}: metric 1 ${why}`, async () => {
      const v1 = await doors.post('/v1/metrics', [good, metric, { name: '' }]);
      expect([v1.status, v1.body]).toEqual([
        400,
        { status: 'error', error: expect.stringMatching(`^metric 1 ${why}.*; nothing was taken$`) },
      ]);
      const plain = await doors.post('/metrics', { metrics: [good, metric] });
      expect([plain.status, plain.body]).toEqual([
        400,
        { success: false, error: expect.stringContaining(`metric 1 ${why}`) },
      ]);
      expect((await doors.store.stats(0)).samples).toBe(0);
      expect(await doors.registry.metrics()).toContain('mini_tsdb_push_refused_total{reason="bad_data"} 2');
    });

  f(7, 'is no object');
  f(null, 'is no object');
  f([good], 'is no object');
  f({ value: 1 }, 'has no name');
  f({ name: 7, value: 1 }, 'has a name that is no text');
  f({ name: '', value: 1 }, 'has an empty name');
  f({ name: 'n'.repeat(256), value: 1 }, 'has a name of 256 characters, more than 255');
  f({ name: 'a' }, 'has no value');
  f({ name: 'a', value: '1' }, 'has a value that is no finite number');
  f({ name: 'a', value: null }, 'has a value that is no finite number');
  f({ ...good, timestamp: 1_700_000_000 }, 'has a timestamp without a unit; write RFC 3339, timestamp_s');
  f({ ...good, timestamp: '2026-02-30T00:00:00Z' }, 'has a timestamp that is no time');
  f({ ...good, timestamp: '2026-02-03 00:00:00' }, 'has a timestamp that is no time');
  f({ ...good, timestamp: null }, 'has a timestamp that is no time');
  f({ ...good, timestamp_ms: -1e17 }, 'has a timestamp that is no time');
  f({ ...good, timestamp_ms: 1.7e15 }, 'has a timestamp_ms that looks like microseconds');
  f({ ...good, timestamp_s: 1.7e12 }, 'has a timestamp_s that looks like milliseconds');
  f({ ...good, timestamp_s: 1.7e18 }, 'has a timestamp_s that looks like nanoseconds');
  f({ ...good, timestamp_ms: '5' }, 'has a timestamp that is no time');
  f({ ...good, timestamp_ms: 1, timestamp_s: 1 }, 'has more than one timestamp');
  f({ ...good, type: 7 }, 'has a type that is no text');
  f({ ...good, tags: 'a' }, 'has tags that are no object');
  f({ ...good, tags: {}, labels: {} }, 'has both tags and labels');
  f({ ...good, tags: { a: {} } }, 'has a tag "a" that is no text');
  f({ ...good, tags: { '': 'x' } }, 'has an empty tag name');
  f({ ...good, tags: { 'a-b': 'x', 'a.b': 'y' } }, 'has two tags that are "a_b"');
  f(
    { ...good, tags: { __name__: 'x' } },
    'has a tag that is "__name__"; the name of a metric stands in name',
  );
  f(
    { ...good, tags: { '--name--': 'x' } },
    'has a tag that is "__name__"; the name of a metric stands in name',
  );
  f({ ...good, tags: { a: 'v'.repeat(4097) } }, 'has a tag "a" of 4097 characters');
  f(
    { ...good, tags: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`t${i}`, 'x'.repeat(4000)])) },
    'has a name and tags of 68042 characters, more than 65536',
  );
  f(
    { ...good, tags: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`t${i}`, 'x'])) },
    'has 65 tags',
  );

  test('a text that is not UTF-8, in which two series would be one', async () => {
    const body = Buffer.from('{"name":"a","value":1,"tags":{"b":"\xff"}}', 'latin1');
    const { status, body: told } = await doors.post('/v1/metrics', body);
    expect([status, told]).toEqual([400, { status: 'error', error: 'the body is not UTF-8' }]);
  });

  test('a value that is larger than any number', async () => {
    const { status, body } = await doors.post('/metrics', '{"metrics":[{"name":"a","value":1e999}]}');
    expect([status, body]).toEqual([
      400,
      { success: false, error: expect.stringContaining('metric 0 has a value') },
    ]);
  });

  test('a time in the far future, whoever would find it', async () => {
    const timestamp_ms = Date.now() + 3_600_000;
    const { status, body } = await doors.post('/v1/metrics', [good, { ...good, timestamp_ms }]);
    expect([status, body]).toEqual([
      400,
      { status: 'error', error: expect.stringContaining('metric 1: its time') },
    ]);
    expect((await doors.store.stats(0)).samples).toBe(0);
  });

  test.each([
    ['/v1/metrics', [], 'there is no metric in the list'],
    ['/v1/metrics', { metrics: [] }, 'there is no metric in the list'],
    ['/v1/metrics', '', 'the body is empty'],
    ['/metrics', ' \n', 'the body is empty'],
    ['/v1/metrics', '{"name":"a","value":1', 'the body is no JSON'],
    ['/metrics', { metrics: [] }, 'there are 0 metrics; 1 to 1000 are taken at once'],
    ['/metrics', { metrics: Array(1001).fill(good) }, 'there are 1001 metrics'],
    ['/metrics', { metrics: {} }, 'the body is no object with a list'],
    ['/metrics', [good], 'the body is no object with a list'],
    ['/metrics', null, 'the body is no object with a list'],
  ])('%s %j', async (path, body, why) => {
    const answer = await doors.post(path, body);
    expect([answer.status, (answer.body as { error: string }).error]).toEqual([
      400,
      expect.stringContaining(why),
    ]);
  });

  test('other types and encodings by 415', async () => {
    const f = async (headers: Record<string, string>) =>
      expect((await doors.post('/v1/metrics', good, headers)).status).toBe(415);
    await f({ 'content-type': 'text/plain' });
    await f({ 'content-type': 'application/jsonp' });
    await f({ 'content-encoding': 'br' });
    const charset = { 'content-type': 'Application/JSON; charset=utf-8', 'content-encoding': 'identity' };
    expect((await doors.post('/v1/metrics', good, charset)).status).toBe(201);
    expect((await doors.post('/v1/metrics?any=1', good)).status).toBe(201);
  });

  test('what is no gzip, is cut, or blows up', async () => {
    const gzip = { 'content-encoding': 'gzip' };
    const packed = gzipSync(JSON.stringify(good));
    const f = async (body: Uint8Array, status: number) =>
      expect((await doors.post('/v1/metrics', body, gzip)).status).toBe(status);
    await f(Buffer.from('not gzip'), 400);
    await f(packed.subarray(0, packed.length - 9), 400);
    await f(gzipSync(Buffer.alloc(100 * 2 ** 20, ' ')), 413);
    await f(gzipSync(Buffer.alloc(9 * 2 ** 20, ' '), { level: 0 }), 413);
    await f(packed, 201);
  });

  test('a body that is too large, announced or not', async () => {
    const large = ' '.repeat(8 * 2 ** 20 + 1);
    expect(await doors.post('/v1/metrics', large)).toMatchObject({
      status: 413,
      body: { status: 'error', error: 'the body is larger than 8MB; nothing was taken' },
    });
    const body = new Blob([large]).stream();
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' };
    const answer = await fetch(`${doors.url}/v1/metrics`, init as RequestInit).catch(() => undefined);
    if (answer !== undefined) expect(answer.status).toBe(413);
    expect((await doors.post('/v1/metrics', ' '.repeat(7 * 2 ** 20) + JSON.stringify(good))).status).toBe(
      201,
    );
  });
});

describe('a metric', () => {
  test('may be as large as is said, and so may a list', async () => {
    const tags = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`t${i}`, 'v']));
    const large = { name: 'n'.repeat(255), value: 1, tags: { ...tags, t0: 'v'.repeat(4096) } };
    expect((await doors.post('/v1/metrics', large)).status).toBe(201);
    const list = { metrics: Array.from({ length: 1000 }, (_, i) => ({ name: `m${i}`, value: i })) };
    expect((await doors.post('/metrics', list)).body).toEqual({ success: true, metrics_processed: 1000 });
    expect((await doors.store.stats(0)).samples).toBe(1001);
  });

  test('has the time 0 also when its time is rounded to it from below', async () => {
    await doors.post('/v1/metrics', { name: 'a', value: 1, timestamp_ms: -0.2 });
    await doors.post('/v1/metrics', { name: 'a', value: 1, timestamp_ms: 0 });
    expect(await history('a')).toMatchObject([{ timestamp: '1970-01-01T00:00:00.000Z' }]);
  });

  test('without a time gets that of its arrival, later than the last of its series', async () => {
    const before = Date.now();
    const metrics = Array.from({ length: 5 }, (_, value) => ({ name: 'a', value, tags: { site: 'north' } }));
    await Promise.all([
      doors.post('/v1/metrics', metrics),
      doors.post('/v1/metrics', [...metrics, { name: 'a', value: 9, labels: { site: 'north', none: '' } }]),
    ]);
    const points = (await history('a')) as { timestamp: string; value: number }[];
    expect(points).toHaveLength(11);
    const times = points.map(({ timestamp }) => Date.parse(timestamp));
    expect(new Set(times).size).toBe(11);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(before);
    expect(Math.max(...times)).toBeLessThanOrEqual(Date.now() + 11);
  });

  test('of one series may not bring more than a thousand a second for long', async () => {
    const metrics = Array(9000).fill({ name: 'a', value: 1 });
    const statuses: number[] = [];
    for (let i = 0; i < 9; i += 1) {
      const answer = await doors.post('/v1/metrics', metrics, { authorization: `client-${i}` });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(statuses).toEqual([201, 201, 201, 201, 201, 201, 201, 429, 429]);
  });

  test('with another name is made a legal one, and its texts are labels', async () => {
    const odd = {
      name: '7cpu.usage-%',
      value: 1,
      tags: { 'a:b': 'x', '9': 7, up: true, gone: null, ä: '☃' },
    };
    expect((await doors.post('/v1/metrics', odd)).status).toBe(201);
    expect(await history('_7cpu_usage__')).toMatchObject([
      { labels: { a_b: 'x', _9: '7', up: 'true', _: '☃' } },
    ]);
  });

  test('cannot reach into this program by its names', async () => {
    const body = '{"name":"__proto__","value":1,"tags":{"__proto__":"x","constructor":"y","toString":"z"}}';
    expect((await doors.post('/v1/metrics', body)).status).toBe(201);
    expect(await doors.store.series([{ matchers: [], range: { from: 0, to: 8.64e15 } }], ANY)).toEqual([
      JSON.parse('{"__name__":"__proto__","__proto__":"x","constructor":"y","toString":"z"}'),
    ]);
  });

  test('without a label is found by that, also where every object has something of its name', async () => {
    await doors.post('/v1/metrics', { name: 'a', value: 1 });
    for (const label of ['other', 'constructor', '__proto__', 'toString'])
      expect(await history(`a?${label}=`)).toHaveLength(1);
    const matchers = ['a{constructor=""}', 'a'].map((text) => `match[]=${encodeURIComponent(text)}`);
    const all = await (await fetch(`${doors.url}/v1/export?${matchers.join('&')}`)).json();
    expect(all).toMatchObject({ a: [{ value: 1 }] });
    expect((all as { a: object[] }).a).toHaveLength(1);
  });

  const ANY = { take: () => {}, breathe: () => undefined };
});
