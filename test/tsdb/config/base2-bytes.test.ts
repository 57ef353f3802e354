// Sizes: the grammar of Prometheus' flags and fields.

import { describe, expect, test } from 'vitest';
import { formatBase2Bytes, parseBase2Bytes } from '../../../src/tsdb/config/base2-bytes.ts';

describe('reads', () => {
  const f = (text: string, bytes: number | undefined) =>
    test(JSON.stringify(text), () => expect(parseBase2Bytes(text)).toBe(bytes));
  f('0', 0);
  f('0B', 0);
  f('1B', 1);
  f('1KB', 1024);
  f('1KiB', 1024);
  f('10MB', 10 * 2 ** 20);
  f('1.5GiB', 1.5 * 2 ** 30);
  f('.5KB', 512);
  f('2TB', 2 * 2 ** 40);
  f('1PB', 2 ** 50);
  f('1GB512MB', 1.5 * 2 ** 30);
  f('1.0001B', 1); // whole bytes
  f('1EB', undefined); // beyond what a number counts exactly
  f('100', undefined);
  f('1kB', undefined);
  f('1K', undefined);
  f('-1MB', undefined);
  f('1 MB', undefined);
  f('.B', undefined);
  f('MB', undefined);
  f('', undefined);
});

test.each([0, 1, 1023, 1024, 1536, 10 * 2 ** 20, 1.5 * 2 ** 30, 2 ** 50, 2 ** 53 - 1])(
  '%d is read as it was written',
  (bytes) => {
    expect(parseBase2Bytes(formatBase2Bytes(bytes))).toBe(bytes);
  },
);
