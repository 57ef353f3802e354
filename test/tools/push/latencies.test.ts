import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLatencies } from '../../../tools/push/latencies.ts';

test('a percentile is that of the sorted times, to one part in a hundred', () => {
  const times = fc.array(fc.double({ min: 0.001, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(times, fc.double({ min: 0, max: 1, noNaN: true }), (all, share) => {
      const latencies = createLatencies();
      for (const ms of all) latencies.record(ms);
      const sorted = all.toSorted((a, b) => a - b);
      const exact = sorted[Math.max(1, Math.ceil(share * all.length)) - 1] ?? Number.NaN;
      const found = latencies.percentile(share) ?? Number.NaN;
      expect(found / exact).toBeGreaterThan(0.989);
      expect(found / exact).toBeLessThan(1.011);
      expect(latencies.max).toBe(sorted.at(-1));
    }),
  );
});

test('without a time there is no percentile; what is beyond the table counts all the same', () => {
  const latencies = createLatencies();
  expect(latencies.percentile(0.5)).toBeUndefined();
  latencies.record(0);
  expect(latencies.percentile(0.5)).toBe(0);
  latencies.record(1e12);
  expect(latencies.max).toBe(1e12);
  expect(latencies.percentile(1)).toBeGreaterThan(1e6);
});
