// Long work in small parts.

import { expect, test } from 'vitest';
import { takeTurns } from '../../../src/tsdb/ui/kit/turns.ts';

test('takes all of it, so many at a time, in its order', async () => {
  const sums = await takeTurns([1, 2, 3, 4, 5], 2, (ones) => ones.join('+'));
  expect(sums).toEqual(['1+2', '3+4', '5']);
  expect(await takeTurns([], 2, (ones) => ones.length)).toEqual([]);
});

test('what waits has its turn before all is done', async () => {
  let isDone = false;
  const others = new Promise<boolean>((resolve) => setImmediate(() => resolve(isDone)));
  await takeTurns({ [Symbol.iterator]: () => numbers(10_000) }, 1, (ones) => ones.length);
  isDone = true;
  expect(await others).toBe(false);
});

function* numbers(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}
