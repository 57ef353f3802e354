import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { detached, shortened } from '../../src/model/detached.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heapOf<T>(make: () => T): number {
  collect();
  const before = process.memoryUsage().heapUsed;
  const made = make();
  collect();
  const bytes = process.memoryUsage().heapUsed - before;
  expect(made).toBeDefined();
  return bytes;
}

test('the beginning of a long text keeps nothing else of it in memory', () => {
  const long = (i: number) => `${i}${'x'.repeat(1_000_000)}`;
  const all = Array.from({ length: 50 }, (_, i) => i);
  expect(heapOf(() => all.map((i) => shortened(JSON.parse(JSON.stringify(long(i))), 1000)))).toBeLessThan(
    5e6,
  );
  expect(
    heapOf(() => all.map((i) => detached(JSON.parse(JSON.stringify(long(i))).slice(0, 1000)))),
  ).toBeLessThan(5e6);
});

test('it is well-formed, also where it was cut', () => {
  expect(shortened('short', 5)).toBe('short');
  expect(shortened('a\ud800', 5)).toBe('a\ufffd');
  expect(shortened('abc😀', 4)).toBe('abc\ufffd');
});
