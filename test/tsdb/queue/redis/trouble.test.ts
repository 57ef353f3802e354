// What a Redis in trouble, and crashes while the store is away, do to what waits in the queue.

import { describe, expect, test } from 'vitest';
import { encodeBatch } from '../../../../src/tsdb/queue/encode-batch.ts';
import { startRedis } from '../../../helpers/redis.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, openTestQueue, pushed, redisTests, STREAM } from './helpers.ts';

const DEAD = `${STREAM}:dead`;

const here = redisTests();

/** An entry that `host:1` was given so often and has not acknowledged, as after as many crashes. */
async function abandon(series: string, deliveries: number): Promise<string> {
  await here.redis.ask('XGROUP', 'CREATE', STREAM, 'store', '$', 'MKSTREAM').catch(() => {});
  const id = String(
    await here.redis.ask('XADD', STREAM, '*', 'batch', encodeBatch(batchOf(series, 0)), 'samples', '3'),
  );
  await here.redis.ask('XREADGROUP', 'GROUP', 'store', 'host:1', 'COUNT', '1', 'STREAMS', STREAM, '>');
  await here.redis.ask(
    'XCLAIM',
    STREAM,
    'store',
    'host:1',
    '0',
    id,
    'RETRYCOUNT',
    String(deliveries),
    'JUSTID',
  );
  return id;
}

async function deliveriesOf(id: string): Promise<number> {
  const [row] = (await here.redis.ask('XPENDING', STREAM, 'store', id, id, '1')) as [
    string,
    string,
    number,
    number,
  ][];
  return Number(row?.[3]);
}

const isEmpty = async () => (await here.redis.ask('XLEN', STREAM)) === 0;

test('the queue empties while Redis has no memory left', async () => {
  const queue = here.start();
  here.store.isAway = true;
  await pushed(queue, ...Array.from({ length: 20 }, (_, i) => batchOf('a', i * 3)));
  await here.redis.ask('CONFIG', 'SET', 'maxmemory', '1');
  try {
    await expect(queue.push(batchOf('b', 0))).rejects.toThrow(/OOM/);
    here.store.isAway = false;
    await waitFor('all', () => here.store.samples.size === 60);
    await waitFor('an empty stream', isEmpty);
  } finally {
    await here.redis.ask('CONFIG', 'SET', 'maxmemory', '0');
  }
});

test('a queue that starts while Redis has no memory left empties it', async () => {
  here.store.isAway = true;
  const before = here.start();
  await pushed(before, batchOf('a', 0), batchOf('b', 0));
  await before.close();
  await here.redis.ask('CONFIG', 'SET', 'maxmemory', '1');
  try {
    here.store.isAway = false;
    here.start();
    await waitFor('all', () => here.store.samples.size === 6);
    await waitFor('an empty stream', isEmpty);
    expect(here.store.duplicates).toBe(0);
  } finally {
    await here.redis.ask('CONFIG', 'SET', 'maxmemory', '0');
  }
});

test('what a Redis has that cannot write its disk arrives when it can again', async () => {
  // The name of a folder, so no snapshot comes about.
  const own = await startRedis({ dbfilename: 'appendonlydir' });
  const queue = openTestQueue(own, here.store);
  try {
    here.store.isAway = true;
    await pushed(queue, batchOf('a', 0), batchOf('a', 10));
    await own.ask('CONFIG', 'SET', 'save', '1 1');
    await waitFor('its refusal', () =>
      expect(queue.push(batchOf('b', 0)))
        .rejects.toThrow(/MISCONF/)
        .then(() => true),
    );
    await waitFor('its log to say so', () => queue.log.join().includes('cannot read the queue: MISCONF'));
    here.store.isAway = false;
    await own.ask('CONFIG', 'SET', 'save', '');
    await waitFor('all', () => here.store.samples.size >= 6);
    await waitFor('an empty stream', async () => (await own.ask('XLEN', STREAM)) === 0);
    expect((await queue.stats()).deadLetters).toBe(0);
  } finally {
    await queue.close();
    await own.stop();
  }
});

test('a user who may not take over what peers left reads all the same, and is told once', async () => {
  await here.redis.ask('ACL', 'SETUSER', 'reader', 'on', '>reader', '~*', '+@all', '-xautoclaim');
  const url = `redis://reader:reader@127.0.0.1:${here.redis.port}`;
  const queue = here.startWith({ url }, here.store, { bounds: { claimAfterMs: 200 } });
  const tries = async () =>
    ((await here.redis.ask('INFO', 'errorstats')) as string).match(/errorstat_NOPERM:count=(\d+)/)?.[1];
  for (let i = 0; Number((await tries()) ?? 0) < 5; i += 1) {
    await pushed(queue, batchOf('a', i * 3));
    await waitFor('it', () => here.store.samples.size === i * 3 + 3);
  }
  await waitFor('an empty stream', isEmpty);
  expect(queue.log.filter((line) => line.includes('NOPERM'))).toHaveLength(1);
});

test('entries of a peer that were deleted before they were taken over are counted', async () => {
  const ids = [await abandon('a', 1), await abandon('b', 1), await abandon('c', 1)];
  await here.redis.ask('XDEL', STREAM, ids[0] as string, ids[2] as string);
  const queue = here.start({ consumer: 'host:2', bounds: { claimAfterMs: 200 } });
  await waitFor('the other', () => here.store.samples.size === 3);
  expect(await queue.metric('mini_tsdb_queue_vanished_entries_total')).toBe(2);
});

test('a server that is made a replica again and again is told once', async () => {
  const own = await startRedis();
  // So soon that it always looks for what it could take over.
  const queue = openTestQueue(own, here.store, { bounds: { settledMs: 600_000, claimAfterMs: 20 } });
  const said = (words: RegExp) => queue.log.filter((line) => words.test(line));
  const connections = () => queue.metric('mini_tsdb_queue_redis_connections_total');
  try {
    await pushed(queue, batchOf('a', 0));
    for (let times = 0; times < 3; times += 1) {
      const before = await connections();
      await own.ask('REPLICAOF', '127.0.0.1', '1');
      await waitFor('new connections', async () => (await connections()) >= before + 3);
      await own.ask('REPLICAOF', 'NO', 'ONE');
      await pushed(queue, batchOf('a', 3 + times * 3));
    }
    expect(said(/"level":"(warn|error)"/)).toEqual([
      expect.stringMatching(/cannot use Redis at 127\.0\.0\.1:\d+: it is a replica/),
    ]);
    expect(said(/again/)).toHaveLength(1);
  } finally {
    await queue.close();
    await own.stop();
  }
});

test('a stream of another kind is told, and left alone', async () => {
  await here.redis.ask('SET', STREAM, 'mine');
  const queue = here.start();
  await waitFor('a refusal', () =>
    expect(queue.push(batchOf('a', 0)))
      .rejects.toThrow(/WRONGTYPE .*\(mini-tsdb:\{push\} in Redis at 127\.0\.0\.1:\d+\)/)
      .then(() => true),
  );
  await waitFor('its log to say so', () =>
    /cannot read the queue: WRONGTYPE .*\(mini-tsdb:\{push\} in Redis at 127\.0\.0\.1:\d+\)/.test(
      queue.log.join(),
    ),
  );
  expect(await here.redis.ask('GET', STREAM)).toBe('mine');
  await here.redis.ask('DEL', STREAM);
  await pushed(queue, batchOf('a', 0));
  await waitFor('it', () => here.store.samples.size === 3);
});

describe('an entry that was being tried in four crashes', () => {
  test('is not counted once more while nobody knows whether the store is there', async () => {
    const id = await abandon('a', 4);
    const writing = Promise.withResolvers<void>();
    const hanging = Promise.withResolvers<void>();
    here.store.before = () => {
      writing.resolve();
      return hanging.promise;
    };
    here.start();
    await writing.promise;
    // Were it to end now, the entry would be tried again.
    expect(await deliveriesOf(id)).toBe(4);
    hanging.resolve();
    await waitFor('it', () => here.store.samples.size === 3);
    await waitFor('an empty stream', isEmpty);
  });

  test('comes after another one, and is counted once the store has taken that', async () => {
    const id = await abandon('a', 4);
    const other = batchOf('b', 0);
    await here.redis.ask('XADD', STREAM, '*', 'batch', encodeBatch(other), 'samples', '3');
    const counted = Promise.withResolvers<number>();
    here.store.before = async () => {
      if (here.store.samples.size === 3) counted.resolve(await deliveriesOf(id));
    };
    here.start();
    expect(await counted.promise).toBe(5);
    expect([...here.store.samples.keys()]).toEqual(['b@0', 'b@1', 'b@2']);
    await waitFor('both', () => here.store.samples.size === 6);
    expect(await here.redis.ask('EXISTS', DEAD)).toBe(0);
  });

  test('is not tried for the sake of another one: a fresh one shows that the store is there', async () => {
    const ids = [await abandon('a', 4), await abandon('b', 4)];
    await here.redis.ask('XADD', STREAM, '*', 'batch', encodeBatch(batchOf('fresh', 0)), 'samples', '3');
    const tried: string[] = [];
    const counts: number[] = [];
    here.store.before = async () => {
      counts.push(await deliveriesOf(ids[0] as string));
    };
    const writer: typeof here.store.writer = (batch) => {
      tried.push(String(batch.labels[0]?.__name__));
      return here.store.writer(batch);
    };
    here.startWith(here.redis, { writer });
    await waitFor('all', () => here.store.samples.size === 9);
    expect([tried, counts.slice(0, 2)]).toEqual([
      ['fresh', 'a', 'b'],
      [4, 5],
    ]);
  });

  test('is given up after the fifth', async () => {
    await abandon('a', 5);
    const queue = here.start();
    await waitFor('a dead letter', async () => (await queue.stats()).deadLetters === 3);
    expect(here.store.samples.size).toBe(0);
  });
});
