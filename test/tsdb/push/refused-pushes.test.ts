// What the log tells of refused pushes over HTTP: whose they were and why, and nothing that was sent.

import { expect, test } from 'vitest';
import type { OpenDoors } from './open-doors.ts';
import { clientsFile, openForTest } from './test-doors.ts';

const linesOf = ({ lines }: OpenDoors): Record<string, unknown>[] => lines.map((line) => JSON.parse(line));

test('a known client that sends rubbish is named with the reason, once a minute', async () => {
  const opened = await openForTest([await clientsFile('clients: [{name: plant-7, token: s3cret}]')]);
  const known = { authorization: 'Bearer s3cret' };
  const rubbish = [{ name: 'secret_name' }, { name: '', value: 1, tags: { site: 'secret-site' } }];
  for (let i = 0; i < 3; i += 1) expect((await opened.post('/v1/metrics', rubbish, known)).status).toBe(400);
  expect((await opened.post('/v1/metrics', ' '.repeat(9 * 2 ** 20), known)).status).toBe(413);
  expect((await opened.post('/metrics', [], { authorization: 'Bearer wr0ng' })).status).toBe(401);
  expect((await opened.post('/metrics', [])).status).toBe(401);
  expect((await opened.post('/metrics', [], { 'content-type': 'text/plain' })).status).toBe(415);
  expect(linesOf(opened)).toMatchObject([
    {
      level: 'warn',
      msg: 'push refused',
      client: 'plant-7',
      address: '127.0.0.1',
      reason: 'bad_data',
      why: 'metric 0 has no value; nothing was taken',
      refusals: 1,
    },
    { client: 'plant-7', reason: 'too_large', why: 'the body is larger than 8MB; nothing was taken' },
    { address: '127.0.0.1', reason: 'unauthorized', why: expect.stringContaining('this token may not') },
    { address: '127.0.0.1', reason: 'unsupported', why: 'the Content-Type is not application/json' },
  ]);
  expect(opened.lines.join()).not.toMatch(/s3cret|wr0ng|secret_name|secret-site/);
  const [{ client, refused } = { client: '', refused: {} }] = opened.push.tally(1).top;
  expect([client, refused]).toEqual(['plant-7', expect.objectContaining({ bad_data: 3, too_large: 1 })]);
  expect(opened.push.tally(1).total.refused).toMatchObject({ unauthorized: 2, unsupported: 1 });
  expect(await opened.registry.metrics()).toContain('mini_tsdb_push_refused_total{reason="unsupported"} 1');
});

test('a sender of remote write is named by its address', async () => {
  const opened = await openForTest();
  const write = (headers: Record<string, string>) =>
    fetch(`${opened.url}/api/v1/write`, { method: 'POST', body: 'rubbish', headers });
  const type = { 'content-type': 'application/x-protobuf' };
  expect((await write({ ...type, 'content-encoding': 'snappy' })).status).toBe(400);
  expect((await write({ ...type, 'content-encoding': 'zstd' })).status).toBe(415);
  expect(linesOf(opened)).toMatchObject([
    { client: 'address:127.0.0.1', address: '127.0.0.1', reason: 'bad_data' },
    { client: 'address:127.0.0.1', reason: 'unsupported', why: expect.stringContaining('zstd') },
  ]);
  expect(opened.push.tally(1).top[0]?.refused).toMatchObject({ bad_data: 1, unsupported: 1 });
});
