// The samples of one histogram at one time: which there must be, and in which order.

import { parseNumberText } from './number.ts';
import { RULES } from './openmetrics-values.ts';

const NON_NEGATIVE = RULES.indexOf('nonNegative');

export class HistogramPoint {
  readonly #type: 'histogram' | 'gaugehistogram';
  readonly #rules: number[];
  readonly #peers: number[];
  #bound = Number.NaN;
  #bucketRow = -1;
  #countRow = -1;
  #sumRow = -1;
  #hasNegativeBounds = false;

  /** @param rules of all rows, as are the peers: both are filled in here. */
  constructor(type: 'histogram' | 'gaugehistogram', rules: number[], peers: number[]) {
    this.#type = type;
    this.#rules = rules;
    this.#peers = peers;
  }

  /** @returns what is wrong with it. Ties the bucket to the one before it. */
  sample(suffix: string, row: number, le: string): string | undefined {
    if (suffix === '_count' || suffix === '_gcount') this.#countRow = row;
    else if (suffix === '_sum' || suffix === '_gsum') this.#sumRow = row;
    if (suffix !== '_bucket') return undefined;
    const bound = parseNumberText(le) ?? Number.NaN;
    if (bound <= this.#bound) return 'the buckets are not in the order of "le"';
    this.#hasNegativeBounds ||= bound < 0;
    this.#peers[row] = this.#bucketRow;
    this.#bound = bound;
    this.#bucketRow = row;
    return undefined;
  }

  /** @returns what is missing. Ties the count to the last bucket. */
  end(): string | undefined {
    if (this.#bound !== Number.POSITIVE_INFINITY) return 'a histogram without a bucket for le="+Inf"';
    if (this.#sumRow !== -1 && this.#countRow === -1) return 'a histogram with a sum and without a count';
    if (this.#sumRow === -1 && this.#countRow !== -1) return 'a histogram with a count and without a sum';
    if (this.#countRow !== -1) this.#peers[this.#countRow] = this.#bucketRow;
    if (this.#sumRow === -1) return undefined;
    if (this.#type === 'gaugehistogram') {
      if (!this.#hasNegativeBounds) this.#rules[this.#sumRow] = NON_NEGATIVE;
      return undefined;
    }
    return this.#hasNegativeBounds ? 'a histogram with negative buckets has a sum' : undefined;
  }
}
