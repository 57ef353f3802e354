import { expect, test } from 'vitest';
import { guard, type Hold } from '../../../src/sidecar/targets/guard.ts';

const LIST = [{ targets: ['a:1', 'b:1'], labels: {} }];
const HOLD: Hold = { reason: 'empty', since: 1000, targets: 2 };

test('a list with targets passes and ends a hold', () => {
  expect(guard(undefined, LIST, undefined, 5000)).toEqual({ groups: LIST, hold: undefined });
  expect(guard(LIST, [{ targets: ['c:1'], labels: {} }], HOLD, 5000).hold).toBeUndefined();
});

test('an empty list is held: what stands stays', () => {
  expect(guard(LIST, [], undefined, 5000)).toEqual({
    groups: LIST,
    hold: { reason: 'empty', since: 5000, targets: 2 },
  });
  expect(guard(LIST, [{ targets: [], labels: {} }], undefined, 5000).groups).toBe(LIST);
});

test('a hold keeps its beginning', () => {
  expect(guard(LIST, [], HOLD, 9000).hold).toEqual(HOLD);
});

test('an empty list before any list stands is held too: nothing is written', () => {
  expect(guard(undefined, [], undefined, 5000)).toEqual({
    groups: undefined,
    hold: { reason: 'empty', since: 5000, targets: 0 },
  });
});
