// What a query gives.

import type { Labels } from '../../model/labels.ts';

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Times are Unix milliseconds, rising. */
export interface Series {
  readonly labels: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** `time`: when it was evaluated for, Unix milliseconds. */
export type QueryResult =
  | { readonly type: 'scalar'; readonly time: number; readonly value: number }
  | { readonly type: 'string'; readonly time: number; readonly value: string }
  | { readonly type: 'vector'; readonly time: number; readonly samples: readonly Sample[] }
  | { readonly type: 'matrix'; readonly series: readonly Series[] };
