import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeName, isPlainName, unescapeName } from '../../../src/tsdb/exposition/escape-name.ts';

describe('a name', () => {
  test.each([
    ['plain_name:1', 'plain_name:1', 'plain_name:1', 'plain_name:1'],
    ['a.b_c', 'a_b_c', 'a_dot_b__c', 'U__a_2e_b__c'],
    ['1a', '_a', '__a', 'U___31_a'],
    ['ä€😀', '___', '______', 'U___e4__20ac__1f600_'],
    ['', '', '', ''],
  ])('%s is escaped as %s, %s or %s', (name, underscores, dots, values) => {
    expect(escapeName(name, 'allow-utf-8')).toBe(name);
    expect(escapeName(name, 'underscores')).toBe(underscores);
    expect(escapeName(name, 'dots')).toBe(dots);
    expect(escapeName(name, 'values')).toBe(values);
  });

  test('however escaped is plain, and one escaped as values is read again', () => {
    const anyName = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(anyName, (name) => {
        for (const escaping of ['underscores', 'dots', 'values'] as const)
          expect(isPlainName(escapeName(name, escaping))).toBe(true);
        if (!name.startsWith('U__')) expect(unescapeName(escapeName(name, 'values'))).toBe(name);
      }),
    );
  });

  test.each(['job', 'U__a_', 'U__a_zz_', 'U__ä', 'U_a', ''])('%s is no escaped one', (name) => {
    expect(unescapeName(name)).toBe(name);
  });
});
