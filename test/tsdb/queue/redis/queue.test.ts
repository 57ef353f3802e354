// The queue over a real Redis: what is pushed arrives, also when the store, Redis or a consumer goes away.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Queue } from '../../../../src/tsdb/queue/contract.ts';
import { type RunningRedis, startRedis } from '../../../helpers/redis.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, openTestQueue, TestStore } from './helpers.ts';

let redis: RunningRedis;
let store: TestStore;
const open: Queue[] = [];

beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.stop());
beforeEach(async () => {
  await redis.ask('FLUSHALL');
  store = new TestStore();
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((queue) => queue.close()));
});

function start(...args: Parameters<typeof openTestQueue>) {
  const queue = openTestQueue(...args);
  open.push(queue);
  return queue;
}

/** Pushes once there is a connection. */
async function pushed(queue: Queue, ...batches: Parameters<Queue['push']>[0][]): Promise<void> {
  for (const batch of batches)
    await waitFor('a push', async () => {
      await queue.push(batch);
      return true;
    });
}

test('what is pushed arrives in the store, exactly, and leaves nothing behind', async () => {
  const queue = start(redis, store);
  const batch = batchOf('a', 1000, 5);
  await pushed(queue, batch);
  await waitFor('the samples', () => store.samples.size === 5);
  expect(store.batches).toEqual([batch]);
  await waitFor('an empty stream', async () => (await redis.ask('XLEN', 'mini-tsdb:{push}')) === 0);
  expect(await queue.stats()).toEqual({ waiting: 0, oldestMs: 0, deadLetters: 0 });
});

test('samples wait in Redis while the store is away, and arrive when it is back', async () => {
  const queue = start(redis, store);
  store.isAway = true;
  await pushed(queue, batchOf('a', 0), batchOf('b', 0), batchOf('c', 0, 4));
  await waitFor('all to be held', async () => (await queue.stats()).waiting === 10);
  await waitFor('some tries', async () => (await queue.metric('mini_tsdb_queue_store_failures_total')) > 8);
  expect((await queue.stats()).oldestMs).toBeGreaterThan(100);
  store.isAway = false;
  await waitFor('the samples', () => store.samples.size === 10);
  await waitFor('nothing to wait', async () => (await queue.stats()).waiting === 0);
  expect((await queue.stats()).deadLetters).toBe(0);
  expect(store.duplicates).toBe(0);
});
