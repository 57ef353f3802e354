import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FetchError } from '../../src/sidecar/inventory/fetch-error.ts';
import { createPoller, type Poller, type PollerOptions } from '../../src/sidecar/poller.ts';
import type { PassResult } from '../../src/sidecar/status.ts';
import type { Outcome } from '../../src/sidecar/sync.ts';
import { WriteError } from '../../src/sidecar/targets/write-error.ts';

const UNCHANGED: Outcome = { kind: 'unchanged', added: 0, removed: 0, changed: 0 };
const INTERVAL = 30_000;

let stopping: AbortController;
let started: number[];
let results: PassResult[];
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'], now: 1_000_000 });
  stopping = new AbortController();
  started = [];
  results = [];
});
afterEach(() => {
  stopping.abort();
  vi.useRealTimers();
});

const clock = () => ({ wall: Date.now(), mono: performance.now() });

function start(pass: PollerOptions['pass'], random = 0.5): { poller: Poller; ended: Promise<void> } {
  const poller = createPoller({
    intervalMs: INTERVAL,
    timeoutMs: 20_000,
    pass: (signal) => {
      started.push(Date.now() - 1_000_000);
      return pass(signal);
    },
    clock,
    random: () => random,
    onResult: (result) => void results.push(result),
  });
  return { poller, ended: poller.run(stopping.signal) };
}

const takes = (milliseconds: number) => () =>
  new Promise<Outcome>((resolve) => setTimeout(() => resolve(UNCHANGED), milliseconds));
const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('polls', () => {
  test('at once, then every interval from beginning to beginning', async () => {
    start(takes(5000));
    await pass(95_000);
    expect(started).toEqual([0, 30_000, 60_000, 90_000]);
  });

  test('with a tenth of jitter', async () => {
    start(async () => UNCHANGED, 0);
    await pass(27_000);
    expect(started).toEqual([0, 27_000]);
  });

  test('never two passes at a time, and at once after one that took longer than the interval', async () => {
    start(takes(50_000));
    await pass(120_000);
    expect(started).toEqual([0, 50_001, 100_002]); // a timer of 0 takes a millisecond
  });

  test('on after a pass that failed', async () => {
    const { poller } = start(async () => {
      throw new FetchError('status', 'no', { retryable: false });
    });
    await pass(60_000);
    expect(started).toHaveLength(3);
    expect(poller.status).toMatchObject({ consecutiveFailures: 3, lastSuccess: undefined });
    expect(results[0]).toMatchObject({ kind: 'failed', reason: 'status' });
  });

  test('on after a defect of ours', async () => {
    start(() => Promise.reject(new RangeError('ours')));
    await pass(30_000);
    expect(started).toHaveLength(2);
    expect(results[0]).toMatchObject({ reason: 'internal', message: 'ours' });
  });
});

describe('a Retry-After', () => {
  const asked = (milliseconds: number) => async () => {
    throw new FetchError('status', '503', { retryAfterMs: milliseconds, retryable: true });
  };

  test('postpones the next poll, and says so', async () => {
    const { poller } = start(asked(100_000));
    await pass(99_000);
    expect(started).toEqual([0]);
    expect(poller.next).toEqual({ at: { wall: 1_100_000, mono: expect.any(Number) }, postponed: true });
    await pass(1000);
    expect(started).toEqual([0, 100_000]);
  });

  test('postpones it by ten intervals at most', async () => {
    start(asked(86_400_000));
    await pass(300_000);
    expect(started).toEqual([0, 300_000]);
  });

  test('shorter than the interval changes nothing', async () => {
    const { poller } = start(asked(1000));
    await pass(30_000);
    expect(started).toEqual([0, 30_000]);
    expect(poller.next.postponed).toBe(false);
  });
});

describe('a poll that is asked for', () => {
  test('begins at once', async () => {
    const { poller } = start(takes(100));
    await pass(1000);
    const result = poller.pollNow();
    await pass(100);
    expect(await result).toBe(UNCHANGED);
    expect(started).toEqual([0, 1000]);
  });

  test('while a pass runs begins after it, once for all who asked', async () => {
    const { poller } = start(takes(5000));
    await pass(1000);
    const both = Promise.all([poller.pollNow(), poller.pollNow()]);
    await pass(9000);
    await both;
    expect(started).toEqual([0, 5000]);
  });

  test('begins at once although the inventory asked to be left alone', async () => {
    const { poller } = start(async () => {
      throw new FetchError('status', '503', { retryAfterMs: 100_000, retryable: true });
    });
    await pass(0);
    await poller.pollNow();
    expect(started).toEqual([0, 0]);
  });
});

describe('the loop is alive', () => {
  test('while it waits and while it polls', async () => {
    const { poller } = start(takes(20_000));
    for (let i = 0; i < 20; i += 1) {
      await pass(5000);
      expect(poller.isAlive()).toBe(true);
    }
  });

  test('before it was started', () => {
    expect(
      createPoller({
        intervalMs: 1,
        timeoutMs: 1,
        pass: async () => UNCHANGED,
        clock,
        random: () => 0,
        onResult: () => {},
      }).isAlive(),
    ).toBe(true);
  });

  test('until a pass hangs for longer than its deadline and a minute', async () => {
    const { poller } = start(() => new Promise(() => {}));
    await pass(80_000);
    expect(poller.isAlive()).toBe(true);
    await pass(1000);
    expect(poller.isAlive()).toBe(false);
  });
});

describe('a stop', () => {
  test('ends the wait at once', async () => {
    const { ended } = start(async () => UNCHANGED);
    await pass(1000);
    stopping.abort();
    await ended;
    expect(started).toEqual([0]);
  });

  test('ends with the pass under way, which is told and no longer counts', async () => {
    const { ended } = start(
      (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    );
    await pass(1000);
    stopping.abort(new Error('stop'));
    await ended;
    expect(results).toEqual([]);
  });
});

test('a stop answers those who wait for a poll, and those who ask later', async () => {
  const { poller, ended } = start(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  await pass(1000);
  const waiting = poller.pollNow();
  stopping.abort();
  await ended;
  expect(await waiting).toMatchObject({ kind: 'failed', reason: 'stopped' });
  expect(await poller.pollNow()).toMatchObject({ reason: 'stopped' });
});

test('a list that could not be written was answered all the same', async () => {
  const { poller } = start(() => Promise.reject(new WriteError('no_space', 'full')));
  await pass(0);
  expect(results[0]).toMatchObject({ kind: 'failed', reason: 'write' });
  expect(poller.status).toMatchObject({ consecutiveFailures: 1, lastSuccess: { wall: 1_000_000 } });
});

test('the status tells of attempts and successes', async () => {
  let fail = false;
  const { poller } = start(async () => {
    if (fail) throw new Error('x');
    return UNCHANGED;
  });
  await pass(0);
  fail = true;
  await pass(30_000);
  expect(poller.status).toMatchObject({
    lastAttempt: { wall: 1_030_000 },
    lastSuccess: { wall: 1_000_000 },
    consecutiveFailures: 1,
  });
});
