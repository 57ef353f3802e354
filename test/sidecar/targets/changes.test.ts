import { expect, test } from 'vitest';
import { countChanges } from '../../../src/sidecar/targets/changes.ts';

const group = (targets: string[], labels = {}) => ({ targets, labels });

test('addresses that came and went are counted, across groups', () => {
  expect(countChanges([group(['a', 'b'])], [group(['b'], { x: '1' }), group(['c', 'd'])])).toEqual({
    added: 2,
    removed: 1,
  });
  expect(countChanges([], [group(['a'])])).toEqual({ added: 1, removed: 0 });
  expect(countChanges([group(['a'])], [])).toEqual({ added: 0, removed: 1 });
});

test('a target whose labels changed neither came nor went', () => {
  expect(countChanges([group(['a'])], [group(['a'], { x: '1' })])).toEqual({ added: 0, removed: 0 });
});
