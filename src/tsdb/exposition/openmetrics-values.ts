// What OpenMetrics demands of values, as rules that were found once for the rows of a text and can be checked again.

/** The rule of a row. */
export const RULES = [
  'any',
  'nonNegative',
  'count',
  'bucket',
  'notNegative',
  'notNaN',
  'one',
  'boolean',
  'finite',
] as const;
export type Rule = (typeof RULES)[number];

export interface ValueRules {
  /** Index into RULES, one a row. */
  readonly rules: Uint8Array;
  /** The row a bucket must reach, or the bucket a count must equal; -1 for none. */
  readonly peers: Int32Array;
  /** The largest exemplar a row may have, NaN for rows that may have none; undefined when no row had one. */
  readonly exemplarBounds: Float64Array | undefined;
}

const WORDS: Readonly<Record<Rule, string>> = {
  any: '',
  nonNegative: 'a total or sum is NaN or negative',
  count: 'a count is not a whole number from 0, or is not its +Inf bucket',
  bucket: 'a bucket is not a whole number from 0, or is below the bucket before it',
  notNegative: 'a quantile is negative',
  notNaN: 'a sum is NaN',
  one: 'an info is not 1',
  boolean: 'a state is neither 0 nor 1',
  finite: 'a created time is not finite',
};

export function wordsOf({ rules }: ValueRules, row: number): string {
  return WORDS[RULES[rules[row] ?? 0] ?? 'any'];
}

/** The first row whose value breaks its rule, -1 for none. */
export function faultyRow({ rules, peers }: ValueRules, values: Float64Array): number {
  for (let row = 0; row < rules.length; row++) {
    const rule = rules[row] as number;
    if (rule !== 0 && !holds(rule, values, row, peers[row] as number)) return row;
  }
  return -1;
}

// Numbers of RULES: this runs for every sample of every scrape.
function holds(rule: number, values: Float64Array, row: number, peer: number): boolean {
  const value = values[row] as number;
  if (rule === 1) return value >= 0;
  if (rule === 2) return isCount(value) && (peer === -1 || value === values[peer]);
  if (rule === 3) return isCount(value) && (peer === -1 || value >= (values[peer] as number));
  if (rule === 4) return !(value < 0);
  if (rule === 5) return !Number.isNaN(value);
  if (rule === 6) return value === 1;
  if (rule === 7) return value === 0 || value === 1;
  return Number.isFinite(value);
}

function isCount(value: number): boolean {
  return value >= 0 && Number.isInteger(value);
}
