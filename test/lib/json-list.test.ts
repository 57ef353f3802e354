import { describe, expect, test } from 'vitest';
import { readJsonList } from '../../src/lib/json-list.ts';

/** Reads `targets` of a text that comes in pieces of so many bytes. */
function read(text: string, pieceBytes: number) {
  const elements: unknown[] = [];
  const reader = readJsonList('targets', (element) => elements.push(element));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) reader.write(bytes.subarray(at, at + pieceBytes));
  return { elements, rest: reader.rest(), isWhole: reader.isWhole() };
}

const SIZES = [1, 2, 3, 7, 1000];

describe('in pieces of any size', () => {
  const f = (what: string, text: string, elements: unknown[], rest: string) =>
    test.each(SIZES)(`${what}, %d bytes`, (size) =>
      expect(read(text, size)).toEqual({ elements, rest, isWhole: true }),
    );

  f('an empty list', '{"targets":[]}', [], '}');
  f(
    'a list of objects',
    '{"a":[1],"targets":[{"b":1},{"c":[{}]}],"d":2}',
    [{ b: 1 }, { c: [{}] }],
    ',"d":2}',
  );
  f('spaces and line ends', '{ "targets" :\n\t[ {"b": 1} ,\r\n {} ] }', [{ b: 1 }, {}], ' }');
  f('braces, quotes and letters in strings', '{"targets":[{"}":"]\\"{ü\\\\"}]}', [{ '}': ']"{ü\\' }], '}');
  f('the key in a string before', '{"x":"\\"targets\\":[{}]","targets":[{"y":1}]}', [{ y: 1 }], '}');
});

describe('what is no such list, or only a part of it, is told', () => {
  const f = (what: string, text: string) =>
    test.each(SIZES)(`${what}, %d bytes`, (size) =>
      expect(read(text, size)).toMatchObject({ isWhole: false, rest: '' }),
    );

  f('another key', '{"other":[]}');
  f('HTML', '<html>');
  f('no text', '');
  f('another value', '{"targets":{}}');
  f('a list that does not end', '{"targets":[{}');
  f('an object that does not end', '{"targets":[{"a":"');
});

describe('an element that is', () => {
  const f = (what: string, text: string, message: string) =>
    test.each(SIZES)(`${what}, %d bytes`, (size) => expect(() => read(text, size)).toThrow(message));

  f('a number', '{"targets":[{},7]}', 'an element is no object');
  f('no JSON', '{"targets":[{a}]}', 'JSON');
});

test('an element has a bound, and so has what follows', () => {
  const large = `{"a":"${'x'.repeat(2 ** 21)}"}`;
  expect(() => read(`{"targets":[${large}]}`, 65_536)).toThrow('an element is too large');
  expect(read(`{"targets":[{}],"b":${large}${large}}`, 65_536).rest.length).toBeLessThan(2 ** 20);
});
