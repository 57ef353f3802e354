// The words for files that cannot be read.

import { describe, expect, test } from 'vitest';
import { fileReason } from '../../src/lib/file-reasons.ts';

describe('why a file cannot be read:', () => {
  const f = (code: string, words: string) =>
    test(code, () =>
      expect(fileReason(Object.assign(new Error(`${code}: open '/x'`), { code }))).toBe(words),
    );
  f('ENOENT', 'there is no such file');
  f('ENOTDIR', 'there is no such file');
  f('EISDIR', 'it is no regular file');
  f('EACCES', 'permission denied');
  f('EPERM', 'permission denied');
  f('EIO', 'EIO');
});

test('what is no error of the system has words of its own', () => {
  expect(fileReason(new Error('line 1 is wrong'))).toBeUndefined();
});
