// A batch of rows → the samples of the store, each row judged by the bounds of time first.

import type { AppendResult, Batch } from '../contract.ts';
import { APPENDED, CONFLICT, DUPLICATE, type Samples } from './samples.ts';
import { LAST_TIME, type SeriesRows } from './series-rows.ts';

/** Which times are taken. Unix milliseconds. */
export interface Bounds {
  /** What is older has expired. */
  readonly oldest: number;
  readonly newest: number;
  /** How far a sample may be behind the newest of its series. */
  readonly lateMs: number;
}

/** What became of rows, and the largest time that was appended. */
export interface Tally {
  appended: number;
  duplicates: number;
  conflicts: number;
  outOfBounds: number;
  newest: number;
  readonly unknown: number[];
}

export function newTally(): Tally {
  return {
    appended: 0,
    duplicates: 0,
    conflicts: 0,
    outOfBounds: 0,
    newest: Number.NEGATIVE_INFINITY,
    unknown: [],
  };
}

export function resultOf({ appended, duplicates, conflicts, outOfBounds, unknown }: Tally): AppendResult {
  return { appended, duplicates, conflicts, outOfBounds, unknown };
}

/** Appends rows `from` to `to`. @param accepted is called with each row that was appended. */
export function appendRows(
  rows: SeriesRows,
  samples: Samples,
  batch: Batch,
  from: number,
  to: number,
  bounds: Bounds,
  tally: Tally,
): void {
  const { refs, times, values, stale } = batch;
  for (let i = from; i < to; i += 1) {
    const slot = rows.slotOf(refs[i] as number);
    const time = times[i] as number;
    if (slot < 0) tally.unknown.push(i);
    else if (isOutOfBounds(rows, slot, time, bounds)) tally.outOfBounds += 1;
    else count(tally, time, samples.append(slot, time, values[i] as number, stale[i] === 1));
  }
}

function isOutOfBounds(rows: SeriesRows, slot: number, time: number, bounds: Bounds): boolean {
  // Also no number at all is out of bounds.
  if (!(time >= bounds.oldest && time <= bounds.newest)) return true;
  return time < rows.double(slot, LAST_TIME) - bounds.lateMs;
}

function count(tally: Tally, time: number, outcome: number): void {
  if (outcome === APPENDED) {
    tally.appended += 1;
    if (time > tally.newest) tally.newest = time;
  } else if (outcome === DUPLICATE) tally.duplicates += 1;
  else if (outcome === CONFLICT) tally.conflicts += 1;
}
