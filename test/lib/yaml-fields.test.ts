// YAML read field by field; the formats that use it have tests of their own.

import { describe, expect, test } from 'vitest';
import { messageOf } from '../../src/lib/errors.ts';
import {
  count,
  entries,
  fields,
  list,
  orEmpty,
  type Read,
  readYaml,
  text,
  truth,
} from '../../src/lib/yaml-fields.ts';

const read =
  <T>(reader: Read<T>) =>
  (yaml: string) => {
    try {
      return readYaml(yaml, reader);
    } catch (error) {
      return messageOf(error);
    }
  };

describe('true and false are the words of YAML 1.1, without quotes:', () => {
  const value = read(fields({ a: truth }));
  test.each(['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'])('%s', (word) =>
    expect(value(`a: ${word}`)).toEqual({ a: true }),
  );
  test.each(['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'])('%s', (word) =>
    expect(value(`a: ${word}`)).toEqual({ a: false }),
  );
  test.each(['"true"', "'on'", 'tRue', 'yEs', '1', '0', '[]', '{}', 't', '""'])('not %s', (word) =>
    expect(value(`a: ${word}`)).toBe('line 1: a is neither true nor false'),
  );
});

describe('counts', () => {
  const f = (yaml: string, expected: number | string) =>
    test(yaml, () =>
      expect(read(fields({ a: count }))(`a: ${yaml}`)).toEqual(
        typeof expected === 'number' ? { a: expected } : expected,
      ),
    );
  const fault = 'line 1: a is no whole number from 0 on';
  f('0', 0);
  f('12', 12);
  f('1_000', 1000);
  f('9007199254740991', Number.MAX_SAFE_INTEGER);
  f('9007199254740992', fault);
  f('-1', fault);
  f('1.0', fault);
  f('0x10', fault);
  f('010', fault);
  f('"1"', fault);
  f('_', fault);
  f('[1]', fault);
});

describe('a field without a value', () => {
  const value = read(fields({ a: text, b: orEmpty('none', text) }));
  test('is absent', () => expect(value('a:\nb: x')).toEqual({ b: 'x' }));
  test('is empty where that is something else', () => expect(value('b:')).toEqual({ b: 'none' }));
  test.each(['~', 'null', 'Null'])('may be written %s', (none) =>
    expect(value(`a: ${none}\nb: ${none}`)).toEqual({ b: 'none' }),
  );
});

describe('merging', () => {
  const numbers = read(entries(fields({ x: count, y: count, z: count })));
  const merged = (yaml: string) => {
    const found = numbers(yaml);
    return typeof found === 'string' ? found : Object.fromEntries(found);
  };

  test('brings in what is not written out', () => {
    expect(merged('a: &a {x: 1, y: 1}\nb: {<<: *a, y: 2}\nc: {y: 3, <<: *a}\n')).toMatchObject({
      b: { x: 1, y: 2 },
      c: { x: 1, y: 3 },
    });
  });

  test('several: the first counts most', () => {
    expect(merged('a: &a {x: 1}\nb: &b {x: 2, y: 2}\nc: {<<: [*a, *b], z: 3}\n')).toMatchObject({
      c: { x: 1, y: 2, z: 3 },
    });
  });

  test('one that merges another', () => {
    expect(merged('a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}\n')).toMatchObject({ c: { x: 1, y: 2 } });
  });

  test('a quoted << is a name', () => {
    expect(merged('a: {"<<": 1}')).toBe('line 1: unknown field "<<"');
  });

  test('what is no map cannot be merged', () => {
    expect(merged('a: {<<: 1}')).toBe('line 1: << is no map of fields');
    expect(merged('a: {<<: [1]}')).toBe('line 1: << is no map of fields');
  });

  test('one that merges itself ends', () => {
    expect(merged('a: &a {<<: *a}\n')).toBe('line 1: << merges maps more than 3 deep');
  });

  test('faults in it have their own line', () => {
    expect(merged('a: &a\n  x: -1\nb:\n  <<: *a\n')).toBe('line 2: x is no whole number from 0 on');
  });
});

describe('aliases', () => {
  test('to an anchor that is not there, or stands below, are faults', () => {
    const value = read(fields({ a: text, b: text }));
    const fault = 'line 1: an alias names an anchor that does not stand above it';
    expect(value('a: *x')).toBe(fault);
    expect(value('a: *x\nb: &x y')).toBe(fault);
    expect(value('a: &x y\nb: *x')).toEqual({ a: 'y', b: 'y' });
  });

  test('a list that holds itself is no endless list', () => {
    expect(read(fields({ a: list(list(text)) }))('a: &a [*a]')).toBe('line 1: a is no text');
  });
});

test('aliases do not make a small file a huge one', () => {
  const numbers = read(fields({ a: list(count), b: list(list(count)), c: list(list(list(count))) }));
  const aliases = (name: string) => Array(100).fill(`*${name}`).join(', ');
  const ones = Array(100).fill('1').join(', ');
  const small = `a: &a [${ones}]\nb: &b [${aliases('a')}]\n`;
  expect(numbers(small)).toMatchObject({ a: { length: 100 }, b: { length: 100 } });
  expect(numbers(`${small}c: [${aliases('b')}]\n`)).toBe('line 1: aliases make the file too large');
  // Many values without aliases are no fault.
  expect(numbers(`a: [${Array(200_000).fill('1').join(',')}]`)).toMatchObject({ a: { length: 200_000 } });
});

describe('what is no YAML is told without what stands there:', () => {
  const value = read(fields({ password: text }));
  const f = (yaml: string, message: string) =>
    test(JSON.stringify(yaml), () => expect(value(yaml)).toBe(message));
  f('password: "hunter2', 'line 1: Missing closing "quote');
  f('password: "\\hunter2"', 'line 1: Invalid escape sequence');
  f('password: |hunter2\n', 'line 1: Block scalar header includes extra characters');
  f('password: !h!unter2 x', 'line 1: Could not resolve tag');
  f('password: a: hunter2', 'line 1: Nested mappings are not allowed in compact mappings');
  f('password: @hunter2', 'line 1: Plain value cannot start with reserved character @');
  f(
    'password: [hunter2',
    'line 1: Flow sequence in block collection must be sufficiently indented and end with a ]',
  );
  f('password: %hunter2', 'line 1: Plain value cannot start with directive indicator character %');
  f('password: x\n}hunter2', 'line 2: Unexpected flow-map-end token in YAML stream');
  f('password: x\n...\n---\npassword: hunter2', 'line 3: a second document begins');
});
