// Times of the Graph page: spans, wall clocks of zones, and the marks of the axis, also on days the clocks change.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timeTicks } from '../../../src/tsdb/ui/graph/chart/time-ticks.ts';
import {
  between,
  bucketEnd,
  moved,
  readField,
  readLast,
  scaled,
  spanOf,
  writeField,
} from '../../../src/tsdb/ui/graph/time-range.ts';
import { timeOf, wallOf } from '../../../src/tsdb/ui/graph/zone-math.ts';

const BERLIN = 'Europe/Berlin';
const HOUR = 3_600_000;
const utc = (text: string) => Date.parse(`${text}Z`);

describe('wall clocks', () => {
  const f = (wall: string, zone: string, time: string) =>
    test(`${wall} in ${zone} is ${time}`, () =>
      expect(new Date(timeOf(utc(wall), zone)).toISOString()).toBe(new Date(utc(time)).toISOString()));
  f('2026-03-29T01:59', BERLIN, '2026-03-29T00:59');
  f('2026-03-29T02:30', BERLIN, '2026-03-29T01:30'); // leapt over: as much later, 03:30
  f('2026-03-29T03:00', BERLIN, '2026-03-29T01:00');
  f('2026-10-25T02:30', BERLIN, '2026-10-25T00:30'); // twice: the first
  f('2026-10-25T03:00', BERLIN, '2026-10-25T02:00');
  f('2026-10-04T02:15', 'Australia/Lord_Howe', '2026-10-03T15:45'); // half an hour
  f('2026-07-01T12:00', 'Asia/Kathmandu', '2026-07-01T06:15');
  f('2026-07-01T12:00', 'UTC', '2026-07-01T12:00');

  test('what a clock shows is when it shows it, but in the hour that comes twice', () => {
    const zones = fc.constantFrom(BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');
    const times = fc.integer({ min: utc('1990-01-01T00:00'), max: utc('2035-01-01T00:00') });
    fc.assert(
      fc.property(zones, times, (zone, time) => {
        const again = timeOf(wallOf(time, zone), zone);
        expect(wallOf(again, zone)).toBe(wallOf(time, zone));
        expect(time - again).toBeGreaterThanOrEqual(0);
        expect(time - again).toBeLessThanOrEqual(HOUR);
      }),
    );
  });
});

test('a day ends at the next midnight of its zone: after 23, 25 or 24 hours', () => {
  const lengthOf = (begin: string, zone: string) => {
    const time = timeOf(utc(begin), zone);
    return (bucketEnd(time, 'day', zone) - time) / HOUR;
  };
  expect(lengthOf('2026-03-29T00:00', BERLIN)).toBe(23);
  expect(lengthOf('2026-10-25T00:00', BERLIN)).toBe(25);
  expect(lengthOf('2026-10-26T00:00', BERLIN)).toBe(24);
  expect(lengthOf('2026-03-29T00:00', 'UTC')).toBe(24);
});

test('the fields for dates hold wall times, and give back the times they came from', () => {
  const time = utc('2026-03-29T01:30:15');
  expect(writeField(time, BERLIN)).toBe('2026-03-29T03:30:15');
  expect(readField('2026-03-29T03:30:15', BERLIN)).toBe(time);
  expect(readField('2026-03-29T03:30', BERLIN)).toBe(utc('2026-03-29T01:30'));
  expect(readField('', BERLIN)).toBeUndefined();
});

describe('spans', () => {
  const NOW = utc('2026-03-29T10:30');
  test('of the last while, and between two times', () => {
    expect(spanOf({ kind: 'last', duration: '1h30m' }, NOW)).toEqual({ from: NOW - 1.5 * HOUR, to: NOW });
    expect(between(200, 100)).toEqual({ kind: 'between', from: 100, to: 200 });
    expect(between(100.4, 100.6)).toEqual({ kind: 'between', from: 100, to: 110 });
  });

  test('any Prometheus duration is taken, anything else is not', () => {
    for (const text of ['5m', '30d', '1h30m', '2w', '1y', '90', '500ms', ' 6h '])
      expect(readLast(text)).toEqual({ kind: 'last', duration: text.trim() });
    for (const text of ['', '0', '0s', '-5m', '1.5h', 'an hour', '30m1h', '9999y', '1ms'])
      expect(readLast(text)).toBeUndefined();
  });

  test('moved, made wider and narrower', () => {
    expect(moved({ from: 1000, to: 3000 }, -0.5)).toEqual({ kind: 'between', from: 0, to: 2000 });
    expect(scaled({ kind: 'last', duration: '1h' }, NOW, 2)).toEqual({ kind: 'last', duration: '2h' });
    expect(scaled({ kind: 'last', duration: '15m' }, NOW, 0.5)).toEqual({ kind: 'last', duration: '7m30s' });
    expect(scaled({ kind: 'between', from: 1000, to: 3000 }, NOW, 0.5)).toEqual(between(1500, 2500));
    expect(scaled({ kind: 'last', duration: '90y' }, NOW, 2)).toEqual({ kind: 'last', duration: '36500d' });
  });
});

describe('marks of the time axis', () => {
  const f = (from: string, to: string, zone: string, most: number, wanted: string) =>
    test(`${from} to ${to} in ${zone}`, () => {
      const { labels } = timeTicks(utc(from), utc(to), zone, most);
      expect(labels.map((label) => label.replace('\n', '/')).join(' ')).toBe(wanted);
    });
  f('2026-03-29T00:00', '2026-03-29T00:30', 'UTC', 6, '00:00/29 Mar 00:05 00:10 00:15 00:20 00:25 00:30');
  f('2026-03-28T22:10', '2026-03-29T03:10', BERLIN, 6, '00:00/29 Mar 01:00 03:00 04:00 05:00');
  f('2026-10-24T21:50', '2026-10-25T03:10', BERLIN, 7, '00:00/25 Oct 01:00 02:00 02:00 03:00 04:00');
  // In steps of six hours the day that is short, or long, keeps its round hours.
  f(
    '2026-03-28T12:00',
    '2026-03-30T06:00',
    BERLIN,
    8,
    '18:00/28 Mar 00:00/29 Mar 06:00 12:00 18:00 00:00/30 Mar 06:00',
  );
  f(
    '2026-10-24T12:00',
    '2026-10-26T06:00',
    BERLIN,
    8,
    '18:00/24 Oct 00:00/25 Oct 06:00 12:00 18:00 00:00/26 Oct 06:00',
  );
  f('2026-03-26T23:00', '2026-04-01T22:00', BERLIN, 8, '27 Mar/2026 28 Mar 29 Mar 30 Mar 31 Mar 1 Apr 2 Apr');
  f('2025-12-30T12:00', '2026-01-02T12:00', 'UTC', 4, '31 Dec/2025 1 Jan/2026 2 Jan');
  f('2026-01-15T00:00', '2026-06-15T00:00', 'UTC', 6, 'Feb/2026 Mar Apr May Jun');
  f('2019-06-01T00:00', '2026-06-15T00:00', 'UTC', 8, '2020 2021 2022 2023 2024 2025 2026');
  f('2026-10-03T15:00', '2026-10-03T18:10', 'Australia/Lord_Howe', 4, '02:30/4 Oct 03:00 04:00 05:00'); // there is no 02:00
  f('2026-01-01T00:00:00', '2026-01-01T00:00:06', 'UTC', 3, '00:00:00/1 Jan 00:00:02 00:00:04 00:00:06');

  test('are inside, ascending, distinct and not more than fit, whatever the span', () => {
    const zones = fc.constantFrom(BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');
    const starts = fc.integer({ min: utc('2000-01-01T00:00'), max: utc('2030-01-01T00:00') });
    const lengths = fc.integer({ min: 1, max: 40 }).map((power) => Math.round(10 * 1.8 ** power) % 1e12);
    fc.assert(
      fc.property(zones, starts, lengths, (zone, from, length) => {
        const { times, labels } = timeTicks(from, from + length, zone, 10);
        expect(labels).toHaveLength(times.length);
        expect(times.length).toBeLessThanOrEqual(15);
        expect(times.every((time) => time >= from && time <= from + length)).toBe(true);
        expect(times.every((time, i) => i === 0 || time > (times[i - 1] as number))).toBe(true);
      }),
    );
  });
});
