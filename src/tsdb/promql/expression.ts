// The typed tree of a query, as far as this program evaluates it.

import type { Matcher } from '../../model/matcher.ts';

/** Which series, and where in time they are looked at. */
export interface Selector {
  readonly matchers: readonly Matcher[];
  /** Milliseconds into the past; negative looks ahead. */
  readonly offsetMs: number;
  /** `@`: Unix milliseconds, or an end of the query. Undefined: the time of evaluation. */
  readonly at: number | 'start' | 'end' | undefined;
}

export type ScalarOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '^'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'atan2';

export type Scalar =
  | { readonly kind: 'number'; readonly value: number }
  | {
      readonly kind: 'binary';
      readonly operator: ScalarOperator;
      readonly left: Scalar;
      readonly right: Scalar;
    };

export type Expression =
  | Scalar
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'vector'; readonly selector: Selector }
  /** Samples of the `rangeMs` before the time of evaluation. */
  | { readonly kind: 'matrix'; readonly selector: Selector; readonly rangeMs: number };

const TYPES = {
  number: 'scalar',
  binary: 'scalar',
  string: 'string',
  vector: 'instant vector',
  matrix: 'range vector',
} as const;

export function isScalar(expression: Expression): expression is Scalar {
  return expression.kind === 'number' || expression.kind === 'binary';
}

/** The type's name, as Prometheus words it. */
export function typeOf({ kind }: Expression): (typeof TYPES)[keyof typeof TYPES] {
  return TYPES[kind];
}
