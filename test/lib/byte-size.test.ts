import { describe, expect, test } from 'vitest';
import { formatByteSize, parseByteSize } from '../../src/lib/byte-size.ts';

describe('parseByteSize', () => {
  const f = (text: string, bytes: number | undefined) =>
    test(JSON.stringify(text), () => expect(parseByteSize(text)).toBe(bytes));
  f('4096', 4096);
  f('4096B', 4096);
  f('1KB', 1024);
  f('256MB', 268_435_456);
  f('1GiB', 1_073_741_824);
  f('1.5MB', undefined);
  f('MB', undefined);
  f('', undefined);
  f('1TB', undefined);
  f('99999999999GB', undefined);
});

describe('formatByteSize', () => {
  const f = (bytes: number, text: string) => test(text, () => expect(formatByteSize(bytes)).toBe(text));
  f(268_435_456, '256MB');
  f(1_073_741_824, '1GB');
  f(2048, '2KB');
  f(1500, '1500B');
});
