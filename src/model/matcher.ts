// A label matcher, as PromQL and `match[]` write it.

import { compileRegexp } from './regexp.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
  /** An absent label is the empty text. */
  matches(value: string): boolean;
}

/** @throws Error of a regular expression that RE2 refuses. */
export function createMatcher(name: string, operator: MatchOperator, value: string): Matcher {
  return { name, operator, value, matches: testOf(operator, value) };
}

function testOf(operator: MatchOperator, value: string): Matcher['matches'] {
  if (operator === '=') return (other) => other === value;
  if (operator === '!=') return (other) => other !== value;
  const { test } = compileRegexp(value);
  return operator === '=~' ? test : (other) => !test(other);
}
