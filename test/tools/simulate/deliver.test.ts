import { expect, test } from 'vitest';
import type { Answer } from '../../../tools/push/doors.ts';
import { deliver } from '../../../tools/simulate/deliver.ts';

const TAKEN: Answer = { fate: 'taken', status: '201', why: '' };
const away: Answer = { fate: 'again', status: '503', why: 'away' };
const parcel = { bytes: Buffer.alloc(0), samples: 1 };

/** A delivery to a door that answers by these in turn, the last one for ever; time passes by sleeping alone. */
async function delivery(answers: readonly Answer[], patience: number, breaksAtMs = Number.POSITIVE_INFINITY) {
  const waits: (number | undefined)[] = [];
  const breaking = new AbortController();
  let sent = 0;
  let now = 0;
  const door = {
    url: 'http://door',
    send: async () => answers[Math.min(sent++, answers.length - 1)] as Answer,
    close: async () => {},
  };
  const clock = {
    now: () => now,
    async sleep(ms: number) {
      now += ms;
      if (now >= breaksAtMs) breaking.abort();
      return !breaking.signal.aborted;
    },
  };
  const isTaken = await deliver(door, parcel, {
    clock,
    patience,
    breaking: breaking.signal,
    onAnswer: (_answer, _samples, _startedAt, waitMs) => waits.push(waitMs),
  });
  return { isTaken, waits, sent, now };
}

test('waits for as long as the server asks, and a little more', async () => {
  const { isTaken, waits, now } = await delivery([{ ...away, retryAfterMs: 7000 }, TAKEN], 60_000);
  expect([isTaken, waits.length]).toEqual([true, 2]);
  expect(now).toBeGreaterThanOrEqual(7000);
  expect(now).toBeLessThanOrEqual(7700);
});

test('waits longer and longer when the server asks for nothing, until the patience is over', async () => {
  const { isTaken, waits, now } = await delivery([away], 20_000);
  expect([isTaken, now, waits.at(-1)]).toEqual([false, 20_000, undefined]);
  expect(waits[0]).toBeLessThan(300);
  expect(Math.max(...waits.map((wait) => wait ?? 0))).toBeLessThanOrEqual(5500);
  expect(waits.length).toBeLessThan(12);
});

test('a server that asks for more than the patience is left alone until that is over', async () => {
  const { isTaken, waits, sent, now } = await delivery([{ ...away, retryAfterMs: 60_000 }], 10_000);
  expect([isTaken, waits, sent, now]).toEqual([false, [undefined], 1, 10_000]);
});

test('what is refused for good is never sent again', async () => {
  const { isTaken, sent, now } = await delivery([{ fate: 'refused', status: '400', why: 'no' }], 10_000);
  expect([isTaken, sent, now]).toEqual([false, 1, 0]);
});

test('nothing is tried again once it is broken off', async () => {
  const { isTaken, sent } = await delivery([away], 10_000, 1);
  expect([isTaken, sent]).toEqual([false, 1]);
});
