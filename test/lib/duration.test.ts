import { describe, expect, test } from 'vitest';
import { formatAge, formatDuration, parseDuration } from '../../src/lib/duration.ts';

describe('parseDuration reads what Prometheus reads', () => {
  const f = (text: string, milliseconds: number | undefined) =>
    test(JSON.stringify(text), () => expect(parseDuration(text)).toBe(milliseconds));
  f('30s', 30_000);
  f('1m', 60_000);
  f('1h30m', 5_400_000);
  f('1d', 86_400_000);
  f('1w', 604_800_000);
  f('1y', 31_536_000_000);
  f('100ms', 100);
  f('1s500ms', 1500);
  f('30', 30_000); // a bare number is seconds
  f('0', 0);
  f('1.5s', undefined); // no Prometheus duration
  f('', undefined);
  f('s', undefined);
  f('-1s', undefined);
  f('30s1m', undefined); // units fall
  f('1m1m', undefined); // each at most once
  f('30 s', undefined);
  f('9999999999999999y', undefined); // beyond what a number counts exactly
});

describe('formatAge', () => {
  const f = (milliseconds: number, text: string) =>
    test(text, () => expect(formatAge(milliseconds)).toBe(text));
  f(350, '350ms');
  f(0, '0ms');
  f(1000, '1s');
  f(252_000, '4m12s');
  f(3_600_000, '1h');
  f(90_061_000, '1d1h1m1s');
  f(59_999, '1m'); // rounds to the second
  f(999.6, '1s');
});

describe('formatDuration writes what parseDuration reads', () => {
  const f = (milliseconds: number, text: string) =>
    test(text, () => {
      expect(formatDuration(milliseconds)).toBe(text);
      expect(parseDuration(text)).toBe(milliseconds);
    });
  f(0, '0ms');
  f(1500, '1s500ms');
  f(60_499, '1m499ms');
  f(90_000, '1m30s');
  f(86_400_000, '1d');
});
