// Matchers → a condition that PostgreSQL narrows the series by. It may let more through than match: every series that
// it finds is judged once more here, by RE2.

import type { Matcher } from '../../../model/matcher.ts';
import { escapeText } from './label-text.ts';

/** A condition on `labels` with its parameters; `$1` is the first. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly string[];
}

/** More would make the statement longer than what they save. */
const MOST_LITERALS = 100;

export function conditionOf(matchers: readonly Matcher[]): Condition {
  const values: string[] = [];
  const bind = (value: string) => `$${values.push(value)}`;
  const parts = matchers.flatMap((matcher) => partOf(matcher, bind) ?? []);
  return { sql: parts.length === 0 ? 'true' : parts.join(' AND '), values };
}

type Bind = (value: string) => string;

function partOf(matcher: Matcher, bind: Bind): string | undefined {
  const { name, operator } = matcher;
  const literals = literalsOf(matcher);
  const isNegated = operator === '!=' || operator === '!~';
  if (literals !== undefined) return oneOf(name, literals, isNegated, bind);
  if (isNegated) return matcher.matches('') ? undefined : hasName(name, bind);
  const prefix = prefixOf(matcher.value);
  if (prefix !== '') return `starts_with(labels ->> ${bind(escapeText(name))}, ${bind(escapeText(prefix))})`;
  return matcher.matches('') ? undefined : hasName(name, bind);
}

function hasName(name: string, bind: Bind): string {
  return `(labels ->> ${bind(escapeText(name))}) IS NOT NULL`;
}

/** The texts that a matcher names one by one, the empty one among them; undefined when it does not. */
function literalsOf({ operator, value }: Matcher): readonly string[] | undefined {
  if (operator === '=' || operator === '!=') return [value];
  if (!/^[\w:/@ ,;=~<>%&#'"!|-]*$/.test(value)) return undefined;
  const literals = [...new Set(value.split('|'))];
  return literals.length > MOST_LITERALS ? undefined : literals;
}

// A label that a series has not is the empty text, and no series has an empty one. The index knows `@>`.
function oneOf(name: string, literals: readonly string[], isNegated: boolean, bind: Bind): string {
  const parts = literals.map((value) =>
    value === ''
      ? `(labels ->> ${bind(escapeText(name))}) IS NULL`
      : `labels @> ${bind(`{${JSON.stringify(escapeText(name))}:${JSON.stringify(escapeText(value))}}`)}`,
  );
  return `${isNegated ? 'NOT ' : ''}(${parts.join(' OR ')})`;
}

/** What every text that matches begins with: the letters in front, unless there is a bar or the last is repeated. */
function prefixOf(source: string): string {
  if (source.includes('|')) return '';
  const [, letters = '', next = ''] = /^([\w:/-]*)(.?)/su.exec(source) ?? [];
  return /[?*+{]/.test(next) ? letters.slice(0, -1) : letters;
}
