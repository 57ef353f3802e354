import { expect, test } from 'vitest';
import { figuresOf, median } from '../../../tools/load/figures.ts';
import type { Measured } from '../../../tools/load/measure.ts';
import { shortNumber } from '../../../tools/load/short-number.ts';
import { createLatencies } from '../../../tools/push/latencies.ts';

function part(requests: number, taken: number, cpuSeconds: number | undefined, ms: number): Measured {
  const latencies = createLatencies();
  latencies.record(ms);
  const failures = new Map(requests === taken ? [] : [['429', { count: requests - taken, why: 'slow' }]]);
  return { requests, taken, samples: taken * 10, seconds: 2, cpuSeconds, latencies, failures };
}

test('medians over the parts, the share and the longest over all of them', () => {
  const parts = [part(100, 100, 0.01, 1), part(300, 200, 0.03, 9), part(200, 200, 0.1, 4)];
  const found = figuresOf({ door: 'json', clients: 1, batch: 10 }, parts, 0.00002);
  expect(found).toMatchObject({
    success: 500 / 600,
    requestsPerSecond: 100,
    samplesPerSecond: 1000,
    max: 9,
    failures: { 429: { count: 100, why: 'slow' } },
  });
  expect(found.p50).toBeCloseTo(4, 1);
  expect(found.cpuPerRequest).toBeCloseTo(100, 9);
  expect(found.cpuPerSample).toBeCloseTo(15, 9);
  expect(found.cpuPerSampleAboveParse).toBeCloseTo(13, 9);
  expect(found.requestsPerCpuSecond).toBeCloseTo(10_000, 6);
});

test('what is not known stays unknown', () => {
  const { cpuPerRequest, cpuPerSample, cpuPerSampleAboveParse, requestsPerCpuSecond } = figuresOf(
    { door: 'json', clients: 1, batch: 10 },
    [part(1, 1, undefined, 1)],
    1,
  );
  expect([cpuPerRequest, cpuPerSample, cpuPerSampleAboveParse, requestsPerCpuSecond]).toEqual(
    Array(4).fill(undefined),
  );
  expect(figuresOf({ door: 'grpc', clients: 1, batch: 1 }, [], undefined)).toMatchObject({
    success: undefined,
    max: undefined,
  });
});

test('median', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 3, 2])).toBe(2);
  expect(median([])).toBeUndefined();
});

test.each([
  [undefined, '–'],
  [0, '0.00'],
  [0.844, '0.84'],
  [9.996, '10.0'],
  [34.54, '34.5'],
  [99.96, '100'],
  [999.4, '999'],
  [999.6, '1,000'],
  [1234.5, '1,235'],
  [9994, '9,994'],
  [9999, '10.0k'],
  [28_949, '28.9k'],
  [999_600, '1.00M'],
  [1_254_000, '1.25M'],
  [-0.5, '-0.50'],
])('%d is shown as %s', (value, shown) => {
  expect(shortNumber(value)).toBe(shown);
});
