import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  endOfDecimal,
  parseNumber,
  parseNumberText,
  readDecimal,
} from '../../../src/tsdb/exposition/number.ts';

function parse(text: string): number | undefined {
  return parseNumber(Buffer.from(`${text}\n`), 0, text.length);
}

/** Decimal numbers of every shape, many of them at the edges of what a double holds. */
const decimals = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value.toExponential()),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }).map((value) => value.toFixed(6)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.bigInt({ min: 2n ** 53n - 9n, max: 2n ** 53n + 9n }).map(String),
  fc
    .tuple(fc.constantFrom('', '+', '-'), digits(0, 25), fc.option(digits(0, 25)), fc.option(exponents()))
    .map(
      ([sign, whole, fraction, exponent]) =>
        `${sign}${whole}${fraction === null ? '' : `.${fraction}`}${exponent ?? ''}`,
    ),
);

function digits(min: number, max: number) {
  return fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max })
    .map((all) => all.join(''));
}

function exponents() {
  return fc
    .tuple(fc.constantFrom('e', 'E'), fc.constantFrom('', '+', '-'), fc.integer({ min: 0, max: 400 }))
    .map(([e, sign, power]) => `${e}${sign}${power}`);
}

describe('a number', () => {
  test('is exactly the double that Number makes of it', () => {
    fc.assert(
      fc.property(decimals, (text) => {
        const isNumber = /\d/.test(text.split(/e/i)[0] ?? '');
        const value = Number(text);
        expect(parse(text)).toBe(isNumber && Number.isFinite(value) ? value : undefined);
      }),
      { numRuns: 20_000 },
    );
  });

  test('is read at once when a double holds its digits, and ends where its bytes end', () => {
    for (const text of [
      '0',
      '-0',
      '007',
      '1.5',
      '9007199254740991',
      '0.1234567890123456',
      '1e22',
      '123e-22',
      '5.',
      '.5',
    ]) {
      expect([text, readDecimal(Buffer.from(`${text} 1`), 0)]).toEqual([text, Number(text)]);
      expect(endOfDecimal()).toBe(text.length);
    }
    for (const text of ['9007199254740993', '1e23', '12345678901234567', 'x', '', '-', '1e', '.'])
      expect([text, readDecimal(Buffer.from(`${text}\n`), 0)]).toEqual([text, Number.NaN]);
  });

  test('has no other forms than those of Go', () => {
    for (const text of [
      '',
      ' ',
      ' 1',
      '1 ',
      '0x10',
      '0b1',
      '1_0',
      '1n',
      '+nan',
      '-NaN',
      'infin',
      'e5',
      '1e',
      '1.2.3',
      '٣',
    ])
      expect([text, parseNumberText(text)]).toEqual([text, undefined]);
    expect(['nan', 'NaN'].map(parseNumberText)).toEqual([Number.NaN, Number.NaN]);
    expect(['inf', '+Inf', '-INFINITY'].map(parseNumberText)).toEqual([Infinity, Infinity, -Infinity]);
  });
});
