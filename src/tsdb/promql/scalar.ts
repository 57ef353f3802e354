// Arithmetic of numbers, as PromQL means it.

import type { Scalar, ScalarOperator } from './expression.ts';

const OPERATORS: Readonly<Record<ScalarOperator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  '^': power,
  atan2: Math.atan2,
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
};

// Go's math.Pow: 1 to any power is 1, and -1 to an infinite one.
function power(left: number, right: number): number {
  if (left === 1 || (left === -1 && Math.abs(right) === Number.POSITIVE_INFINITY)) return 1;
  return left ** right;
}

export function evaluateScalar(scalar: Scalar): number {
  if (scalar.kind === 'number') return scalar.value;
  return OPERATORS[scalar.operator](evaluateScalar(scalar.left), evaluateScalar(scalar.right));
}
