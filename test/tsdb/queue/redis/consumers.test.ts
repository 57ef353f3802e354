// Consumers that crash, hang, share the work, or meet entries that cannot be written.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { AppError } from '../../../../src/lib/errors.ts';
import { encodeBatch } from '../../../../src/tsdb/queue/encode-batch.ts';
import { startRedis } from '../../../helpers/redis.ts';
import { startTcpProxy, type TcpProxy } from '../../../helpers/tcp-proxy.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { batchOf, openTestQueue, pushed, redisTests, STREAM, TestStore } from './helpers.ts';

const DEAD = `${STREAM}:dead`;

const here = redisTests();
let proxy: TcpProxy;
beforeAll(async () => {
  proxy = await startTcpProxy(here.redis.port);
});
afterAll(() => proxy.stop());

/** Entries that `consumer` was given and never acknowledged, as after a crash. */
async function abandon(consumer: string, ...series: readonly string[]): Promise<void> {
  await here.redis.ask('XGROUP', 'CREATE', STREAM, 'store', '$', 'MKSTREAM').catch(() => {});
  for (const name of series) {
    const batch = encodeBatch(batchOf(name, 0));
    await here.redis.ask('XADD', STREAM, '*', 'batch', batch, 'samples', '3');
    await here.redis.ask('XREADGROUP', 'GROUP', 'store', consumer, 'COUNT', '1', 'STREAMS', STREAM, '>');
  }
}

async function pendingOf(consumer: string): Promise<number> {
  const rows = (await here.redis.ask('XPENDING', STREAM, 'store', '-', '+', '1000', consumer)) as unknown[];
  return rows.length;
}

async function fieldsOf(stream: string): Promise<Record<string, string>[]> {
  const entries = (await here.redis.ask('XRANGE', stream, '-', '+')) as [string, string[]][];
  return entries.map(([, flat]) =>
    Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? '']] : []))),
  );
}

/** Names of its series in the order in which they came. */
const seriesOf = (target: TestStore) => [
  ...new Set(target.batches.flatMap(({ labels }) => labels.map((set) => set.__name__))),
];

test('what was given to a consumer before a crash comes first when it starts again', async () => {
  await abandon('host:1', 'a', 'b');
  await here.redis.ask('XADD', STREAM, '*', 'batch', encodeBatch(batchOf('new', 0)), 'samples', '3');
  const queue = here.start();
  await waitFor('all', () => here.store.samples.size === 9);
  expect(seriesOf(here.store)).toEqual(['a', 'b', 'new']);
  expect(await queue.metric('mini_tsdb_queue_redelivered_entries_total')).toBe(2);
  await waitFor('an empty stream', async () => (await here.redis.ask('XLEN', STREAM)) === 0);
});

test('entries of a crashed peer are taken over once it gave no sign for long enough', async () => {
  await abandon('other:1', ...Array.from({ length: 250 }, (_, i) => `s${i}`));
  const queue = here.start({ bounds: { claimAfterMs: 1000 } });
  await waitFor('all', () => here.store.samples.size === 750);
  expect(await queue.metric('mini_tsdb_queue_taken_over_entries_total')).toBe(250);
  expect(here.store.duplicates).toBe(0);
  await waitFor('an empty stream', async () => (await here.redis.ask('XLEN', STREAM)) === 0);
});

test('a consumer that waits for its store keeps its entries, however long that takes', async () => {
  // So many that no single one is tried again soon.
  await abandon('host:1', ...Array.from({ length: 60 }, (_, i) => `s${i}`));
  here.store.isAway = true;
  const waiting = here.start({ bounds: { claimAfterMs: 3000, retryMs: 500 } });
  const failures = () => waiting.metric('mini_tsdb_queue_store_failures_total');
  await waitFor('a try', async () => (await failures()) > 0);
  const other = new TestStore();
  const peer = here.startWith(here.redis, other, { consumer: 'host:2', bounds: { claimAfterMs: 3000 } });
  await waitFor('many tries', async () => (await failures()) > 36);
  expect(await peer.metric('mini_tsdb_queue_taken_over_entries_total')).toBe(0);
  here.store.isAway = false;
  await waitFor('the samples', () => here.store.samples.size + other.samples.size === 180);
  expect(here.store.duplicates + other.duplicates).toBe(0);
});

test('two processes share the work, and nothing is written twice', async () => {
  const other = new TestStore();
  const first = here.start({ bounds: { readEntries: 5 } });
  here.startWith(here.redis, other, { consumer: 'host:2', bounds: { readEntries: 5 } });
  await pushed(first, batchOf('warm', 0));
  for (let i = 0; i < 300; i += 1) await first.push(batchOf('a', i * 3));
  await waitFor('all', () => here.store.samples.size + other.samples.size === 903);
  expect(here.store.duplicates + other.duplicates).toBe(0);
  expect(Math.min(here.store.samples.size, other.samples.size)).toBeGreaterThan(100);
});

test('a batch that the store never takes is given up after five deliveries, and the others are not held up', async () => {
  const queue = here.start();
  here.store.hates = ({ labels }) => labels.some((set) => set.__name__ === 'bad');
  await pushed(queue, batchOf('a', 0), batchOf('bad', 0), batchOf('b', 0));
  await waitFor('the others', () => here.store.samples.size === 6);
  // Nothing tells a store that refuses one batch from a store that is away, unless something else gets through.
  for (let i = 1; (await queue.stats()).deadLetters === 0; i += 1) {
    expect(i).toBeLessThan(1000);
    await queue.push(batchOf('a', i * 10));
  }
  const [letter] = await fieldsOf(DEAD);
  expect(letter).toMatchObject({ reason: 'it was delivered 5 times and never arrived', samples: '3' });
  expect(await queue.stats()).toMatchObject({ deadLetters: 3 });
  expect(await queue.metric('mini_tsdb_queue_given_up_entries_total{reason="deliveries"}')).toBe(1);
  await waitFor('an empty stream', async () => (await here.redis.ask('XLEN', STREAM)) === 0);
});

test('while the store is away nothing is given up, however often it is tried', async () => {
  const queue = here.start({ bounds: { retryMs: 20 } });
  here.store.isAway = true;
  await pushed(queue, batchOf('a', 0), batchOf('b', 0), batchOf('c', 0));
  await waitFor('many tries', async () => (await queue.metric('mini_tsdb_queue_store_failures_total')) > 60);
  here.store.isAway = false;
  await waitFor('all', () => here.store.samples.size === 9);
  expect((await queue.stats()).deadLetters).toBe(0);
});

test('restarts while the store is away do not count as deliveries', async () => {
  here.store.isAway = true;
  for (let i = 0; i < 7; i += 1) {
    const queue = openTestQueue(here.redis, here.store);
    if (i === 0) await pushed(queue, batchOf('a', 0), batchOf('b', 0));
    await waitFor('a try', async () => (await queue.metric('mini_tsdb_queue_store_failures_total')) > 1);
    await queue.close();
  }
  here.store.isAway = false;
  here.start();
  await waitFor('both', () => here.store.samples.size === 6);
  expect(await here.redis.ask('EXISTS', DEAD)).toBe(0);
});

test('a store that has no place for the series of one batch gives it up, and takes what comes after', async () => {
  const refusing = {
    writer: async (batch: Parameters<typeof here.store.writer>[0]) => {
      if (batch.labels.some((set) => set.__name__ === 'new')) throw new AppError('too_many_series', 'full');
      return here.store.writer(batch);
    },
  };
  const queue = here.startWith(here.redis, refusing);
  await pushed(queue, batchOf('new', 0), batchOf('a', 0));
  await waitFor('the other', () => here.store.samples.size === 3);
  await waitFor('a dead letter', async () => (await queue.stats()).deadLetters === 3);
  expect(await queue.metric('mini_tsdb_queue_given_up_entries_total{reason="deliveries"}')).toBe(1);
});

test('entries that are no batches go to the dead letters at once, with the reason', async () => {
  const queue = here.start();
  await here.redis.ask('XADD', STREAM, '*', 'hello', 'world');
  await here.redis.ask('XADD', STREAM, '*', 'batch', Buffer.from([9, 1, 2, 3, 4, 5]), 'samples', '7');
  await pushed(queue, batchOf('a', 0));
  await waitFor('the good one', () => here.store.samples.size === 3);
  await waitFor('both', async () => (await here.redis.ask('XLEN', DEAD)) === 2);
  expect((await fieldsOf(DEAD)).map(({ reason }) => reason)).toEqual([
    'cannot read the batch: the entry holds none',
    'cannot read the batch: it has version 9; this program reads version 1',
  ]);
  expect(await queue.metric('mini_tsdb_queue_given_up_entries_total{reason="undecodable"}')).toBe(2);
});

test('dead letters are bounded by number and by bytes; the oldest make room', async () => {
  const bad = Buffer.alloc(100, 9);
  const queue = here.start({ bounds: { deadLetters: 4, deadLetterBytes: 250 } });
  for (let i = 0; i < 6; i += 1) await here.redis.ask('XADD', STREAM, '*', 'no', 'batch', 'samples', '1');
  await waitFor('four', async () => (await here.redis.ask('XLEN', DEAD)) === 4);
  for (let i = 0; i < 3; i += 1)
    await here.redis.ask('XADD', STREAM, '*', 'batch', bad, 'samples', String(10 + i));
  await waitFor('two', async () => (await here.redis.ask('XLEN', DEAD)) === 2);
  const stats = await queue.stats();
  expect((await fieldsOf(DEAD)).map(({ samples }) => samples)).toEqual(['11', '12']);
  expect(stats.deadLetters).toBe(23);
});

test('a lost group is made again from the first entry on', async () => {
  const queue = here.start();
  await pushed(queue, batchOf('a', 0));
  await waitFor('the first', () => here.store.samples.size === 3);
  here.store.isAway = true;
  await pushed(queue, batchOf('b', 0), batchOf('c', 0));
  await waitFor('them to be held', async () => (await pendingOf('host:1')) === 2);
  await here.redis.ask('XGROUP', 'DESTROY', STREAM, 'store');
  await pushed(queue, batchOf('d', 0));
  here.store.isAway = false;
  await waitFor('all', () => here.store.samples.size === 12);
  await waitFor('an empty stream', async () => (await here.redis.ask('XLEN', STREAM)) === 0);
  expect(queue.log.join()).toContain('the group of consumers is gone from Redis');
});

test('a deleted stream is made again, and goes on', async () => {
  const queue = here.start();
  await pushed(queue, batchOf('a', 0));
  await waitFor('the first', () => here.store.samples.size === 3);
  await here.redis.ask('FLUSHALL');
  await pushed(queue, batchOf('b', 0));
  await waitFor('the second', () => here.store.samples.size === 6);
  expect((await queue.stats()).waiting).toBe(0);
});

test('an entry that somebody deleted before it was written is reported, and does not stop the rest', async () => {
  await abandon('host:1', 'a', 'b');
  const [[first]] = (await here.redis.ask('XRANGE', STREAM, '-', '+')) as [[string]];
  await here.redis.ask('XDEL', STREAM, first);
  const queue = here.start();
  await waitFor('the other', () => here.store.samples.size === 3);
  expect(await queue.metric('mini_tsdb_queue_vanished_entries_total')).toBe(1);
  await waitFor('nothing to be pending', async () => (await pendingOf('host:1')) === 0);
});

test('a peer that is idle for long is forgotten, unless it still holds something', async () => {
  await here.redis.ask('XGROUP', 'CREATE', STREAM, 'store', '$', 'MKSTREAM');
  await here.redis.ask('XGROUP', 'CREATECONSUMER', STREAM, 'store', 'idle:1');
  const queue = here.start({ bounds: { claimAfterMs: 20 } });
  await pushed(queue, batchOf('a', 0));
  await waitFor('it to be gone', async () => {
    const consumers = (await here.redis.ask('XINFO', 'CONSUMERS', STREAM, 'store')) as string[][];
    return !consumers.some((flat) => flat.includes('idle:1'));
  });
  await waitFor('what was pushed', () => here.store.samples.size === 3);
  expect(here.store.samples.size).toBe(3);
});

test('connections that are cut cost nothing, at any moment', async () => {
  const through = { url: `redis://127.0.0.1:${proxy.port}` };
  const queue = here.startWith(through, here.store, { bounds: { claimAfterMs: 600_000, retryMs: 50 } });
  await pushed(queue, batchOf('warm', 0));
  for (let i = 0; i < 200; i += 1) {
    if (i % 10 === 0) proxy.cut();
    await pushed(queue, batchOf('a', i * 3));
  }
  await waitFor('all', () => here.store.samples.size === 603);
  await waitFor('an empty stream', async () => (await queue.stats()).waiting === 0);
  expect((await queue.stats()).deadLetters).toBe(0);
  expect(await queue.metric('mini_tsdb_queue_redis_connections_total')).toBeGreaterThan(3);
});

test('answers that are lost cost nothing', async () => {
  const through = { url: `redis://127.0.0.1:${proxy.port}` };
  const queue = here.startWith(through, here.store, {
    bounds: { claimAfterMs: 600_000, retryMs: 50, answerMs: 150 },
  });
  await pushed(queue, batchOf('warm', 0));
  for (let i = 0; i < 8; i += 1) {
    proxy.swallow(true);
    await expect(queue.push(batchOf('a', i * 3))).rejects.toThrow('Redis is away');
    proxy.swallow(false);
    await pushed(queue, batchOf('a', i * 3));
  }
  await waitFor('all', () => here.store.samples.size === 27);
  await waitFor('an empty stream', async () => (await queue.stats()).waiting === 0);
  expect((await queue.stats()).deadLetters).toBe(0);
});

test('Redis is killed and started again: what it accepted is there', async () => {
  const queue = here.start();
  here.store.isAway = true;
  await pushed(queue, ...Array.from({ length: 20 }, (_, i) => batchOf('a', i * 3)));
  await here.redis.kill();
  await expect(queue.push(batchOf('b', 0))).rejects.toThrow('Redis is away');
  expect(await queue.metric('mini_tsdb_queue_redis_up')).toBe(0);
  await here.redis.start();
  here.store.isAway = false;
  await pushed(queue, batchOf('b', 0));
  await waitFor('all', () => here.store.samples.size === 63);
  expect((await queue.stats()).deadLetters).toBe(0);
});

test('a replica takes over: what was copied to it arrives, from the same group', async () => {
  const replica = await startRedis({ replicaof: ['127.0.0.1', String(here.redis.port)] });
  const way = await startTcpProxy(here.redis.port);
  try {
    const queue = here.startWith({ url: `redis://127.0.0.1:${way.port}` }, here.store, {
      bounds: { retryMs: 50 },
    });
    here.store.isAway = true;
    await pushed(queue, ...Array.from({ length: 10 }, (_, i) => batchOf('a', i * 3)));
    await waitFor('them to be copied', async () => (await replica.ask('XLEN', STREAM)) === 10);
    way.aim(replica.port);
    await waitFor('a refusal of the replica', () =>
      expect(queue.push(batchOf('b', 0)))
        .rejects.toThrow(/READONLY/)
        .then(() => true),
    );
    here.store.isAway = false;
    await replica.ask('REPLICAOF', 'NO', 'ONE');
    await pushed(queue, batchOf('b', 0));
    await waitFor('all', () => here.store.samples.size === 33);
    await waitFor('an empty stream', async () => (await replica.ask('XLEN', STREAM)) === 0);
    expect((await queue.stats()).deadLetters).toBe(0);
    await queue.close();
  } finally {
    await way.stop();
    await replica.stop();
  }
});

test('a password that was changed is read again for the next connection', async () => {
  await here.redis.ask('ACL', 'SETUSER', 'queue', 'on', '>old', '~*', '+@all');
  let password = 'old';
  const queue = openTestQueue(here.redis, here.store, {
    url: async () => `redis://queue:${password}@127.0.0.1:${here.redis.port}`,
  });
  try {
    await pushed(queue, batchOf('a', 0));
    await here.redis.ask('ACL', 'SETUSER', 'queue', '<old', '>new');
    await here.redis.ask('CLIENT', 'KILL', 'USER', 'queue');
    await waitFor('its log to say so', () =>
      /cannot use Redis at 127.0.0.1:\d+: WRONGPASS/.test(queue.log.join()),
    );
    password = 'new';
    await pushed(queue, batchOf('b', 0));
    await waitFor('all', () => here.store.samples.size === 6);
    await waitFor('its log to say so', () => /connected to Redis at \S+ again/.test(queue.log.join()));
    expect(queue.log.join()).not.toMatch(/queue:(old|new)/);
  } finally {
    await queue.close();
    await here.redis.ask('ACL', 'DELUSER', 'queue');
  }
});
