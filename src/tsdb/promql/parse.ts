// A query's text as a typed tree: each rule of the grammar has its reader.

import { AppError } from '../../lib/errors.ts';
import {
  type Expression,
  isScalar,
  type Scalar,
  type ScalarOperator,
  type Selector,
  typeOf,
} from './expression.ts';
import { parseNumber, parseSignedDuration } from './literals.ts';
import { readSelector, textOf } from './parse-selector.ts';
import { parseSyntax, type Syntax, syntaxError } from './syntax.ts';

/**
 * Reads a whole query.
 * @throws AppError `bad_data` with the place of the fault, or `execution` for what is PromQL but not evaluated here.
 */
export function parseQuery(query: string): Expression {
  return read(parseSyntax(query));
}

type Reader = (syntax: Syntax) => Expression;

const READERS: Readonly<Record<string, Reader>> = {
  NumberDurationLiteral: (syntax) => number(numberOf(syntax)),
  StringLiteral: (syntax) => ({ kind: 'string', value: textOf(syntax) }),
  ParenExpr: ({ children }) => read(only(children)),
  UnaryExpr: readUnary,
  BinaryExpr: readBinary,
  VectorSelector: (syntax) => ({
    kind: 'vector',
    selector: { matchers: readSelector(syntax), offsetMs: 0, at: undefined },
  }),
  MatrixSelector: readMatrix,
  OffsetExpr: readOffset,
  StepInvariantExpr: readAt,
};

function read(syntax: Syntax): Expression {
  const reader = Object.hasOwn(READERS, syntax.name) ? READERS[syntax.name] : undefined;
  if (reader === undefined) throw unsupported(nameOf(syntax));
  return reader(syntax);
}

function unsupported(what: string): AppError<'execution'> {
  return new AppError('execution', `not supported yet: ${what}`);
}

// What a person calls it: the function or operator, else the grammar's rule.
function nameOf(syntax: Syntax): string {
  if (syntax.name === 'FunctionCall' || syntax.name === 'AggregateExpr') return only(syntax.children).text;
  return syntax.name === 'SubqueryExpr' ? 'a subquery' : syntax.text;
}

function only(children: readonly Syntax[]): Syntax {
  return children[0] as Syntax;
}

function number(value: number): Scalar {
  return { kind: 'number', value };
}

function numberOf({ text, place }: Syntax): number {
  const value = parseNumber(text);
  const isTooLarge = Math.abs(value ?? 0) === Number.POSITIVE_INFINITY && !/inf/i.test(text);
  if (value === undefined || isTooLarge)
    throw syntaxError(place, `bad number or duration ${JSON.stringify(text)}`);
  return value;
}

function readUnary({ children }: Syntax): Expression {
  const [sign, operand] = children as [Syntax, Syntax];
  const value = read(operand);
  if (!isScalar(value)) throw unsupported(`${sign.text} of ${article(typeOf(value))}`);
  return sign.text === '-' ? { kind: 'binary', operator: '*', left: number(-1), right: value } : value;
}

const SETS: readonly string[] = ['and', 'or', 'unless'];
const COMPARISONS: readonly string[] = ['==', '!=', '<', '<=', '>', '>='];

function readBinary({ children, place }: Syntax): Expression {
  const [first, symbol, ...rest] = children as [Syntax, Syntax, ...Syntax[]];
  const operator = symbol.text.toLowerCase();
  const [left, right] = [read(first), read(rest.at(-1) as Syntax)];
  for (const side of [left, right])
    if (!isScalar(side)) throw unsupported(`${operator} with ${article(typeOf(side))}`);
  if (SETS.includes(operator))
    throw syntaxError(place, `set operator "${operator}" not allowed in binary scalar expression`);
  const isBool = rest.some(({ name }) => name === 'BoolModifier');
  if (COMPARISONS.includes(operator) && !isBool)
    throw syntaxError(place, 'comparisons between scalars must use BOOL modifier');
  if (isBool && !COMPARISONS.includes(operator))
    throw syntaxError(place, 'bool modifier can only be used on comparison operators');
  return power(operator as ScalarOperator, left as Scalar, right as Scalar, first);
}

// The grammar gives a number its sign, PromQL gives `-1 ^ 2` the sign last.
function power(operator: ScalarOperator, left: Scalar, right: Scalar, first: Syntax): Scalar {
  const isSigned = operator === '^' && first.name === 'NumberDurationLiteral' && /^[-+]/.test(first.text);
  if (!isSigned || left.kind !== 'number') return { kind: 'binary', operator, left, right };
  const [sign, base] = first.text.startsWith('-') ? [-1, -left.value] : [1, left.value];
  const raised: Scalar = { kind: 'binary', operator, left: number(base), right };
  return { kind: 'binary', operator: '*', left: number(sign), right: raised };
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function readMatrix({ children, place }: Syntax): Expression {
  const [inner, range] = children as [Syntax, Syntax];
  const vector = read(inner);
  if (vector.kind !== 'vector' || inner.name === 'ParenExpr')
    throw syntaxError(place, 'ranges only allowed for vector selectors');
  if (vector.selector.offsetMs !== 0 || vector.selector.at !== undefined)
    throw syntaxError(place, 'no offset or @ modifiers allowed before range');
  const rangeMs = durationOf(range);
  if (rangeMs <= 0) throw syntaxError(range.place, 'duration must be greater than 0');
  return { kind: 'matrix', selector: vector.selector, rangeMs };
}

function durationOf({ text, place }: Syntax): number {
  const milliseconds = parseSignedDuration(text);
  if (milliseconds === undefined)
    throw syntaxError(place, `bad duration ${JSON.stringify(text)}; one is written like 1h30m or 90`);
  return milliseconds;
}

function readOffset({ children }: Syntax): Expression {
  const [inner, word, duration] = children as [Syntax, Syntax, Syntax];
  const isSet = inner.name === 'OffsetExpr' || only(inner.children)?.name === 'OffsetExpr';
  if (isSet) throw syntaxError(word.place, 'offset may not be set multiple times');
  return modified(inner, word, { offsetMs: durationOf(duration) });
}

function readAt({ children }: Syntax): Expression {
  const [inner, sign, time] = children as [Syntax, Syntax, Syntax];
  const target = inner.name === 'OffsetExpr' ? only(inner.children) : inner;
  if (inner.name === 'StepInvariantExpr' || target.name === 'StepInvariantExpr')
    throw syntaxError(sign.place, '@ <timestamp> may not be set multiple times');
  return modified(inner, sign, { at: timeOf(time) });
}

function timeOf(time: Syntax): number | 'start' | 'end' {
  if (time.name === 'AtModifierPreprocessors') return /^start/i.test(time.text) ? 'start' : 'end';
  const milliseconds = Math.round(numberOf(time) * 1000);
  if (!Number.isSafeInteger(milliseconds))
    throw syntaxError(time.place, 'timestamp out of bounds for @ modifier');
  return milliseconds;
}

function modified(inner: Syntax, modifier: Syntax, change: Partial<Selector>): Expression {
  const expression = read(inner);
  if ((expression.kind !== 'vector' && expression.kind !== 'matrix') || inner.name === 'ParenExpr')
    throw syntaxError(
      modifier.place,
      `${modifier.text} must be preceded by an instant vector selector or range vector selector or a subquery`,
    );
  return { ...expression, selector: { ...expression.selector, ...change } };
}
