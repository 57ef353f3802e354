// The queue over a real Redis: what is pushed arrives; what cannot be taken is refused.

import { describe, expect, test } from 'vitest';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, openTestQueue, pushed, redisTests, STREAM, TestStore } from './helpers.ts';

const here = redisTests();

test('what is pushed arrives in the store, exactly, and leaves nothing behind', async () => {
  const queue = here.start();
  const batch = batchOf('a', 1000, 5);
  await pushed(queue, batch);
  await waitFor('the samples', () => here.store.samples.size === 5);
  expect(here.store.batches).toEqual([batch]);
  await waitFor('an empty stream', async () => (await here.redis.ask('XLEN', STREAM)) === 0);
  expect(await queue.stats()).toEqual({ waiting: 0, oldestMs: 0, deadLetters: 0 });
});

test('batches that came while the store was busy are written together', async () => {
  const queue = here.start();
  const busy = Promise.withResolvers<void>();
  here.store.before = () => busy.promise;
  await pushed(queue, batchOf('first', 0));
  await waitFor(
    'the first to be read',
    async () => (await queue.metric('mini_tsdb_queue_pending_entries')) === 1,
  );
  await pushed(queue, ...Array.from({ length: 20 }, (_, i) => batchOf(`s${i}`, 0)));
  busy.resolve();
  await waitFor('all', () => here.store.samples.size === 63);
  expect(here.store.batches.map(({ times }) => times.length)).toEqual([3, 60]);
});

test('samples wait in Redis while the store is away, and arrive when it is back', async () => {
  const queue = here.start();
  here.store.isAway = true;
  await pushed(queue, batchOf('a', 0), batchOf('b', 0), batchOf('c', 0, 4));
  expect((await queue.stats()).waiting).toBe(10);
  await waitFor('some tries', async () => (await queue.metric('mini_tsdb_queue_store_failures_total')) > 12);
  expect((await queue.stats()).oldestMs).toBeGreaterThan(100);
  here.store.isAway = false;
  await waitFor('the samples', () => here.store.samples.size === 10);
  await waitFor('nothing to wait', async () => (await queue.stats()).waiting === 0);
  expect((await queue.stats()).deadLetters).toBe(0);
  expect(here.store.duplicates).toBe(0);
});

describe('a push is refused as overloaded, and taken later,', () => {
  test('when there are as many entries as may wait', async () => {
    const queue = here.start({ bounds: { entries: 3 } });
    here.store.isAway = true;
    await pushed(queue, batchOf('a', 0), batchOf('b', 0), batchOf('c', 0));
    await expect(queue.push(batchOf('d', 0))).rejects.toMatchObject({
      reason: 'overloaded',
      message:
        'cannot queue 3 samples: the queue is full, the store has not taken what came before; push them again later',
    });
    expect(await queue.metric('mini_tsdb_queue_refused_batches_total{reason="full"}')).toBe(1);
    here.store.isAway = false;
    await pushed(queue, batchOf('d', 0));
    await waitFor('all', () => here.store.samples.size === 12);
  });

  test('when there are as many bytes as may wait', async () => {
    const queue = here.start({ bounds: { bytes: 20_000 } });
    here.store.isAway = true;
    await pushed(queue, batchOf('a', 0, 900));
    await pushed(queue, batchOf('a', 1000, 900));
    await expect(queue.push(batchOf('a', 2000, 900))).rejects.toThrow('the queue is full');
    await pushed(queue, batchOf('b', 0, 3));
    expect(await queue.metric('mini_tsdb_queue_bytes')).toBeLessThanOrEqual(20_000);
    here.store.isAway = false;
    await pushed(queue, batchOf('a', 2000, 900));
    await waitFor('all', () => here.store.samples.size === 2703);
    await waitFor('no bytes', async () => (await queue.metric('mini_tsdb_queue_bytes')) === 0);
  });

  test('when one entry would be too large', async () => {
    const queue = here.start({ bounds: { batchBytes: 100 } });
    await pushed(queue, batchOf('a', 0, 3));
    await expect(queue.push(batchOf('a', 0, 100))).rejects.toMatchObject({ reason: 'overloaded' });
  });

  test('when more is under way than Redis answers', async () => {
    const queue = here.start({ bounds: { underwayBytes: 200 } });
    await pushed(queue, batchOf('a', 0));
    const pushes = await Promise.allSettled([
      queue.push(batchOf('a', 10, 10)),
      queue.push(batchOf('a', 20, 10)),
    ]);
    expect(pushes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  test('when Redis does not promise what is asked', async () => {
    await here.redis.ask('CONFIG', 'SET', 'appendfsync', 'everysec');
    try {
      const queue = here.start({ keeps: 'always' });
      await waitFor('a connection', async () => (await queue.metric('mini_tsdb_queue_redis_up')) === 1);
      await expect(queue.push(batchOf('a', 0))).rejects.toThrow(
        'cannot queue 3 samples: Redis does not keep what is asked of it (appendfsync always)',
      );
      expect(queue.log.join()).toContain(
        'pushes are refused: Redis does not keep what is asked of it (appendfsync always); accepted samples of the last second',
      );
      await here.redis.ask('CONFIG', 'SET', 'appendfsync', 'always');
      await pushed(queue, batchOf('a', 0));
      await waitFor('the samples', () => here.store.samples.size === 3);
    } finally {
      await here.redis.ask('CONFIG', 'SET', 'appendfsync', 'always');
    }
  });

  test('not before the first try to connect is over', async () => {
    const queue = here.start();
    await queue.push(batchOf('early', 0));
    const strict = here.start({ keeps: 'always', consumer: 'host:2' });
    await strict.push(batchOf('early', 3));
    expect([...queue.log, ...strict.log].join()).not.toMatch(/cannot|away/);
  });

  test('when Redis has no memory left', async () => {
    const queue = here.start();
    await pushed(queue, batchOf('a', 0));
    await here.redis.ask('CONFIG', 'SET', 'maxmemory', '1');
    try {
      await expect(queue.push(batchOf('b', 0))).rejects.toThrow(/cannot queue 3 samples: OOM/);
    } finally {
      await here.redis.ask('CONFIG', 'SET', 'maxmemory', '0');
    }
    await pushed(queue, batchOf('b', 0));
    await waitFor('all', () => here.store.samples.size === 6);
  });

  test('when Redis answers nothing', async () => {
    const queue = here.start({ bounds: { answerMs: 300 } });
    await pushed(queue, batchOf('a', 0));
    here.redis.freeze();
    try {
      await expect(queue.push(batchOf('b', 0))).rejects.toThrow('Redis is away');
      await expect(queue.push(batchOf('c', 0))).rejects.toThrow('Redis is away');
    } finally {
      here.redis.thaw();
    }
    await pushed(queue, batchOf('b', 0), batchOf('c', 0));
    await waitFor('all', () => here.store.samples.size === 9);
  });

  test('when the queue is closing', async () => {
    const queue = openTestQueue(here.redis, here.store);
    await pushed(queue, batchOf('a', 0));
    await queue.close();
    await queue.close();
    await expect(queue.push(batchOf('b', 0))).rejects.toMatchObject({ reason: 'overloaded' });
  });
});

test('a server that promises everything is told of, once', async () => {
  const queue = here.start();
  await pushed(queue, batchOf('a', 0));
  expect(queue.log.filter((line) => line.includes('appendfsync'))).toEqual([
    expect.stringContaining('Redis keeps every sample that it accepts'),
  ]);
});

test('the oldest entries that are not acknowledged are never trimmed', async () => {
  const queue = here.start();
  here.store.hates = ({ labels }) => labels.some((set) => set.__name__ === 'bad');
  await pushed(queue, batchOf('bad', 0), batchOf('a', 0), batchOf('b', 0));
  await waitFor('the others', () => here.store.samples.size === 6);
  await queue.stats();
  expect(await here.redis.ask('XLEN', STREAM)).toBe(3);
  here.store.hates = undefined;
  await waitFor('all', () => here.store.samples.size === 9);
  await waitFor('an empty stream', async () => (await here.redis.ask('XLEN', STREAM)) === 0);
});

test('a closing queue lets a write end, forgets its consumer, and leaves the rest in Redis', async () => {
  const queue = openTestQueue(here.redis, here.store);
  const busy = Promise.withResolvers<void>();
  here.store.before = () => busy.promise;
  await pushed(queue, batchOf('a', 0));
  await waitFor('it to be read', async () => (await queue.metric('mini_tsdb_queue_pending_entries')) === 1);
  await pushed(queue, batchOf('b', 0));
  const closed = queue.close();
  busy.resolve();
  await closed;
  expect([...here.store.samples.keys()]).toEqual(['a@0', 'a@1', 'a@2']);
  expect(await here.redis.ask('XLEN', STREAM)).toBe(1);
  expect(await here.redis.ask('XINFO', 'CONSUMERS', STREAM, 'store')).toEqual([]);
  here.start();
  await waitFor('the rest', () => here.store.samples.size === 6);
});

test('closing waits no longer than its bound for a store that hangs; a peer goes on at once', async () => {
  const queue = openTestQueue(here.redis, here.store, { bounds: { closeMs: 200, claimAfterMs: 600_000 } });
  const busy = Promise.withResolvers<void>();
  here.store.before = () => busy.promise;
  await pushed(queue, batchOf('a', 0));
  await waitFor('it to be read', async () => (await queue.metric('mini_tsdb_queue_pending_entries')) === 1);
  await queue.close();
  const peer = new TestStore();
  here.startWith(here.redis, peer, { consumer: 'host:2', bounds: { claimAfterMs: 600_000 } });
  await waitFor('the samples', () => peer.samples.size === 3);
  expect(here.store.samples.size).toBe(0);
  busy.resolve();
});
