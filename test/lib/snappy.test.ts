// The strict reader of snappy's blocks, against a compressor of others and against every way to be wrong.

import fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../src/lib/errors.ts';
import { uncompressSnappy } from '../../src/lib/snappy.ts';

const MOST = 1_000_000;

const bytes = (...parts: (number | string)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))));

/** Texts that repeat themselves near and far, as real bodies do. */
const repetitive = fc
  .array(fc.tuple(fc.string({ maxLength: 90 }), fc.nat(40)), { maxLength: 60 })
  .map((parts) => Buffer.from(parts.map(([text, times]) => text.repeat(times)).join('')));

function reasonOf(block: Buffer, most = MOST): string {
  try {
    uncompressSnappy(block, most);
    return 'taken';
  } catch (error) {
    return error instanceof AppError ? error.reason : `not ours: ${error}`;
  }
}

test('gives back what a compressor was given', () => {
  fc.assert(
    fc.property(fc.oneof(repetitive, fc.uint8Array({ maxLength: 3000 })), (source) => {
      const given = Buffer.from(source);
      expect(uncompressSnappy(Buffer.from(compress(given)), MOST).equals(given)).toBe(true);
    }),
    { numRuns: 500 },
  );
  const long = Buffer.alloc(300_000, 'a text of some length, ');
  expect(uncompressSnappy(Buffer.from(compress(long)), MOST).equals(long)).toBe(true);
});

describe('reads each kind of element as the format says', () => {
  const f = (block: Buffer, text: string) => expect(uncompressSnappy(block, MOST).toString()).toBe(text);

  test.each([
    ['nothing', bytes(0), ''],
    ['a short literal', bytes(3, 0b1000, 'abc'), 'abc'],
    ['a literal with one byte of length', bytes(4, 60 << 2, 3, 'abcd'), 'abcd'],
    ['a literal with four bytes of length', bytes(4, 63 << 2, 3, 0, 0, 0, 'abcd'), 'abcd'],
    ['a copy with one byte of offset', bytes(8, 0b1100, 'abcd', 0b1, 4), 'abcdabcd'],
    ['a copy that overlaps itself', bytes(6, 0b0100, 'ab', 0b1, 2), 'ababab'],
    ['a copy with two bytes of offset', bytes(7, 0b1100, 'abcd', 0b1010, 4, 0), 'abcdabc'],
    ['a copy with four bytes of offset', bytes(7, 0b1100, 'abcd', 0b1011, 4, 0, 0, 0), 'abcdabc'],
  ])('%s', (_, block, text) => f(block, text));
});

describe('refuses', () => {
  test.each([
    ['no bytes at all', bytes()],
    ['a length without an end', bytes(0x80, 0x80)],
    ['a length of more than 32 bits', bytes(0xff, 0xff, 0xff, 0xff, 0x7f)],
    ['more than it says', bytes(2, 0b1000, 'abc')],
    ['less than it says', bytes(4, 0b1000, 'abc')],
    ['a literal that is cut short', bytes(3, 0b1000, 'ab')],
    ['the length of a literal that is cut short', bytes(3, 61 << 2, 3)],
    ['a copy without an offset', bytes(8, 0b1100, 'abcd', 0b1)],
    ['a copy from nowhere', bytes(8, 0b1100, 'abcd', 0b1, 0)],
    ['a copy from before the beginning', bytes(8, 0b1100, 'abcd', 0b1, 5)],
    ['a length that leads backwards', bytes(10, 0xfc, 0xfa, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0)],
    ['a length that no such body can have', bytes(0xc0, 0x84, 0x3d, 0b1000, 'abc')],
  ])('%s', (_, block) => expect(reasonOf(block)).toBe('bad_data'));

  test('what is larger than allowed, before it takes any memory', () => {
    expect(reasonOf(bytes(0xff, 0xff, 0xff, 0xff, 0x0f))).toBe('too_large');
    expect(reasonOf(Buffer.from(compress(Buffer.alloc(1001))), 1000)).toBe('too_large');
    expect(reasonOf(Buffer.from(compress(Buffer.alloc(1000))), 1000)).toBe('taken');
  });

  test('a block that is cut anywhere', () => {
    const block = Buffer.from(compress(Buffer.from('one two three one two three four '.repeat(20))));
    for (let cut = 1; cut <= block.length; cut += 1)
      expect(reasonOf(block.subarray(0, block.length - cut))).toBe('bad_data');
  });

  test('any bytes in its own words, if it refuses them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (block) => {
        expect(['taken', 'bad_data', 'too_large']).toContain(reasonOf(Buffer.from(block)));
      }),
      { numRuns: 5000 },
    );
  });
});
