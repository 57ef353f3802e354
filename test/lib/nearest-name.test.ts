import { expect, test } from 'vitest';
import { nearestName } from '../../src/lib/nearest-name.ts';

const KNOWN = ['INVENTORY_URL', 'TARGETS_FILE', 'MAX_SHRINK'];

test('a mistyped name finds the one it stands for', () => {
  expect(nearestName('INVENTORY_UL', KNOWN)).toBe('INVENTORY_URL');
  expect(nearestName('TARGET_FILE', KNOWN)).toBe('TARGETS_FILE');
});

test('a name that is near none finds none', () => {
  expect(nearestName('COMPLETELY_ELSE', KNOWN)).toBeUndefined();
  expect(nearestName('X', [])).toBeUndefined();
});
