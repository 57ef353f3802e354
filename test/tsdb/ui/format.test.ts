// Times, durations and numbers in words.

import { describe, expect, test } from 'vitest';
import { formatAmount, formatBytes, formatCount } from '../../../src/tsdb/ui/kit/number-format.ts';
import {
  formatAgo,
  formatExact,
  formatSeconds,
  formatSpan,
  formatTime,
  offsetOf,
} from '../../../src/tsdb/ui/kit/time-format.ts';

const NOON = Date.UTC(2026, 2, 29, 12, 3, 11);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('a time', () => {
  test('of today is a clock time, of another day of the zone it has its date', () => {
    const f = (time: number, zone: string) => formatTime(time, zone, NOON);
    expect(f(NOON, 'UTC')).toBe('12:03:11');
    expect(f(NOON, 'Asia/Kathmandu')).toBe('17:48:11');
    expect(f(NOON - 13 * HOUR, 'UTC')).toBe('2026-03-28 23:03:11');
    expect(f(NOON - 13 * HOUR, 'Asia/Kathmandu')).toBe('04:48:11');
  });

  test('written exactly is another one in both of the hours that the clock shows twice', () => {
    const first = Date.UTC(2026, 9, 25, 0, 30);
    expect(formatExact(first, 'Europe/Berlin')).toBe('2026-10-25 02:30:00 +02:00');
    expect(formatExact(first + HOUR, 'Europe/Berlin')).toBe('2026-10-25 02:30:00 +01:00');
    expect(formatExact(first + 250, 'UTC')).toBe('2026-10-25 00:30:00.250 UTC');
    expect(formatExact(-250, 'UTC')).toBe('1969-12-31 23:59:59.750 UTC');
  });

  test('has the offset of its zone on that day', () => {
    expect(offsetOf(Date.UTC(2026, 0, 1), 'Europe/Berlin')).toBe('+01:00');
    expect(offsetOf(Date.UTC(2026, 6, 1), 'Europe/Berlin')).toBe('+02:00');
    expect(offsetOf(NOON, 'Asia/Kathmandu')).toBe('+05:45');
    expect(offsetOf(NOON, 'Europe/London')).toBe('+01:00');
  });
});

test.each([
  [0, 'now'],
  [999, 'now'],
  [4 * SECOND, '4s ago'],
  [3 * MINUTE + 20 * SECOND, '3m 20s ago'],
  [3 * HOUR, '3h ago'],
  [2 * DAY + 4 * HOUR + 59 * MINUTE, '2d 4h ago'],
  [-12 * SECOND, 'in 12s'],
])('%d ms before now is %s', (age, words) => {
  expect(formatAgo(NOON - age, NOON)).toBe(words);
});

test('a span has at most two units, which are neighbours', () => {
  expect([formatSpan(0), formatSpan(59_999), formatSpan(HOUR + 30 * SECOND)]).toEqual(['0s', '59s', '1h']);
});

test.each([
  [0, '0 ms'],
  [0.00342, '3.42 ms'],
  [0.85, '850 ms'],
  [0.9996, '1 s'],
  [1.25, '1.25 s'],
  [12.345, '12.3 s'],
])('%d seconds are %s', (seconds, words) => {
  expect(formatSeconds(seconds)).toBe(words);
});

test('counts and bytes', () => {
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect([0, 1, 2].map((count) => formatAmount(count, 'target'))).toEqual([
    '0 targets',
    '1 target',
    '2 targets',
  ]);
  const bytes = [0, 512, 1023, 1024, 1536, 150 * 1024, 2 ** 30, 2 ** 60];
  expect(bytes.map(formatBytes).join(', ')).toBe(
    '0 B, 512 B, 1023 B, 1.0 KiB, 1.5 KiB, 150 KiB, 1.0 GiB, 1048576 TiB',
  );
});
