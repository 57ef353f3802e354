import { expect, test } from 'vitest';
import { isLabelName, labelsKey, sortLabels } from '../../src/model/labels.ts';

test('a label name is what Prometheus 2.x takes', () => {
  for (const name of ['a', '_a', '__meta_x', 'A9_']) expect(isLabelName(name), name).toBe(true);
  for (const name of ['', '9a', 'a-b', 'a b', 'ä', 'a.b']) expect(isLabelName(name), name).toBe(false);
});

test('labels are equal by content, whatever their order', () => {
  expect(labelsKey({ a: '1', b: '2' })).toBe(labelsKey({ b: '2', a: '1' }));
  expect(labelsKey({ a: '1,b=2' })).not.toBe(labelsKey({ a: '1', b: '2' }));
  expect(Object.keys(sortLabels({ b: '2', a: '1' }))).toEqual(['a', 'b']);
});
