// The times of samples that come without one, when the clock jumps.

import { Registry } from 'prom-client';
import { beforeEach, expect, test } from 'vitest';
import { createLogger } from '../../../src/lib/log.ts';
import { createClientCounts } from '../../../src/tsdb/push/client-counts.ts';
import { DEFAULT_LIMITS } from '../../../src/tsdb/push/limits.ts';
import { createPushMetrics } from '../../../src/tsdb/push/metrics.ts';
import { openIntake } from '../../../src/tsdb/push/open-intake.ts';
import type { Queue } from '../../../src/tsdb/queue/contract.ts';

const HOUR_MS = 3_600_000;
const labels = { __name__: 'a' };

let now: number;
let taken: number[];
let push: (...times: readonly number[]) => Promise<unknown>;

beforeEach(() => {
  now = 1_700_000_000_000;
  taken = [];
  const queue: Queue = {
    push: async ({ times }) => void taken.push(...times),
    stats: async () => ({ waiting: 0, oldestMs: 0, deadLetters: 0 }),
    close: async () => {},
  };
  const intake = openIntake({
    queue,
    limitsOf: () => DEFAULT_LIMITS.client,
    concurrency: 4,
    metrics: createPushMetrics(new Registry(), createClientCounts()),
    log: createLogger('silent'),
    now: () => now,
  });
  push = async (...times) => {
    const rows = times.length;
    const entered = intake.enter({ client: 'tester' });
    const columns = { values: new Float64Array(rows), stale: new Uint8Array(rows), families: new Map() };
    const all = { labels: times.map(() => labels), times: Float64Array.from(times), ...columns };
    return entered.accept(all).finally(() => entered.leave());
  };
});

const NONE = Number.NaN;

test('go on rising while the clock goes back a little', async () => {
  const first = now;
  await push(NONE);
  now -= 30_000;
  await push(NONE, NONE);
  expect(taken).toEqual([first, first + 1, first + 2]);
});

test('are not given out while the clock is an hour behind, and whoever comes hears why and asks again soon', async () => {
  await push(NONE);
  now -= HOUR_MS;
  await expect(push(NONE)).rejects.toMatchObject({
    reason: 'overloaded',
    message: 'metric 0: it has no time, and the clock here went back by 1h; nothing was taken',
    retryAfterMs: 60_000,
  });
  now += HOUR_MS;
  await push(NONE);
  expect(taken).toEqual([now, now + 1]);
});

test('do not matter to samples that bring their own', async () => {
  await push(NONE);
  now -= HOUR_MS;
  await push(now);
  expect(taken.at(-1)).toBe(now);
});
