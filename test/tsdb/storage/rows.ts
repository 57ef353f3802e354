// Batches and budgets for tests of stores, and what was read as plain rows.

import type { Labels } from '../../../src/model/labels.ts';
import { createMatcher, type Matcher } from '../../../src/model/matcher.ts';
import type { Batch, Budget, Slice, Store, TimeRange } from '../../../src/tsdb/storage/contract.ts';
import { bitsOf, type NaiveSeries, type Row, STALE } from './naive-store.ts';

/** A row to append; `undefined` is a stale marker. */
export type Sample = readonly [ref: number, time: number, value: number | undefined];

export const ALL_TIME: TimeRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

export function batchOf(samples: readonly Sample[]): Batch {
  return {
    refs: Uint32Array.from(samples, ([ref]) => ref),
    times: Float64Array.from(samples, ([, time]) => time),
    values: Float64Array.from(samples, ([, , value]) => value ?? 0),
    stale: Uint8Array.from(samples, ([, , value]) => (value === undefined ? 1 : 0)),
  };
}

/** No bound at all. `between` runs at each breath, after a turn of the event loop. */
export function freeBudget(between: () => void | Promise<void> = () => {}): Budget {
  return {
    take: () => {},
    breathe: async () => {
      await new Promise(setImmediate);
      await between();
    },
  };
}

export function equal(name: string, value: string): Matcher {
  return createMatcher(name, '=', value);
}

/** Reads all that matches. @throws Error when slices are empty, out of order, or series come twice. */
export async function readAll(
  store: Store,
  matchers: readonly Matcher[],
  range: TimeRange = ALL_TIME,
  budget: Budget = freeBudget(),
): Promise<NaiveSeries[]> {
  const read: { ref: number; labels: Labels; rows: Row[] }[] = [];
  for await (const list of store.select({ matchers, range }, budget)) {
    for (const slice of list) {
      const open = read.at(-1);
      if (open?.ref === slice.ref) open.rows.push(...rowsOf(slice));
      else if (read.some(({ ref }) => ref === slice.ref)) throw new Error('a series comes twice');
      else read.push({ ref: slice.ref, labels: slice.labels, rows: rowsOf(slice) });
    }
  }
  for (const { rows } of read) checkOrder(rows);
  return read.map(({ labels, rows }) => ({ labels, rows }));
}

function rowsOf({ times, values, stale }: Slice): Row[] {
  if (times.length === 0) throw new Error('an empty slice');
  const view = new DataView(values.buffer, values.byteOffset, values.byteLength);
  return Array.from(times, (time, i) => {
    const bits = view
      .getBigUint64(8 * i, true)
      .toString(16)
      .padStart(16, '0');
    return [time, stale[i] === 1 ? STALE : bits];
  });
}

function checkOrder(rows: readonly Row[]): void {
  const at = rows.findIndex(([time], i) => i > 0 && time <= (rows[i - 1] as Row)[0]);
  if (at !== -1) throw new Error(`not in order: ${rows[at - 1]} before ${rows[at]}`);
}

export function rowOf(time: number, value: number | undefined): Row {
  return [time, value === undefined ? STALE : bitsOf(value)];
}
