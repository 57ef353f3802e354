// What a Redis in trouble, and crashes while the store is away, do to what waits in the queue.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { encodeBatch } from '../../../../src/tsdb/queue/encode-batch.ts';
import { type RunningRedis, startRedis } from '../../../helpers/redis.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, openTestQueue, pushed, STREAM, type TestQueue, TestStore } from './helpers.ts';

const DEAD = `${STREAM}:dead`;

let redis: RunningRedis;
let store: TestStore;
const open: TestQueue[] = [];

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

/** An entry that `host:1` was given so often and has not acknowledged, as after as many crashes. */
async function abandon(series: string, deliveries: number): Promise<string> {
  await redis.ask('XGROUP', 'CREATE', STREAM, 'store', '$', 'MKSTREAM').catch(() => {});
  const id = String(
    await redis.ask('XADD', STREAM, '*', 'batch', encodeBatch(batchOf(series, 0)), 'samples', '3'),
  );
  await redis.ask('XREADGROUP', 'GROUP', 'store', 'host:1', 'COUNT', '1', 'STREAMS', STREAM, '>');
  await redis.ask('XCLAIM', STREAM, 'store', 'host:1', '0', id, 'RETRYCOUNT', String(deliveries), 'JUSTID');
  return id;
}

async function deliveriesOf(id: string): Promise<number> {
  const [row] = (await redis.ask('XPENDING', STREAM, 'store', id, id, '1')) as [
    string,
    string,
    number,
    number,
  ][];
  return Number(row?.[3]);
}

const isEmpty = async () => (await redis.ask('XLEN', STREAM)) === 0;

test('the queue empties while Redis has no memory left', async () => {
  const queue = start(redis, store);
  store.isAway = true;
  await pushed(queue, ...Array.from({ length: 20 }, (_, i) => batchOf('a', i * 3)));
  await redis.ask('CONFIG', 'SET', 'maxmemory', '1');
  try {
    await expect(queue.push(batchOf('b', 0))).rejects.toThrow(/OOM/);
    store.isAway = false;
    await waitFor('all', () => store.samples.size === 60);
    await waitFor('an empty stream', isEmpty);
  } finally {
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
  }
});

test('what a Redis has that cannot write its disk arrives when it can again', async () => {
  // The name of a folder, so no snapshot comes about.
  const own = await startRedis({ dbfilename: 'appendonlydir' });
  const queue = openTestQueue(own, store);
  try {
    store.isAway = true;
    await pushed(queue, batchOf('a', 0), batchOf('a', 10));
    await own.ask('CONFIG', 'SET', 'save', '1 1');
    await waitFor('its refusal', () =>
      expect(queue.push(batchOf('b', 0)))
        .rejects.toThrow(/MISCONF/)
        .then(() => true),
    );
    await waitFor('its log to say so', () => queue.log.join().includes('cannot read the queue: MISCONF'));
    store.isAway = false;
    await own.ask('CONFIG', 'SET', 'save', '');
    await waitFor('all', () => store.samples.size >= 6);
    await waitFor('an empty stream', async () => (await own.ask('XLEN', STREAM)) === 0);
    expect((await queue.stats()).deadLetters).toBe(0);
  } finally {
    await queue.close();
    await own.stop();
  }
});

test('a user who may not take over what peers left reads all the same, and is told once', async () => {
  await redis.ask('ACL', 'SETUSER', 'reader', 'on', '>reader', '~*', '+@all', '-xautoclaim');
  const url = `redis://reader:reader@127.0.0.1:${redis.port}`;
  const queue = start({ url }, store, { bounds: { claimAfterMs: 200 } });
  const tries = async () =>
    ((await redis.ask('INFO', 'errorstats')) as string).match(/errorstat_NOPERM:count=(\d+)/)?.[1];
  for (let i = 0; Number((await tries()) ?? 0) < 5; i += 1) {
    await pushed(queue, batchOf('a', i * 3));
    await waitFor('it', () => store.samples.size === i * 3 + 3);
  }
  await waitFor('an empty stream', isEmpty);
  expect(queue.log.filter((line) => line.includes('NOPERM'))).toHaveLength(1);
});

test('entries of a peer that were deleted before they were taken over are counted', async () => {
  const ids = [await abandon('a', 1), await abandon('b', 1), await abandon('c', 1)];
  await redis.ask('XDEL', STREAM, ids[0] as string, ids[2] as string);
  const queue = start(redis, store, { consumer: 'host:2', bounds: { claimAfterMs: 200 } });
  await waitFor('the other', () => store.samples.size === 3);
  expect(await queue.metric('mini_tsdb_queue_vanished_entries_total')).toBe(2);
});

test('a stream of another kind is told, and left alone', async () => {
  await redis.ask('SET', STREAM, 'mine');
  const queue = start(redis, store);
  await waitFor('a refusal', () =>
    expect(queue.push(batchOf('a', 0)))
      .rejects.toThrow(/WRONGTYPE/)
      .then(() => true),
  );
  await waitFor('its log to say so', () => queue.log.join().includes('WRONGTYPE'));
  expect(await redis.ask('GET', STREAM)).toBe('mine');
  await redis.ask('DEL', STREAM);
  await pushed(queue, batchOf('a', 0));
  await waitFor('it', () => store.samples.size === 3);
});

describe('an entry that was being tried in four crashes', () => {
  test('is not counted once more while nobody knows whether the store is there', async () => {
    const id = await abandon('a', 4);
    const writing = Promise.withResolvers<void>();
    const hanging = Promise.withResolvers<void>();
    store.before = () => {
      writing.resolve();
      return hanging.promise;
    };
    start(redis, store);
    await writing.promise;
    // Were it to end now, the entry would be tried again.
    expect(await deliveriesOf(id)).toBe(4);
    hanging.resolve();
    await waitFor('it', () => store.samples.size === 3);
    await waitFor('an empty stream', isEmpty);
  });

  test('comes after another one, and is counted once the store has taken that', async () => {
    const id = await abandon('a', 4);
    const other = batchOf('b', 0);
    await redis.ask('XADD', STREAM, '*', 'batch', encodeBatch(other), 'samples', '3');
    const counted = Promise.withResolvers<number>();
    store.before = async () => {
      if (store.samples.size === 3) counted.resolve(await deliveriesOf(id));
    };
    start(redis, store);
    expect(await counted.promise).toBe(5);
    expect([...store.samples.keys()]).toEqual(['b@0', 'b@1', 'b@2']);
    await waitFor('both', () => store.samples.size === 6);
    expect(await redis.ask('EXISTS', DEAD)).toBe(0);
  });

  test('is not tried for the sake of another one: a fresh one shows that the store is there', async () => {
    const ids = [await abandon('a', 4), await abandon('b', 4)];
    await redis.ask('XADD', STREAM, '*', 'batch', encodeBatch(batchOf('fresh', 0)), 'samples', '3');
    const tried: string[] = [];
    const counts: number[] = [];
    store.before = async () => {
      counts.push(await deliveriesOf(ids[0] as string));
    };
    const writer: typeof store.writer = (batch) => {
      tried.push(String(batch.labels[0]?.__name__));
      return store.writer(batch);
    };
    start(redis, { writer });
    await waitFor('all', () => store.samples.size === 9);
    expect([tried, counts.slice(0, 2)]).toEqual([
      ['fresh', 'a', 'b'],
      [4, 5],
    ]);
  });

  test('is given up after the fifth', async () => {
    await abandon('a', 5);
    const queue = start(redis, store);
    await waitFor('a dead letter', async () => (await queue.stats()).deadLetters === 3);
    expect(store.samples.size).toBe(0);
  });
});
