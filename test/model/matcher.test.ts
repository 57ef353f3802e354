// Matchers; an absent label is the empty text.

import { describe, expect, test } from 'vitest';
import { createMatcher, type MatchOperator } from '../../src/model/matcher.ts';

describe('of the values "", a, ab, b are matched by', () => {
  const f = (operator: MatchOperator, value: string, matching: string[]) =>
    test(`${operator}${JSON.stringify(value)}`, () => {
      const matcher = createMatcher('x', operator, value);
      expect(matcher).toMatchObject({ name: 'x', operator, value });
      expect(['', 'a', 'ab', 'b'].filter((text) => matcher.matches(text))).toEqual(matching);
    });
  f('=', 'a', ['a']);
  f('=', '', ['']);
  f('!=', 'a', ['', 'ab', 'b']);
  f('!=', '', ['a', 'ab', 'b']);
  f('=~', 'a', ['a']);
  f('=~', 'a.*', ['a', 'ab']);
  f('=~', 'a|b', ['a', 'b']);
  f('=~', '', ['']);
  f('=~', '[a-c]+', ['a', 'ab', 'b']);
  f('!~', 'a.*', ['', 'b']);
  f('!~', '.+', ['']);
  f('!~', '', ['a', 'ab', 'b']);
});

test('an expression that RE2 refuses is refused', () => {
  expect(() => createMatcher('x', '=~', '(')).toThrow('missing closing )');
  expect(() => createMatcher('x', '!~', '(?!a)')).toThrow('error parsing regexp');
  expect(createMatcher('x', '=', '(').matches('(')).toBe(true);
});
