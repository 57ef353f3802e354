import { expect, test } from 'vitest';
import { AppError, codeOf, messageOf } from '../../src/lib/errors.ts';

test('an AppError keeps its reason and its cause', () => {
  const cause = new Error('why');
  const error = new AppError('status', 'cannot fetch', { cause });
  expect([error.reason, error.message, error.cause]).toEqual(['status', 'cannot fetch', cause]);
});

test('codeOf finds the code of the nearest cause that has one', () => {
  const system = Object.assign(new Error('full'), { code: 'ENOSPC' });
  expect(codeOf(new AppError('x', 'y', { cause: system }))).toBe('ENOSPC');
  expect(codeOf(new Error('plain'))).toBeUndefined();
  expect(codeOf('text')).toBeUndefined();
});

test('messageOf takes whatever was thrown', () => {
  expect(messageOf(new Error('a'))).toBe('a');
  expect(messageOf(42)).toBe('42');
});
