// The outbox in a real Redis: shared by processes, and what their ends leave of it.

import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import type { Outbox } from '../../../../src/tsdb/queue/outbox/contract.ts';
import { openRedisOutbox, type RedisOutboxOptions } from '../../../../src/tsdb/queue/redis/outbox.ts';
import { type RunningRedis, startRedis } from '../../../helpers/redis.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, drain, outboxTests, valuesOf } from '../outbox/outbox-suite.ts';

let redis: RunningRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(() => redis.ask('FLUSHALL'));

const BOUNDS = { mostSamples: 1e6, mostBytes: 2 ** 30, retentionMs: 3_600_000, dropped: () => {} };

async function make(changed: Partial<RedisOutboxOptions> = {}): Promise<Outbox> {
  const outbox = openRedisOutbox({
    ...BOUNDS,
    url: async () => redis.url,
    log: createLogger('silent'),
    consumer: 'host:1',
    queue: 'q:{a}',
    ...changed,
  });
  onTestFinished(() => outbox.close());
  await waitFor('Redis', async () => (await outbox.lease(1000).catch(() => 'away')) === undefined);
  return outbox;
}

outboxTests(make);

test('two processes share it: each sample is given to one, and what one gives back the other gets', async () => {
  const [one, two] = [await make(), await make({ consumer: 'host:2' })];
  for (let i = 0; i < 4; i += 1) await one.add(batchOf(i * 1000, (i + 1) * 1000));
  const leases = await Promise.all([one.lease(2000), two.lease(2000)]);
  expect(leases.flatMap(valuesOf).sort((a, b) => a - b)).toEqual([...Array(4000).keys()]);
  await leases[0]?.giveBack();
  expect((await drain(two)).sort((a, b) => a - b)).toEqual(valuesOf(leases[0]).sort((a, b) => a - b));
  await leases[1]?.ack();
  expect(await two.stats()).toMatchObject({ waiting: 0 });
});

test('what a process had that is gone comes again: at once from itself, in time from another', async () => {
  const gone = await make({ consumer: 'host:9' });
  await gone.add(batchOf(0, 10));
  await gone.lease(1000);
  const other = await make({ consumer: 'host:2', claimAfterMs: 1500 });
  expect(await other.lease(1000)).toBeUndefined();
  await waitFor('it to be taken over', async () => (await other.lease(1000)) !== undefined);
  const again = openRedisOutbox({
    ...BOUNDS,
    url: async () => redis.url,
    log: createLogger('silent'),
    consumer: 'host:2',
    queue: 'q:{a}',
  });
  onTestFinished(() => again.close());
  await waitFor('its own to come again', async () => {
    const lease = await again.lease(1000);
    return valuesOf(lease).length === 10;
  });
});

test('while Redis is away nothing is taken and nothing given, and afterwards all is there', async () => {
  const outbox = await make();
  await outbox.add(batchOf(0, 10));
  await redis.kill();
  await expect(outbox.add(batchOf(10, 20))).rejects.toThrow();
  await expect(outbox.lease(1000)).rejects.toThrow('cannot fetch samples from Redis');
  await redis.start();
  await waitFor('Redis', async () => outbox.add(batchOf(10, 20)).then(() => true));
  expect(await drain(outbox)).toEqual([...Array(20).keys()]);
});

test('an entry that is none of ours is put with the dead letters, and the others are given', async () => {
  const outbox = await make();
  await redis.ask('XADD', 'q:{a}:export', '*', 'batch', 'nonsense');
  await outbox.add(batchOf(0, 10));
  expect(await drain(outbox)).toEqual([...Array(10).keys()]);
  expect(await redis.ask('XLEN', 'q:{a}:export:dead')).toBe(1);
});
