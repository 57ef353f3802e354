import { describe, expect, test } from 'vitest';
import { etagOf, isNotModified } from '../../inventory-server/validators.ts';

const lastModifiedMs = Date.parse('Sun, 06 Nov 1994 08:49:37 GMT');

describe('If-None-Match', () => {
  test.each<[string, boolean]>([
    ['"a"', true],
    ['W/"a"', true],
    ['"b", "a"', true],
    ['"b",W/"a"', true],
    ['*', true],
    [' * ', true],
    ['"b"', false],
    ['a', false],
    ['"a', false],
    ['', false],
    ['"x,"a"', false],
  ])('%j of "a": 304 is %s', (header, expected) => {
    expect(isNotModified({ 'if-none-match': header }, { etag: '"a"' })).toBe(expected);
  });

  test('beats If-Modified-Since', () => {
    const headers = { 'if-none-match': '"b"', 'if-modified-since': new Date(lastModifiedMs).toUTCString() };
    expect(isNotModified(headers, { etag: '"a"', lastModifiedMs })).toBe(false);
  });
});

test.each<[string, number | undefined, boolean]>([
  ['Sun, 06 Nov 1994 08:49:37 GMT', lastModifiedMs, true],
  ['Sun, 06 Nov 1994 08:49:38 GMT', lastModifiedMs, true],
  ['Sun, 06 Nov 1994 08:49:36 GMT', lastModifiedMs, false],
  ['nonsense', lastModifiedMs, false],
  ['Sun, 06 Nov 1994 08:49:37 GMT', undefined, false],
])('If-Modified-Since %s of %s: 304 is %s', (since, modified, expected) => {
  expect(isNotModified({ 'if-modified-since': since }, { etag: '"a"', lastModifiedMs: modified })).toBe(
    expected,
  );
});

test('an ETag is equal for equal bytes only, and tells variants apart', () => {
  expect(etagOf(Buffer.from('[]'))).toBe(etagOf(Buffer.from('[]')));
  expect(etagOf(Buffer.from('[]'))).not.toBe(etagOf(Buffer.from('[1]')));
  expect(etagOf(Buffer.from('[]'), 'half-')).not.toBe(etagOf(Buffer.from('[]')));
});
