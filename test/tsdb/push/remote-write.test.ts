// The remote write door: what it takes, what it refuses, and that a refused request leaves nothing behind.

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openMemoryStore } from '../../../src/tsdb/storage/memory/store.ts';
import { encodeWriteRequest, type SentSeries, snappy } from '../../helpers/remote-write.ts';
import { startTestWeb } from '../web/test-web.ts';
import { type OpenDoors, openDoors } from './open-doors.ts';

const HEADERS = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
};
const NOW = Date.now();

let doors: OpenDoors;

beforeEach(async () => {
  doors = await openDoors(['--push.samples-per-second=500', '--push.max-body-size=64KB']);
});

afterEach(async () => {
  await doors.stop();
  expect(doors.failures).toEqual([]);
});

async function write(body: Buffer, headers: Readonly<Record<string, string>> = HEADERS) {
  const answer = await fetch(`${doors.url}/api/v1/write`, { method: 'POST', headers, body: body as never });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

const send = (...series: SentSeries[]) => write(snappy(encodeWriteRequest(series)));
const many = (count: number): SentSeries => ({
  labels: { __name__: 'many' },
  samples: Array.from({ length: count }, (_, i) => [NOW - count + i, i]),
});
const stored = async () => (await doors.store.stats(0)).samples;

test('takes samples and says nothing', async () => {
  const answer = await send({ labels: { __name__: 'up', job: 'a' }, samples: [[NOW, 1]] });
  expect([answer.status, answer.text]).toEqual([204, '']);
  const found = await (await fetch(`${doors.url}/api/v1/query?query=up&time=${NOW / 1000}`)).json();
  expect(found).toMatchObject({
    data: { result: [{ metric: { __name__: 'up', job: 'a' }, value: [NOW / 1000, '1'] }] },
  });
});

test('a request of metadata alone describes metrics', async () => {
  const body = snappy(encodeWriteRequest([], [{ type: 1, metric_family_name: 'a_total', help: 'Of a.' }]));
  expect((await write(body)).status).toBe(204);
  expect(doors.families.all().get('a_total')).toEqual({ type: 'counter', help: 'Of a.', unit: '' });
});

test('an empty request is taken', async () => {
  expect((await write(snappy(Buffer.alloc(0)))).status).toBe(204);
});

test('what is left out is counted', async () => {
  await send({ labels: { __name__: 'a' }, samples: [[NOW, 1]], exemplars: 2, histograms: 1 });
  const text = await doors.registry.metrics();
  expect(text).toContain('mini_tsdb_remote_write_left_out_total{kind="exemplar"} 2');
  expect(text).toContain('mini_tsdb_remote_write_left_out_total{kind="native_histogram"} 1');
});

describe('refuses, and keeps nothing', () => {
  afterEach(async () => expect(await stored()).toBe(0));

  test('a batch with one faulty series, which it names', async () => {
    const answer = await send(many(10), { labels: { job: 'a' }, samples: [[NOW, 1]] });
    expect([answer.status, answer.text]).toEqual([
      400,
      'cannot read timeseries[1]: it has no __name__; nothing was taken\n',
    ]);
  });

  test('a time in the far future', async () => {
    const answer = await send(many(10), { labels: { __name__: 'a' }, samples: [[NOW + 86_400_000, 1]] });
    expect(answer.status).toBe(400);
  });

  test.each([
    ['no snappy', Buffer.from('plain'), 400],
    ['no WriteRequest', snappy(Buffer.from('plain')), 400],
    ['more than a body may be', Buffer.alloc(65_537), 413],
    ['more than a body may be when it is unpacked', snappy(Buffer.alloc(65_537)), 413],
  ])('%s', async (_, body, status) => expect((await write(body)).status).toBe(status));

  test('more samples than there can ever be room for: 413, never 429', async () => {
    const answer = await send(many(501));
    expect([answer.status, answer.text]).toEqual([
      413,
      'cannot take more than 500 samples at once; nothing was taken\n',
    ]);
  });

  test.each([
    ['another encoding', { ...HEADERS, 'content-encoding': 'zstd' }],
    ['another type', { ...HEADERS, 'content-type': 'application/json' }],
    ['neither type nor encoding, as a page of any site can send', {}],
    [
      'remote write 2.0',
      { ...HEADERS, 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' },
    ],
    ['the version of 2.0', { ...HEADERS, 'x-prometheus-remote-write-version': '2.0.0' }],
  ])('%s: 415', async (_, headers) => {
    const body = snappy(encodeWriteRequest([many(1)]));
    expect((await write(body, headers as unknown as Record<string, string>)).status).toBe(415);
  });
});

test('what a header does not say is what 1.0 says', async () => {
  const body = snappy(encodeWriteRequest([many(1)]));
  for (const left of ['content-type', 'content-encoding'] as const) {
    const { [left]: _, ...headers } = HEADERS;
    expect((await write(body, headers as unknown as Record<string, string>)).status).toBe(204);
  }
});

test('the name of the message of 1.0 may be told', async () => {
  const type = 'application/x-protobuf;proto=prometheus.WriteRequest';
  expect(
    (await write(snappy(encodeWriteRequest([many(1)])), { ...HEADERS, 'content-type': type })).status,
  ).toBe(204);
});

test('too much for now is 429 and says when to come again', async () => {
  await doors.stop();
  doors = await openDoors(['--push.samples-per-second=500'], undefined, () => 0);
  expect((await send(many(500))).status).toBe(204);
  const answer = await send(many(500));
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
  expect(answer.headers.get('ratelimit-policy')).toBe('"default";q=500;w=1');
});

test('a queue that takes nothing is 503 and says when to come again', async () => {
  const away = await openDoors([], () => async () => {
    throw new Error('the store is away');
  });
  const answer = await fetch(`${away.url}/api/v1/write`, {
    method: 'POST',
    headers: HEADERS,
    body: snappy(encodeWriteRequest([many(1)])) as never,
  });
  await away.stop();
  expect(answer.status).toBe(503);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
});

test('without its flag it is not there, as in Prometheus', async () => {
  const closed = await startTestWeb(await openMemoryStore());
  const answer = await fetch(`${closed.url}/api/v1/write`, { method: 'POST', headers: HEADERS, body: '' });
  const text = await answer.text();
  await closed.stop();
  expect([answer.status, text]).toEqual([
    404,
    'remote write receiver needs to be enabled with --web.enable-remote-write-receiver\n',
  ]);
});

test('any bytes are a clear 4xx or taken whole', async () => {
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => snappy(Buffer.from(bytes))),
  );
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => {
      expect([204, 400, 413]).toContain((await write(bytes)).status);
    }),
    { numRuns: 200 },
  );
  expect(await stored()).toBe(0);
});
