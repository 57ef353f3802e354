// What every store of samples promises, to the doors that append and to the queries that read.

import type { Labels } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';

/** Names a series inside one store while that store runs; never given to another series. */
export type SeriesRef = number;

/** Rows as parallel columns: row `i` is one sample. */
export interface Batch {
  readonly refs: Uint32Array;
  /** Unix time, whole milliseconds. */
  readonly times: Float64Array;
  /** Every NaN is Prometheus' normal NaN; what stands beside a stale flag is ignored. */
  readonly values: Float64Array;
  /** 1: a stale marker, the series has ended; 0: a value. */
  readonly stale: Uint8Array;
}

export interface AppendOptions {
  /** Resolve only when the batch would survive a crash; otherwise as soon as it can be read. */
  readonly durable: boolean;
}

/** What became of the rows; the counts and `unknown` add up to the batch. */
export interface AppendResult {
  readonly appended: number;
  /** The same time and value stood already. */
  readonly duplicates: number;
  /** Another value stood at that time; it stays. */
  readonly conflicts: number;
  /** Further behind the newest of its series than samples may come late, already expired, or in the far future. */
  readonly outOfBounds: number;
  /** The rows that count as one of the last two, ascending. */
  readonly leftOut: readonly number[];
  /** Rows whose series was freed since: resolve its labels again and append these once more. */
  readonly unknown: readonly number[];
}

/** Both ends included, Unix milliseconds. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** What a read may cost. */
export interface Budget {
  /** Accounts for samples that were read. @throws AppError when there are too many. */
  take(samples: number): void;
  /**
   * To be called between pieces of work of at most a millisecond. Gives the event loop a turn when 5 ms are over.
   * @throws AppError when the deadline has passed or the reader has gone.
   */
  breathe(): Promise<void> | undefined;
}

/** A piece of one series, oldest sample first. */
export interface Slice {
  readonly ref: SeriesRef;
  readonly labels: Labels;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly stale: Uint8Array;
}

/** One series in buckets; bucket `i` is `[bounds[i], bounds[i + 1])`. Stale markers are no values. */
export interface Buckets {
  readonly ref: SeriesRef;
  readonly labels: Labels;
  readonly counts: Float64Array;
  /** As are those below, NaN where the count is 0. */
  readonly sums: Float64Array;
  readonly mins: Float64Array;
  readonly maxs: Float64Array;
  readonly lasts: Float64Array;
}

/** A name and how much of it there is, largest first. */
export type Top = readonly { readonly name: string; readonly value: number }[];

export interface StoreStats {
  readonly series: number;
  readonly labelPairs: number;
  readonly chunks: number;
  readonly samples: number;
  /** Of samples, labels and index, as the store counts them itself. */
  readonly bytes: number;
  /** Unix milliseconds; undefined while empty. */
  readonly oldest: number | undefined;
  readonly newest: number | undefined;
  readonly seriesByMetric: Top;
  readonly valuesByLabel: Top;
  readonly bytesByLabel: Top;
  readonly seriesByPair: Top;
}

/** Select by `matchers` that all hold; a label that a series has not is the empty text. */
export interface Selection {
  readonly matchers: readonly Matcher[];
  readonly range: TimeRange;
}

export interface Store {
  /**
   * The refs of label sets, in their order; a series that is new is made. Labels hold `__name__` and no empty value.
   * `options`: how rows of them are to be appended next, which decides how long a store that is away is waited for.
   * @throws AppError `too_many_series` when the store has no place for one more; then none was made.
   */
  resolve(labels: readonly Labels[], options?: AppendOptions): Promise<Uint32Array>;
  /**
   * Takes all rows or, when it throws, none. Rows of one series may be in any order. Whoever calls leaves the batch
   * alone until it has resolved.
   * @throws AppError `not_durable` when the rows cannot be made durable. Should that happen while they are written, they
   * can be read already; appending them again does no harm.
   */
  append(batch: Batch, options: AppendOptions): Promise<AppendResult>;
  /**
   * Bounded lists of slices; those of one list may share their memory. The slices of one series follow each other in time; series come sorted by their labels.
   * What is appended meanwhile may be missing, what stood before is whole.
   */
  select(selection: Selection, budget: Budget): AsyncIterable<readonly Slice[]>;
  /** `bounds`: ascending Unix milliseconds, one more than there are buckets. Series without a value are left out. */
  buckets(
    matchers: readonly Matcher[],
    bounds: Float64Array,
    budget: Budget,
  ): AsyncIterable<readonly Buckets[]>;
  /** Sorted; of series that have a sample in range, of all series when there is no matcher list. */
  labelNames(selections: readonly Selection[], budget: Budget): Promise<readonly string[]>;
  labelValues(name: string, selections: readonly Selection[], budget: Budget): Promise<readonly string[]>;
  /** The label sets of series that match one of the selections and have a sample in its range, sorted. */
  series(selections: readonly Selection[], budget: Budget): Promise<readonly Labels[]>;
  stats(top: number): Promise<StoreStats>;
  /** Makes everything durable that can be, and frees. */
  close(): Promise<void>;
}
