import { describe, expect, test } from 'vitest';
import { createSeries, type SeriesOptions } from '../../../tools/simulate/series.ts';
import { SHAPES } from '../../../tools/simulate/shapes.ts';

const OPTIONS: SeriesOptions = { shape: 'sine', metrics: 3, seed: 1, interval: 300, hasTimes: true };

/** Of each series the values of so many rounds. */
function values(client: number, options: Partial<SeriesOptions>, rounds = 400): number[][] {
  const next = createSeries(client, { ...OPTIONS, ...options });
  const all = Array.from({ length: rounds }, () => next(0));
  return (all[0] ?? []).map((_, i) => all.map((round) => round[i]?.value ?? Number.NaN));
}

describe.each(SHAPES)('%s', (shape) => {
  test('is the same for the same seed, and another for another seed, client or metric', () => {
    const first = values(1, { shape });
    expect(values(1, { shape })).toEqual(first);
    expect(values(1, { shape, seed: 2 })).not.toEqual(first);
    expect(values(2, { shape })).not.toEqual(first);
    expect(first[0]).not.toEqual(first[1]);
  });

  test('has finite values that move', () => {
    for (const one of values(1, { shape })) {
      expect(one.every(Number.isFinite)).toBe(true);
      expect(new Set(one).size).toBeGreaterThan(2);
      if (shape !== 'counter') expect(Math.max(...one.map(Math.abs))).toBeLessThanOrEqual(200);
    }
  });
});

test('a sine is smooth, a counter never falls, spikes are rare, steps stay for a while', () => {
  const [sine = [], counter = [], spikes = [], steps = []] = (
    ['sine', 'counter', 'spikes', 'steps'] as const
  ).map((shape) => values(1, { shape })[0]);
  const moves = (one: number[]) => one.slice(1).map((value, i) => value - (one[i] ?? 0));
  expect(Math.max(...moves(sine).map(Math.abs))).toBeLessThan(3);
  expect(Math.min(...moves(counter))).toBeGreaterThanOrEqual(0);
  const high = spikes.filter((value) => value > 50).length;
  expect(high).toBeGreaterThan(0);
  expect(high).toBeLessThan(40);
  expect(moves(steps).filter((move) => move === 0).length).toBeGreaterThan(300);
});

test('counters are named and typed as counters', () => {
  const [metric] = createSeries(4, { ...OPTIONS, shape: 'counter' })(0);
  expect(metric).toMatchObject({
    name: 'simulated_counter_1_total',
    type: 'counter',
    labels: { client: '4' },
  });
});

test('the times of a client rise, also when the clock does not', () => {
  const next = createSeries(1, OPTIONS);
  const times = [1000.7, 1000.9, 900, 5000].map((now) => next(now)[0]?.timeMs);
  expect(times).toEqual([1000, 1001, 1002, 5000]);
  expect(createSeries(1, { ...OPTIONS, hasTimes: false })(1000)[0]?.timeMs).toBeUndefined();
});
