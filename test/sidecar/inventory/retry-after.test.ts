import { describe, expect, test } from 'vitest';
import { retryAfter } from '../../../src/sidecar/inventory/retry-after.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');

describe('Retry-After', () => {
  const f = (header: string | undefined, milliseconds: number | undefined) =>
    test(String(header), () => expect(retryAfter(header, NOW)).toBe(milliseconds));
  f(undefined, undefined);
  f('0', 0);
  f('120', 120_000);
  f('Fri, 02 Jan 2026 03:05:05 GMT', 60_000);
  f('Fri, 02 Jan 2026 03:00:00 GMT', 0); // already over
  f('soon', undefined);
  f('-5', undefined);
  f('1.5', undefined);
  f('', undefined);
});
