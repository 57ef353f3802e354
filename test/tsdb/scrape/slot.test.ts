import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextTurn, sampleTime, slotOf } from '../../../src/tsdb/scrape/slot.ts';

describe('the turns of a target', () => {
  const interval = fc.integer({ min: 1, max: 3_600_000 });
  const time = fc.integer({ min: 0, max: 4e12 });

  test('are one in each interval, at the same moment of it, whenever one asks', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), interval, time, (key, seed, ms, now) => {
        const slot = slotOf(key, seed, ms);
        const next = nextTurn(now, ms, slot);
        expect(next).toBeGreaterThan(now);
        expect(next - now).toBeLessThanOrEqual(ms);
        expect((((next - slot) % ms) + ms) % ms).toBe(0);
        expect(nextTurn(next, ms, slot)).toBe(next + ms);
        expect(nextTurn(next - 1, ms, slot)).toBe(next);
      }),
    );
  });

  test('lie evenly over the interval', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i += 1) {
      const tenth = Math.floor(slotOf(`http://sensor_${i}:9100/metrics`, 7, 5000) / 500);
      counts[tenth] = (counts[tenth] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });

  test('are others for another seed', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `target ${i}`);
    const same = keys.filter((key) => slotOf(key, 1, 15_000) === slotOf(key, 2, 15_000));
    expect(same.length).toBeLessThan(5);
  });
});

describe('the time of a scrape', () => {
  test.each([
    [1000, 1000, 15_000, 1000],
    [1000, 1002, 15_000, 1000],
    [1000, 1003, 15_000, 1003],
    [1000, 998, 15_000, 1000],
    [1000, 1002, 100, 1002],
    [1000, 1001, 100, 1000],
  ])('planned for %i, begun at %i, every %i ms: %i', (planned, actual, interval, stored) => {
    expect(sampleTime(planned, actual, interval)).toBe(stored);
  });
});
