// The limiter: against an exact model, against the exact sliding window, bounded, and fair.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClientState, createClientTable } from '../../../src/tsdb/push/client-table.ts';
import { oneSecondOf, rebased, remaining, taken, waitFor } from '../../../src/tsdb/push/gcra.ts';
import { createLimiter, type Limiter } from '../../../src/tsdb/push/limiter.ts';
import { type ClientLimits, DEFAULT_LIMITS } from '../../../src/tsdb/push/limits.ts';
import type { Refusal } from '../../../src/tsdb/push/refusal.ts';

const limits = (samples: number, requests = 1e7): ClientLimits => ({
  samples: oneSecondOf(samples),
  requests: oneSecondOf(requests),
  series: 100,
});

function limiter(of: ClientLimits, clock: () => number, more = {}): Limiter {
  return createLimiter({ limitsOf: () => of, concurrency: 1000, clock, ...more });
}

/** @returns undefined when it was let in, else the refusal. */
function push(into: Limiter, client: string, samples: number): Refusal | undefined {
  try {
    const visit = into.enter(client);
    try {
      visit.take(samples);
    } finally {
      visit.leave();
    }
    return undefined;
  } catch (error) {
    return error as Refusal;
  }
}

/** In thousandths of a sample, as big whole numbers, so that nothing is ever rounded. */
function exactBucket(rate: bigint): (after: bigint, samples: bigint) => 'limited' | 'too_large' | undefined {
  let debt = 0n;
  let excesses = 0;
  return (after, samples) => {
    debt -= after * rate;
    if (debt < 0n) debt = 0n;
    // Who was told ten times is not listened to when there is no room for a single one.
    if (excesses >= 10 && debt + 1000n > rate * 1000n) return 'limited';
    if (samples > rate) return 'too_large';
    excesses += 1;
    if (debt + samples * 1000n > rate * 1000n) return 'limited';
    excesses = 0;
    debt += samples * 1000n;
    return undefined;
  };
}

// Steps between the moments in milliseconds, most of them short, and how much comes.
const arrivals = fc.array(
  fc.record({
    after: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 2500 })),
    samples: fc.integer({ min: 1, max: 40 }),
  }),
  { minLength: 1, maxLength: 120 },
);
const start = fc.integer({ min: 0, max: 1e10 });

describe('a client', () => {
  test('is let in exactly when a bucket in fractions of whole numbers has room', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 97 }), start, arrivals, (rate, from, all) => {
        let now = from;
        const ours = limiter(limits(rate), () => now);
        const exact = exactBucket(BigInt(rate));
        for (const { after, samples } of all) {
          now += after;
          expect(push(ours, 'a', samples)?.reason).toBe(exact(BigInt(after), BigInt(samples)));
        }
      }),
    );
  });

  test('is let in whenever the exact window of one second would let it in', () => {
    fc.assert(
      fc.property(fc.integer({ min: 5, max: 60 }), start, arrivals, (rate, from, all) => {
        let now = from;
        const ours = limiter(limits(rate), () => now);
        const window: { at: number; samples: number }[] = [];
        for (const { after, samples } of all) {
          now += after / 7;
          while (window[0] !== undefined && now - window[0].at >= 1000) window.shift();
          const sum = window.reduce((total, one) => total + one.samples, 0);
          if (sum + samples > rate) continue;
          window.push({ at: now, samples });
          expect(push(ours, 'a', samples)).toBeUndefined();
        }
      }),
    );
  });

  test('is let in again after exactly the time that it is told', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.integer({ min: 0, max: 1e9 }),
        arrivals,
        (rate, from, all) => {
          const of = oneSecondOf(rate);
          let now = from;
          let arrival = 0;
          for (const { after, samples } of all) {
            now += after;
            const units = Math.min(samples, rate);
            const wait = waitFor(of, arrival, units, now);
            if (wait > 0) {
              expect(waitFor(of, arrival, units, now + wait - 1)).toBeGreaterThan(0);
              now += wait;
            }
            expect(waitFor(of, arrival, units, now)).toBe(0);
            expect(remaining(of, arrival, now)).toBeGreaterThanOrEqual(units);
            arrival = taken(of, arrival, units, now);
          }
        },
      ),
    );
  });

  test('has a burst of one second, and what is refused does not count', () => {
    let now = 5;
    const ours = limiter(limits(10_000, 10_000), () => now);
    for (let i = 0; i < 10; i += 1) expect(push(ours, 'a', 1000)).toBeUndefined();
    expect(push(ours, 'a', 1)).toMatchObject({
      reason: 'limited',
      retryAfterMs: 1,
      quota: { perSecond: 10_000, remaining: 0 },
    });
    now += 500;
    for (let i = 0; i < 20_000; i += 1) expect(push(ours, 'a', 5001)?.reason).toBe('limited');
    expect(push(ours, 'a', 5000)).toBeUndefined();
    for (let i = 0; i < 9; i += 1) push(ours, 'a', 1);
    expect(push(ours, 'a', 10_001)?.reason).toBe('too_large');
    push(ours, 'a', 1);
    expect(push(ours, 'a', 10_001)?.reason).toBe('limited');
    now += 10_000;
    expect(push(ours, 'a', 10_001)).toMatchObject({ reason: 'too_large', retryAfterMs: undefined });
  });

  test('may have few requests of many samples', () => {
    const ours = limiter(limits(10_000, 2), () => 0);
    expect(push(ours, 'a', 1)).toBeUndefined();
    expect(push(ours, 'a', 1)).toBeUndefined();
    expect(push(ours, 'a', 1)).toMatchObject({
      reason: 'limited',
      retryAfterMs: 500,
      quota: { perSecond: 2 },
    });
  });

  test('owes under new limits what it owed under the old ones', () => {
    const [before, after] = [oneSecondOf(10), oneSecondOf(1000)];
    const arrival = taken(before, 0, 10, 77_000);
    expect(remaining(after, rebased(before, after, arrival, 77_000), 77_000)).toBe(990);
    expect(remaining(before, rebased(after, before, 0, 77_000), 77_000)).toBe(10);
  });

  test('has a quarter of what may be under way at once, all together no more than there is', () => {
    const ours = limiter(limits(1e6), () => 0, { concurrency: 8 });
    const first = ours.enter('a');
    ours.enter('a');
    expect(() => ours.enter('a')).toThrow(expect.objectContaining({ reason: 'limited' }));
    for (const client of ['b', 'c', 'd']) [ours.enter(client), ours.enter(client)];
    expect(() => ours.enter('e')).toThrow(
      expect.objectContaining({ reason: 'overloaded', retryAfterMs: 1000 }),
    );
    first.leave();
    ours.enter('e');
  });
});

describe('fifty clients', () => {
  test('are not felt by each other, though one of them floods', () => {
    let now = 0;
    const ours = limiter(limits(1000, 1000), () => now);
    const got = new Map<string, number>();
    for (; now < 10_000; now += 10) {
      for (let i = 0; i < 200; i += 1) count(got, 'flood', push(ours, 'flood', 1));
      for (let client = 0; client < 49; client += 1) count(got, `c${client}`, push(ours, `c${client}`, 9));
    }
    // The flood gets its burst and its rate; the others all they sent.
    expect(got.get('flood')).toBe(1000 + 999 * 10);
    for (let client = 0; client < 49; client += 1) expect(got.get(`c${client}`)).toBe(1000);
  });

  const count = (got: Map<string, number>, client: string, refusal: Refusal | undefined) =>
    got.set(client, (got.get(client) ?? 0) + Number(refusal === undefined));
});

describe('the table', () => {
  test('stays small under a hundred thousand names, and does not forget who owes', () => {
    let now = 0;
    const ours = limiter(limits(10, 10), () => now, { mostClients: 500 });
    expect(push(ours, 'debtor', 10)).toBeUndefined();
    let most = 0;
    for (let i = 0; i < 100_000; i += 1) {
      if (i % 200 === 0) now += 1;
      push(ours, `client-${i}`, 1);
      most = Math.max(most, ours.clients);
    }
    expect(most).toBeLessThanOrEqual(500);
    // Half a second has passed, which is worth five samples.
    expect(push(ours, 'debtor', 6)?.reason).toBe('limited');
    expect(push(ours, 'debtor', 5)).toBeUndefined();
  });

  test('full of clients that owe refuses a new one, and takes it when one has paid', () => {
    let now = 0;
    const ours = limiter(limits(10, 10), () => now, { mostClients: 3 });
    for (const client of ['a', 'b', 'c']) expect(push(ours, client, 1)).toBeUndefined();
    expect(push(ours, 'd', 1)).toMatchObject({ reason: 'overloaded', retryAfterMs: 1000 });
    now += 100;
    expect(push(ours, 'd', 1)).toBeUndefined();
  });

  test('shrinks as clients rest, but for those that have series, as long as there is room', () => {
    const table = createClientTable(1000);
    const meet = (name: string, time: number, series: number) => {
      const client = table.get(name, DEFAULT_LIMITS.client, time) as ClientState;
      client.series = series;
      return client;
    };
    for (let i = 0; i < 500; i += 1) meet(`client-${i}`, 0, 0);
    const owner = meet('owner', 0, 1);
    for (let i = 0; i < 1000; i += 1) meet(`later-${i}`, 1000, 0);
    expect(table.size).toBeLessThan(10);
    expect(meet('owner', 2000, 1)).toBe(owner);
    for (let i = 0; i < 20_000; i += 1) meet(`with-series-${i}`, 3000, 1);
    expect(table.size).toBeLessThanOrEqual(1000);
    expect(table.size).toBeGreaterThan(900);
  });
});
