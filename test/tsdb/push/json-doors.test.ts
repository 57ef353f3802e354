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
