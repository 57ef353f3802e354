// Which rows of waiting batches are to be written, in which order, and which are refused before the database sees them.

import type { Batch, SeriesRef } from '../contract.ts';
import { type Columns, isSame } from './rows.ts';

/** Which times are taken. Unix milliseconds. */
export interface Bounds {
  readonly oldest: number;
  readonly newest: number;
  /** How far a sample may be behind the newest of its series. */
  readonly lateMs: number;
}

/** What became of the rows of one batch. */
export interface Tally {
  appended: number;
  duplicates: number;
  conflicts: number;
  outOfBounds: number;
  /** Conflicts and what is out of bounds. */
  readonly leftOut: number[];
  readonly unknown: number[];
}

/** Rows of all batches in one row of columns; `batches[i]` says whose row `i` is. */
export interface Joined extends Columns {
  readonly batches: Uint32Array;
  /** The row with which each batch begins. */
  readonly begins: readonly number[];
  readonly tallies: readonly Tally[];
}

export function join(batches: readonly Batch[]): Joined {
  const count = batches.reduce((sum, { refs }) => sum + refs.length, 0);
  const begins: number[] = [];
  const joined = {
    refs: new Uint32Array(count),
    times: new Float64Array(count),
    values: new Float64Array(count),
    stale: new Uint8Array(count),
    batches: new Uint32Array(count),
    begins,
    tallies: batches.map(newTally),
  };
  let at = 0;
  for (const [number, { refs, times, values, stale }] of batches.entries()) {
    begins.push(at);
    joined.refs.set(refs, at);
    joined.times.set(times, at);
    joined.values.set(values, at);
    joined.stale.set(stale, at);
    joined.batches.fill(number, at, at + refs.length);
    at += refs.length;
  }
  return joined;
}

function newTally(): Tally {
  return { appended: 0, duplicates: 0, conflicts: 0, outOfBounds: 0, leftOut: [], unknown: [] };
}

/**
 * The rows that are within bounds and of known series; the others are counted.
 * @param newest of series, when late ones are refused; it is brought up to date.
 */
export function accept(
  joined: Joined,
  isKnown: (ref: SeriesRef) => boolean,
  bounds: Bounds,
  newest: Map<SeriesRef, number>,
): Uint32Array {
  const { refs, times } = joined;
  const accepted = new Uint32Array(refs.length);
  let count = 0;
  for (let i = 0; i < refs.length; i += 1) {
    const ref = refs[i] as number;
    const time = times[i] as number;
    if (!isKnown(ref)) tallyOf(joined, i).unknown.push(rowOf(joined, i));
    else if (!isWithin(time, ref, bounds, newest)) leaveOut(joined, i, 'outOfBounds');
    else accepted[count++] = i;
  }
  return accepted.subarray(0, count);
}

function isWithin(time: number, ref: SeriesRef, bounds: Bounds, newest: Map<SeriesRef, number>): boolean {
  // Also no number at all is out of bounds.
  if (!(time >= bounds.oldest && time <= bounds.newest)) return false;
  if (bounds.lateMs === Number.POSITIVE_INFINITY) return true;
  const last = newest.get(ref) ?? Number.NEGATIVE_INFINITY;
  if (time > last) newest.set(ref, time);
  return time >= last - bounds.lateMs;
}

/** Rows by series and time; `repeats` have the place of another that came first. */
export interface Ordered {
  readonly firsts: Uint32Array;
  /** By the row that came first. */
  readonly repeats: ReadonlyMap<number, readonly number[]>;
}

/** All transactions write in this order, so that none waits for another in a circle. */
export function order({ refs, times }: Columns, accepted: Uint32Array): Ordered {
  const compare = (a: number, b: number) =>
    (refs[a] as number) - (refs[b] as number) || (times[a] as number) - (times[b] as number) || a - b;
  if (!isAscending(accepted, compare)) accepted.sort(compare);
  const repeats = new Map<number, number[]>();
  let first = -1;
  const firsts = accepted.filter((row) => {
    const isRepeat = first >= 0 && refs[row] === refs[first] && times[row] === times[first];
    if (isRepeat) repeats.set(first, [...(repeats.get(first) ?? []), row]);
    else first = row;
    return !isRepeat;
  });
  return { firsts, repeats };
}

function isAscending(rows: Uint32Array, compare: (a: number, b: number) => number): boolean {
  for (let i = 1; i < rows.length; i += 1) {
    if (compare(rows[i - 1] as number, rows[i] as number) >= 0) return false;
  }
  return true;
}

/** What stands in the database in the place of a row that was not inserted; undefined when that has expired meanwhile. */
export interface Standing {
  readonly value: number;
  readonly stale: boolean;
}

/** @param standing by row; a row that is not in it was inserted. */
export function count(
  joined: Joined,
  { firsts, repeats }: Ordered,
  standing: ReadonlyMap<number, Standing | undefined>,
): void {
  for (const row of firsts) {
    const tally = tallyOf(joined, row);
    const isInserted = !standing.has(row);
    const stands = isInserted ? own(joined, row) : standing.get(row);
    if (isInserted) tally.appended += 1;
    else countAgain(joined, row, stands);
    for (const repeat of repeats.get(row) ?? []) countAgain(joined, repeat, stands);
  }
  for (const { leftOut } of joined.tallies) leftOut.sort((a, b) => a - b);
}

function countAgain(joined: Joined, row: number, stands: Standing | undefined): void {
  const { value, stale } = own(joined, row);
  if (stands === undefined) leaveOut(joined, row, 'outOfBounds');
  else if (isSame(value, stale, stands.value, stands.stale)) tallyOf(joined, row).duplicates += 1;
  else leaveOut(joined, row, 'conflicts');
}

function leaveOut(joined: Joined, row: number, why: 'conflicts' | 'outOfBounds'): void {
  const tally = tallyOf(joined, row);
  tally[why] += 1;
  tally.leftOut.push(rowOf(joined, row));
}

function own({ values, stale }: Joined, row: number): Standing {
  return { value: values[row] as number, stale: stale[row] === 1 };
}

/** As it is counted in its own batch. */
function rowOf({ begins, batches }: Joined, row: number): number {
  return row - (begins[batches[row] as number] as number);
}

function tallyOf({ tallies, batches }: Joined, row: number): Tally {
  return tallies[batches[row] as number] as Tally;
}
