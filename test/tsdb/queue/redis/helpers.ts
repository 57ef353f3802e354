// Queues over a real Redis, with a store in memory that counts what comes twice.

import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createLogger } from '../../../../src/lib/log.ts';
import type { PushedBatch, Queue, Writer } from '../../../../src/tsdb/queue/contract.ts';
import { openRedisQueue, type RedisQueueOptions } from '../../../../src/tsdb/queue/redis/queue.ts';
import { type RunningRedis, startRedis } from '../../../helpers/redis.ts';
import { waitFor } from '../../../helpers/wait-for.ts';

export const STREAM = 'mini-tsdb:{push}';

/** A store of one process that can be away, and can hate a series. */
export class TestStore {
  /** Values by series and time. */
  readonly samples = new Map<string, number>();
  readonly batches: PushedBatch[] = [];
  duplicates = 0;
  isAway = false;
  hates: ((batch: PushedBatch) => boolean) | undefined;
  /** Runs before each write. */
  before: (() => Promise<void>) | undefined;

  readonly writer: Writer = async (batch) => {
    await this.before?.();
    if (this.isAway) throw new Error('the store is away');
    if (this.hates?.(batch) === true) throw new Error('the store chokes on this');
    this.batches.push(batch);
    let appended = 0;
    for (const [row, labels] of batch.labels.entries()) {
      const key = `${labels.__name__}@${batch.times[row]}`;
      if (this.samples.has(key)) continue;
      this.samples.set(key, batch.values[row] as number);
      appended += 1;
    }
    this.duplicates += batch.times.length - appended;
    return { appended, duplicates: batch.times.length - appended, conflicts: 0, outOfBounds: 0 };
  };
}

export interface TestQueue extends Queue {
  readonly registry: Registry;
  /** Lines of its log. */
  readonly log: string[];
  /** The sample `name{…}` of its metrics. */
  metric(name: string): Promise<number>;
}

const QUICK = {
  claimAfterMs: 2000,
  blockMs: 100,
  retryMs: 200,
  closeMs: 2000,
  answerMs: 2000,
  promiseMs: 200,
  settledMs: 300,
};

export function openTestQueue(
  redis: Pick<RunningRedis, 'url'>,
  store: Pick<TestStore, 'writer'>,
  options: Partial<RedisQueueOptions> = {},
): TestQueue {
  const registry = new Registry();
  const log: string[] = [];
  const queue = openRedisQueue({
    url: async () => redis.url,
    writer: store.writer,
    registry,
    log: createLogger('debug', { write: (line) => void log.push(line) }),
    consumer: 'host:1',
    stream: STREAM,
    ...options,
    bounds: { ...QUICK, ...options.bounds },
  });
  return {
    push: (batch) => queue.push(batch),
    stats: () => queue.stats(),
    close: () => queue.close(),
    registry,
    log,
    metric: async (name) => readValue(await registry.metrics(), name),
  };
}

/** What the tests of a file over one Redis share. */
export interface RedisTests {
  readonly redis: RunningRedis;
  /** New for each test. */
  readonly store: TestStore;
  /** A queue over them that is closed after the test. */
  start(options?: Partial<RedisQueueOptions>): TestQueue;
  /** Another one, over what it is given. */
  startWith(...args: Parameters<typeof openTestQueue>): TestQueue;
}

/** To be called once in a file, outside of its tests. Redis is empty before each of them. */
export function redisTests(): RedisTests {
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
  const startWith: RedisTests['startWith'] = (...args) => {
    const queue = openTestQueue(...args);
    open.push(queue);
    return queue;
  };
  return {
    get redis() {
      return redis;
    },
    get store() {
      return store;
    },
    start: (options) => startWith(redis, store, options),
    startWith,
  };
}

/** Pushes each until it is taken. */
export async function pushed(queue: Queue, ...batches: readonly PushedBatch[]): Promise<void> {
  for (const batch of batches)
    await waitFor('a push to be taken', async () => {
      await queue.push(batch);
      return true;
    });
}

function readValue(exposition: string, name: string): number {
  const line = exposition.split('\n').find((text) => text.startsWith(`${name} `));
  if (line === undefined) throw new Error(`no ${name} in\n${exposition}`);
  return Number(line.slice(name.length + 1));
}

/** Samples of one series from `from` on, a millisecond apart, with their times as values. */
export function batchOf(series: string, from: number, rows = 3, client = 'tester'): PushedBatch {
  const labels = { __name__: series };
  const times = Float64Array.from({ length: rows }, (_, i) => from + i);
  return {
    client,
    labels: Array.from({ length: rows }, () => labels),
    times,
    values: times.slice(),
    stale: new Uint8Array(rows),
    families: new Map([[series, { type: 'gauge', help: 'Of a test.', unit: '' }]]),
  };
}
