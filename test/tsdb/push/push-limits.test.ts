// The limits at the doors: which answers a client gets, and what the others feel.

import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/lib/errors.ts';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { startTestWeb } from '../web/test-web.ts';
import { clientsFile, openForTest } from './test-doors.ts';

/** Time stands still there. */
const openAtOnce = (...args: string[]) => openForTest(args, undefined, () => 0);

const metrics = (count: number, name = 'a') =>
  Array.from({ length: count }, (_, i) => ({ name: `${name}_${i}`, value: i }));

describe('a client', () => {
  test('that pushed its second is told when to come back', async () => {
    const { post, registry } = await openAtOnce('--push.samples-per-second=1000');
    const client = { authorization: 'Bearer c1' };
    expect((await post('/v1/metrics', metrics(600), client)).status).toBe(201);
    const { status, headers, body } = await post('/v1/metrics', metrics(999), client);
    expect(status).toBe(429);
    expect(body).toEqual({
      status: 'error',
      error: expect.stringContaining('this client may have 1000 a second'),
    });
    expect(headers.get('retry-after')).toBe('1');
    expect(headers.get('ratelimit-policy')).toBe('"default";q=1000;w=1');
    expect(headers.get('ratelimit')).toBe('"default";r=400;t=1');
    expect((await post('/v1/metrics', metrics(999), { authorization: 'c2' })).status).toBe(201);
    const told = await registry.metrics();
    expect(told).toMatch(/mini_tsdb_push_limited_total\{client="token:[\w-]{12}",reason="limited"\} 1/);
    expect(told).toContain('mini_tsdb_push_refused_total{reason="limited"} 1');
    expect(told).toContain('mini_tsdb_push_samples_total 1599');
    expect(told).toContain('mini_tsdb_push_batches_total 2');
  });

  test('whose batch can never fit is told the limit, and not to come back', async () => {
    const { post } = await openForTest(['--push.samples-per-second=5']);
    const { status, headers, body } = await post('/metrics', { metrics: metrics(6) });
    expect([status, headers.get('retry-after')]).toEqual([413, null]);
    expect(body).toEqual({ success: false, error: expect.stringContaining('the limit of this client is 5') });
  });

  test('may have so many requests', async () => {
    const { post } = await openAtOnce('--push.requests-per-second=1');
    expect((await post('/metrics', { metrics: metrics(5) })).status).toBe(200);
    const { status, headers } = await post('/metrics', { metrics: metrics(5) });
    expect([status, headers.get('ratelimit-policy')]).toEqual([429, '"default";q=1;w=1']);
    expect(headers.get('ratelimit')).toBe('"default";r=0;t=1');
  });

  test('may have so many series, and goes on with those it has', async () => {
    const { post, store } = await openForTest(['--push.max-series-per-client=3']);
    expect((await post('/v1/metrics', metrics(2))).status).toBe(201);
    const { status, body } = await post('/v1/metrics', metrics(4));
    expect([status, body]).toEqual([
      400,
      { status: 'error', error: 'cannot add series: the limit of this client is 3; nothing was taken' },
    ]);
    expect((await post('/v1/metrics', metrics(3))).status).toBe(201);
    expect((await post('/v1/metrics', metrics(3))).status).toBe(201);
    expect((await post('/v1/metrics', metrics(1, 'b'))).status).toBe(400);
    expect((await post('/v1/metrics', metrics(3, 'b'), { authorization: 'other' })).status).toBe(201);
    expect((await store.stats(0)).series).toBe(6);
  });

  test('may have fewer series when their labels are long', async () => {
    const { post } = await openForTest(['--push.max-series-per-client=7']);
    const long = { name: 'a', value: 1, tags: { text: 'x'.repeat(4096) } };
    expect((await post('/v1/metrics', long)).status).toBe(201);
    expect((await post('/v1/metrics', { ...long, name: 'b' })).status).toBe(400);
    expect((await post('/v1/metrics', metrics(3))).status).toBe(400);
    expect((await post('/v1/metrics', metrics(2))).status).toBe(201);
  });

  test('without a token where a clients file stands is refused, with one is known by its name', async () => {
    const file = await clientsFile('clients: [{name: plant, token: s3cret, samples_per_second: 2}]');
    const { post, registry, lines } = await openForTest([file]);
    const nobody = await post('/v1/metrics', metrics(1));
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect((await post('/v1/metrics', metrics(1), { authorization: 'Bearer wrong' })).status).toBe(401);
    const known = { authorization: 'Bearer s3cret' };
    expect((await post('/v1/metrics', metrics(2), known)).status).toBe(201);
    expect((await post('/v1/metrics', metrics(3), known)).status).toBe(413);
    const told = await registry.metrics();
    expect(told).toContain('mini_tsdb_push_limited_total{client="plant",reason="too_large"} 1');
    expect(told).toContain('mini_tsdb_push_refused_total{reason="unauthorized"} 2');
    expect(told + lines.join()).not.toContain('s3cret');
  });
});

test('series of pushes that the store refused do not use up the limit of the client', async () => {
  let isAway = true;
  const { post } = await openForTest(['--push.max-series-per-client=3'], (write) => async (batch) => {
    if (isAway) throw new AppError('unavailable', 'cannot reach the store');
    return write(batch);
  });
  for (const name of ['a', 'b', 'c']) expect((await post('/v1/metrics', metrics(3, name))).status).toBe(503);
  isAway = false;
  expect((await post('/v1/metrics', metrics(3, 'd'))).status).toBe(201);
  expect((await post('/v1/metrics', metrics(1, 'e'))).status).toBe(400);
});

test('while the store is away everybody is told to come back, and the log why, once', async () => {
  let isAway = true;
  const { post, lines } = await openForTest([], (write) => async (batch) => {
    if (isAway) throw new AppError('unavailable', 'cannot reach the store at 192.0.2.1');
    return write(batch);
  });
  for (let i = 0; i < 3; i += 1) {
    const { status, headers, body } = await post('/v1/metrics', metrics(1));
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
    expect(JSON.stringify(body)).not.toContain('192.0.2.1');
  }
  isAway = false;
  expect((await post('/v1/metrics', metrics(1))).status).toBe(201);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'cannot take pushed samples; who pushes is told to come back',
    'pushed samples are taken again',
  ]);
  expect(lines[0]).toContain('192.0.2.1');
});

test('what is under way is bounded, for one client and for all', async () => {
  let go = () => {};
  const held = new Promise<void>((resolve) => {
    go = resolve;
  });
  const { post, registry } = await openForTest(['--push.max-concurrency=4'], (write) => async (batch) => {
    await held;
    return write(batch);
  });
  const from = (client: number) => post('/v1/metrics', metrics(1), { authorization: `c${client}` });
  const running = [0, 1, 2, 3].map(from);
  // They are in once the limit of all is reached: then a new client is refused.
  await waitFor('a refusal', async () => (await from(Math.random())).status === 503);
  go();
  expect((await Promise.all(running)).map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  expect(await registry.metrics()).toMatch(/refused_total\{reason="overloaded"\} [1-9]/);
  expect((await from(0)).status).toBe(201);
});

test('of fifty clients one floods, and the others do not feel it', async () => {
  const { post } = await openForTest(['--push.samples-per-second=100', '--push.requests-per-second=1000']);
  const start = performance.now();
  let isOver = false;
  const flood = Array.from({ length: 8 }, async () => {
    const got = { taken: 0, limited: 0 };
    while (!isOver) {
      const { status } = await post('/v1/metrics', metrics(10), { authorization: 'flood' });
      if (status === 201) got.taken += 10;
      else if (status === 429) got.limited += 1;
    }
    return got;
  });
  const polite = Array.from({ length: 49 }, async (_, client) => {
    const statuses: number[] = [];
    for (let i = 0; i < 5; i += 1)
      statuses.push((await post('/v1/metrics', metrics(20), { authorization: `c${client}` })).status);
    return statuses;
  });
  expect((await Promise.all(polite)).flat()).toEqual(Array(49 * 5).fill(201));
  isOver = true;
  const got = await Promise.all(flood);
  const sum = (what: 'taken' | 'limited') => got.reduce((total, one) => total + one[what], 0);
  expect(sum('limited')).toBeGreaterThan(0);
  expect(sum('taken')).toBeLessThanOrEqual(100 + (performance.now() - start) / 10);
});

test('large bodies that arrive at a time are bounded, and small ones always have room', async () => {
  const { post, url } = await openForTest(['--push.max-body-size=2MB']);
  const { port } = new URL(url);
  const head =
    'POST /v1/metrics HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2000000\r\n\r\n';
  let refused = 0;
  const sockets = Array.from({ length: 40 }, () => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('data', (answer) => {
      if (String(answer).startsWith('HTTP/1.1 503')) refused += 1;
    });
    socket.on('error', () => {});
    socket.write(head);
    socket.write(Buffer.alloc(1_900_000, ' '));
    return socket;
  });
  // 32 of the largest have room.
  await waitFor('refusals', () => refused >= 5);
  expect((await post('/v1/metrics', metrics(1))).status).toBe(201);
  const large = ' '.repeat(1_500_000) + JSON.stringify(metrics(1));
  expect(await post('/v1/metrics', large)).toMatchObject({
    status: 503,
    body: { error: expect.stringContaining('too many large bodies') },
  });
  for (const socket of sockets) socket.destroy();
  await waitFor('room', async () => (await post('/v1/metrics', large)).status === 201);
  expect(refused).toBeLessThanOrEqual(9);
});

test('doors that are off say which flag opens them', async () => {
  const web = await startTestWeb(await openMemoryStore(), {}, []);
  for (const path of ['/v1/metrics', '/metrics']) {
    const answer = await fetch(`${web.url}${path}`, { method: 'POST', body: '{}' });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('--web.enable-push')]);
  }
  await web.stop();
});
