// A batch of rows → the samples of the store, each row judged by the bounds of time first.

import type { AppendResult, Batch } from '../contract.ts';
import { CONFLICT, DUPLICATE, type Samples } from './samples.ts';
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
  /** Conflicts and what is out of bounds. */
  readonly leftOut: number[];
  readonly unknown: number[];
  /** Rows that were not appended, whyever, since it was last emptied. */
  readonly refused: number[];
}

export function newTally(): Tally {
  return {
    appended: 0,
    duplicates: 0,
    conflicts: 0,
    outOfBounds: 0,
    newest: Number.NEGATIVE_INFINITY,
    leftOut: [],
    unknown: [],
    refused: [],
  };
}

export function resultOf({ newest: _, refused: __, ...result }: Tally): AppendResult {
  return result;
}

/** Appends rows `from` to `to`, and counts what became of them. */
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
    else if (isOutOfBounds(rows, slot, time, bounds)) {
      tally.outOfBounds += 1;
      tally.leftOut.push(i);
    } else if (count(tally, i, time, samples.append(slot, time, values[i] as number, stale[i] === 1)))
      continue;
    tally.refused.push(i);
  }
}

/** The rows from `from` to `to` that were appended; `refused` are those that were not, of these. */
export function appendedRows(batch: Batch, from: number, to: number, refused: readonly number[]): Batch {
  const piece = {
    refs: batch.refs.subarray(from, to),
    times: batch.times.subarray(from, to),
    values: batch.values.subarray(from, to),
    stale: batch.stale.subarray(from, to),
  };
  if (refused.length === 0) return piece;
  const isAppended = new Uint8Array(to - from).fill(1);
  for (const row of refused) isAppended[row - from] = 0;
  const keep = (_: number, row: number) => isAppended[row] === 1;
  return {
    refs: piece.refs.filter(keep),
    times: piece.times.filter(keep),
    values: piece.values.filter(keep),
    stale: piece.stale.filter(keep),
  };
}

function isOutOfBounds(rows: SeriesRows, slot: number, time: number, bounds: Bounds): boolean {
  // Also no number at all is out of bounds.
  if (!(time >= bounds.oldest && time <= bounds.newest)) return true;
  return time < rows.double(slot, LAST_TIME) - bounds.lateMs;
}

/** @returns whether the row was appended. */
function count(tally: Tally, row: number, time: number, outcome: number): boolean {
  if (outcome === DUPLICATE) tally.duplicates += 1;
  else if (outcome === CONFLICT) {
    tally.conflicts += 1;
    tally.leftOut.push(row);
  } else {
    tally.appended += 1;
    if (time > tally.newest) tally.newest = time;
    return true;
  }
  return false;
}
