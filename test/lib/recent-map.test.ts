import { expect, test } from 'vitest';
import { createRecentMap } from '../../src/lib/recent-map.ts';

test('what is asked for stays, and what is not goes', () => {
  let turns = 0;
  const map = createRecentMap<number>({ most: 2, turned: () => (turns += 1) });
  map.set('a', 1);
  for (const key of ['b', 'c', 'd', 'e', 'f']) {
    map.set(key, 0);
    expect(map.get('a')).toBe(1);
  }
  expect([map.get('b'), turns > 1]).toEqual([undefined, true]);
});

test('it holds two generations of a weight, however little is in them', () => {
  const map = createRecentMap<number>({ most: 10, weightOf: (key) => key.length });
  for (const key of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']) map.set(key, key.length);
  expect(map.entries().map(([key]) => key)).toEqual(['cccc', 'dddd', 'eeee']);
  map.set('e'.repeat(50), 50);
  expect(map.entries().map(([key]) => key.length)).toEqual([4, 50]);
});

test('of two values the newer counts, also across generations, and what is deleted is gone', () => {
  const map = createRecentMap<number>({ most: 2 });
  map.set('a', 1);
  map.set('b', 1);
  map.set('c', 1);
  map.set('a', 2);
  map.set('a', 3);
  expect([map.get('a'), new Map(map.entries()).get('a')]).toEqual([3, 3]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});
