// The flags that bound queries.

import type { FlagTable, FlagValues } from '../../../lib/flag-table.ts';
import { durationWithUnitBetween, integerBetween } from '../../../lib/setting-values.ts';

/** Durations are milliseconds. */
export interface QueryFlags {
  readonly lookbackMs: number;
  readonly queryTimeoutMs: number;
  readonly queryMaxSamples: number;
  readonly queryMaxConcurrency: number;
}

const DAY = 86_400_000;
const YEAR = 365 * DAY;

export const QUERY_FLAGS = {
  'query.lookback-delta': {
    default: '5m',
    read: durationWithUnitBetween(1, YEAR),
    says: 'how old the last sample of a series may be in a query',
  },
  'query.timeout': {
    default: '2m',
    read: durationWithUnitBetween(1, DAY),
    says: 'the longest that a query takes',
  },
  'query.max-samples': {
    default: '50000000',
    read: integerBetween(1, 1e12),
    says: 'the most samples that a query holds in memory',
  },
  'query.max-concurrency': {
    default: '20',
    read: integerBetween(1, 1000),
    says: 'how many queries run at once',
  },
} as const satisfies FlagTable;

export function queryFlags(values: FlagValues<typeof QUERY_FLAGS>): QueryFlags {
  return {
    lookbackMs: values['query.lookback-delta'],
    queryTimeoutMs: values['query.timeout'],
    queryMaxSamples: values['query.max-samples'],
    queryMaxConcurrency: values['query.max-concurrency'],
  };
}
