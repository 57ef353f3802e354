import { expect, test } from 'vitest';
import { countChanges, describeChanges } from '../../../src/sidecar/targets/changes.ts';

const group = (targets: string[], labels = {}) => ({ targets, labels });

test('addresses that came and went are counted, across groups', () => {
  expect(countChanges([group(['a', 'b'])], [group(['b'], { x: '1' }), group(['c', 'd'])])).toEqual({
    added: 2,
    removed: 1,
    changed: 1,
  });
  expect(countChanges([], [group(['a'])])).toEqual({ added: 1, removed: 0, changed: 0 });
  expect(countChanges([group(['a'])], [])).toEqual({ added: 0, removed: 1, changed: 0 });
});

test('a target whose labels changed neither came nor went', () => {
  const one = { added: 0, removed: 0, changed: 1 };
  expect(countChanges([group(['a'])], [group(['a'], { x: '1' })])).toEqual(one);
  expect(countChanges([group(['a', 'b'])], [group(['a', 'b']), group(['a'], { x: '1' })])).toEqual(one);
  expect(describeChanges(one)).toBe('0 added, 0 removed, 1 with other labels');
});

test('the order of groups and targets, and a target twice, change nothing', () => {
  const none = { added: 0, removed: 0, changed: 0 };
  const [plain, labelled] = [group(['a', 'b', 'a']), group(['a'], { x: '1' })];
  expect(countChanges([plain, labelled], [labelled, group(['b', 'a'])])).toEqual(none);
});
