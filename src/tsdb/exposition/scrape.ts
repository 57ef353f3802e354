// What one scrape of a target gave: columns of samples, the series they belong to, and the metadata of their families.

import type { Labels } from '../../model/labels.ts';

export type FamilyType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

/** What a target says of one metric family; texts are empty where it says nothing. */
export interface FamilyMetadata {
  readonly type: FamilyType;
  readonly help: string;
  readonly unit: string;
}

/** Rows as parallel columns, in the order of the text. The columns are the reader's own: they stand until its next read. */
export interface Scrape {
  readonly count: number;
  /**
   * The number of each row's series, small whole numbers from 0 that are used again when their series are gone. A number
   * belongs to a text: `a{b="1",c="2"}` and `a{c="2",b="1"}` are one series with two numbers, and one text may stand twice.
   * The same array as the scrape before has as long as the same series stand in the same order.
   */
  readonly series: Int32Array;
  /** Every NaN is the normal NaN. */
  readonly values: Float64Array;
  /** Unix milliseconds of rows that carry their own time, NaN in all others. */
  readonly times: Float64Array;
  /** Whether any row carries its own time. */
  readonly timed: boolean;
  /** Numbers that the last good scrape did not have, each once. */
  readonly fresh: readonly number[];
  /** Numbers that the last good scrape had and this one has not; the next read may give them to other series. */
  readonly gone: readonly number[];
  /** By family name. The same map as the scrape before has as long as the target says the same. */
  readonly metadata: ReadonlyMap<string, FamilyMetadata>;
}

/** To be called between pieces of work; waits when others should have a turn. */
export type Breathe = () => Promise<void> | undefined;

/** Reads the scrapes of one target and remembers its series from one to the next. */
export interface ExpositionReader {
  /**
   * Reads a whole body. The body may be used again afterwards: nothing of it is kept.
   * @throws AppError `exposition` that names line and fault, as ExpositionFault once a format was found; the reader is
   * then as it was before.
   */
  read(body: Buffer, contentType: string): Scrape;
  /** The same in pieces of about a millisecond, for large bodies. Nothing else is read in between. */
  readGently(body: Buffer, contentType: string, breathe: Breathe): Promise<Scrape>;
  /** The labels of a series of the last good scrape with `__name__` and without empty values, made anew each time. */
  labelsOf(series: number): Labels;
  /** Names of labels that such a series has with an empty value: with `honor_labels` the target's own give way to them. */
  emptyLabelsOf(series: number): readonly string[];
}
