// Long work in small parts.

import { expect, test } from 'vitest';
import { takeTurns } from '../../../src/tsdb/ui/kit/turns.ts';

test('takes all of it in its order, at a time what there is time for', async () => {
  let time = 0;
  const now = () => (time += 3);
  expect(await takeTurns([1, 2, 3, 4, 5, 6, 7], (ones) => ones.join('+'), now)).toEqual([
    '1+2+3',
    '4+5+6',
    '7',
  ]);
  expect(await takeTurns([], (ones) => ones.length, now)).toEqual([]);
});

test('takes one even when there is no time', async () => {
  let time = 0;
  const now = () => (time += 1000);
  expect(await takeTurns([1, 2], (ones) => ones.length, now)).toEqual([1, 1]);
});

test('what waits has its turn before all is done', async () => {
  let isDone = false;
  const others = new Promise<boolean>((resolve) => setImmediate(() => resolve(isDone)));
  let time = 0;
  await takeTurns(
    numbers(10_000),
    (ones) => ones.length,
    () => (time += 10),
  );
  isDone = true;
  expect(await others).toBe(false);
});

function* numbers(count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield i;
}
