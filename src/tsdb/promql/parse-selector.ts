// A series selector, `name{label="value",…}`, as matchers.

import { AppError, messageOf } from '../../lib/errors.ts';
import { createMatcher, type Matcher, type MatchOperator } from '../../model/matcher.ts';
import { unquote } from './literals.ts';
import { parseSyntax, type Syntax, syntaxError } from './syntax.ts';

const NAME = '__name__';

/**
 * Reads what `match[]` takes: a selector without range, offset or `@`.
 * @throws AppError `bad_data`.
 */
export function parseMetricSelector(text: string): readonly Matcher[] {
  return readSelector(selectorOf(text));
}

/** The same where a selector may match every series or, without a matcher, none. @throws AppError `bad_data`. */
export function parseAnySelector(text: string): readonly Matcher[] {
  return readMatchers(selectorOf(text));
}

function selectorOf(text: string): Syntax {
  const syntax = parseSyntax(text);
  if (syntax.name !== 'VectorSelector') throw syntaxError(syntax.place, 'it is not a series selector');
  return syntax;
}

/** The matchers of a VectorSelector. @throws AppError `bad_data`. */
export function readSelector(syntax: Syntax): readonly Matcher[] {
  const matchers = readMatchers(syntax);
  if (matchers.every(({ matches }) => matches('')))
    throw syntaxError(syntax.place, 'vector selector must contain at least one non-empty matcher');
  return matchers;
}

function readMatchers({ children, place }: Syntax): readonly Matcher[] {
  const parts = children.flatMap((part) => (part.name === 'LabelMatchers' ? part.children : [part]));
  const matchers = parts.map(readMatcher);
  const isNamed = parts.some(({ name }) => name === 'Identifier' || name === 'QuotedLabelName');
  const names = matchers.filter(({ name }) => name === NAME).map(({ value }) => JSON.stringify(value));
  if (isNamed && names.length > 1)
    throw syntaxError(place, `metric name must not be set twice: ${names.join(' or ')}`);
  return matchers;
}

function readMatcher(syntax: Syntax): Matcher {
  const [first, operator, value] = syntax.children;
  if (first === undefined) return createMatcher(NAME, '=', syntax.text);
  if (operator === undefined || value === undefined) return createMatcher(NAME, '=', textOf(first));
  const name = first.name === 'LabelName' ? first.text : textOf(first.children[0] as Syntax);
  try {
    return createMatcher(name, operator.text as MatchOperator, textOf(value));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw syntaxError(value.place, messageOf(error));
  }
}

/** The text of a StringLiteral. @throws AppError `bad_data`. */
export function textOf({ text, place }: Syntax): string {
  try {
    return unquote(text);
  } catch (error) {
    throw syntaxError(place, messageOf(error));
  }
}
