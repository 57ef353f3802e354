import { expect, test } from 'vitest';
import { createRecent } from '../../src/lib/recent.ts';

test('of too many the least recently used is forgotten', () => {
  const recent = createRecent(2);
  recent.add('a');
  recent.add('b');
  expect(recent.has('a')).toBe(true);
  recent.add('c');
  expect(['a', 'b', 'c'].map(recent.has)).toEqual([true, false, true]);
});
