// What is counted of each client, and what `/api/v1/status/ingest` tells of it.

import { describe, expect, test } from 'vitest';
import { createClientCounts } from '../../../src/tsdb/push/client-counts.ts';
import { REFUSALS } from '../../../src/tsdb/push/refusal.ts';
import { clientsFile, openForTest } from './test-doors.ts';

const NONE = Object.fromEntries(REFUSALS.map((reason) => [reason, 0]));

describe('the counts', () => {
  test('are of each client, those that brought most first', () => {
    let now = 1000;
    const counts = createClientCounts(10, () => now);
    counts.taken('a', 5);
    counts.taken('b', 3);
    counts.refused('c', 'limited');
    counts.refused(undefined, 'unauthorized');
    now = 2000;
    counts.taken('b', 4);
    expect(counts.top(2)).toEqual([
      { client: 'b', samples: 7, batches: 2, refused: NONE, lastSeen: 2000 },
      { client: 'a', samples: 5, batches: 1, refused: NONE, lastSeen: 1000 },
    ]);
    expect(counts.top(9)[2]).toMatchObject({ client: 'c', refused: { ...NONE, limited: 1 } });
    expect(counts.total()).toMatchObject({
      samples: 12,
      batches: 3,
      refused: { ...NONE, limited: 1, unauthorized: 1 },
    });
  });

  test('are of so many clients at most; who was silent for longest makes room', () => {
    const counts = createClientCounts(2);
    counts.taken('a', 1);
    counts.taken('b', 1);
    counts.taken('a', 1);
    counts.taken('c', 1);
    expect(counts.top(9).map(({ client, samples }) => [client, samples])).toEqual([
      ['a', 2],
      ['c', 1],
    ]);
    for (let i = 0; i < 10_000; i++) counts.refused(`flood ${i}`, 'limited');
    expect([counts.size, counts.forgotten, counts.total().samples]).toEqual([2, 10_001, 4]);
  });

  test('that were given do not change any more', () => {
    const counts = createClientCounts();
    counts.taken('a', 1);
    const [before] = counts.top(1);
    counts.refused('a', 'limited');
    expect(before?.refused.limited).toBe(0);
  });
});

describe('/api/v1/status/ingest', () => {
  test('tells clients with their limits, what waits, and the store', async () => {
    const clients = 'clients: [{ name: east, token: s3cret, samples_per_second: 5, max_series: 9 }]';
    const doors = await openForTest([await clientsFile(clients)]);
    const client = { authorization: 'Bearer s3cret' };
    const metrics = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ name: `m_${i}`, value: i }));
    expect((await doors.post('/v1/metrics', metrics(3), client)).status).toBe(201);
    expect((await doors.post('/v1/metrics', metrics(6), client)).status).toBe(413);
    expect((await doors.post('/v1/metrics', metrics(1), {})).status).toBe(401);
    expect((await doors.post('/v1/metrics', '{', client)).status).toBe(400);
    const answer = await fetch(`${doors.url}/api/v1/status/ingest?limit=5`);
    const text = await answer.text();
    const { data } = JSON.parse(text);
    expect(data).toMatchObject({
      doors: { push: true, remoteWrite: true, grpc: false },
      push: {
        total: { samples: 3, batches: 1, refused: { ...NONE, too_large: 1, unauthorized: 1, bad_data: 1 } },
        clients: 1,
        forgotten: 0,
        top: [
          {
            client: 'east',
            samples: 3,
            batches: 1,
            refused: { too_large: 1 },
            lastSeen: expect.stringMatching(/^20\d\d-.*Z$/),
            series: 3,
            limits: { samplesPerSecond: 5, requestsPerSecond: 10_000, series: 9 },
          },
        ],
      },
      queue: { engine: 'direct', waiting: 0, oldestSeconds: 0, deadLetters: 0 },
      storage: {
        engine: 'memory',
        series: 3,
        samples: 3,
        retention: '15d',
        retentionBytes: 0,
        diskTrouble: false,
      },
    });
    expect(data.storage.bytes).toBeGreaterThan(0);
    expect(text).not.toContain('s3cret');
  });

  test('tells of as many clients as are wanted, and before anybody has pushed of none', async () => {
    const doors = await openForTest();
    const ask = async (query = '') =>
      (await (await fetch(`${doors.url}/api/v1/status/ingest${query}`)).json()) as {
        error?: string;
        data: { push: { clients: number; top: object[] } };
      };
    expect((await ask()).data.push).toMatchObject({ clients: 0, top: [] });
    for (const token of ['a', 'b', 'c'])
      await doors.post('/v1/metrics', [{ name: 'm', value: 1 }], { authorization: token });
    const { push } = (await ask('?limit=2')).data;
    expect([push.clients, push.top.length]).toEqual([3, 2]);
    expect((await ask('?limit=x')).error).toBe('limit must be a positive number');
  });
});
