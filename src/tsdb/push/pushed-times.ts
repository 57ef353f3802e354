// The times of a pushed batch: none may be far ahead, and where there is none it is that of the arrival.

import { Refusal } from './refusal.ts';
import type { PushedSeries } from './series-table.ts';

/** As far as stores let samples be ahead. */
const MOST_AHEAD_MS = 10 * 60_000;
/** How far times of arrival may run ahead of the clock when a series gets more than one sample a millisecond. */
const ARRIVALS_AHEAD_MS = 60_000;

/** The store would leave it out, and nobody would tell who sent it. @throws Refusal `bad_data`. */
export function refuseFuture(times: Float64Array, now: number): void {
  const latest = now + MOST_AHEAD_MS;
  for (let i = 0; i < times.length; i += 1) {
    if ((times[i] as number) > latest)
      throw new Refusal(
        'bad_data',
        `metric ${i}: its time is more than 10 minutes ahead of the clock here; nothing was taken`,
      );
  }
}

/** @throws Refusal `limited` when a series has had more samples without a time than there were milliseconds. */
export function refuseHurry(times: Float64Array, rows: readonly PushedSeries[], now: number): void {
  for (let i = 0; i < times.length; i += 1) {
    if (!Number.isNaN(times[i])) continue;
    const ahead = (rows[i] as PushedSeries).arrival - now - ARRIVALS_AHEAD_MS;
    if (ahead > 0)
      throw new Refusal(
        'limited',
        `metric ${i}: a series without times of its own may have 1000 samples a second; nothing was taken`,
        { retryAfterMs: ahead },
      );
  }
}

/** The times of a batch, where it has none that of its arrival, later than the last of the series. */
export function arrivals(times: Float64Array, rows: readonly PushedSeries[], now: number): Float64Array {
  const given = times.slice();
  for (let i = 0; i < given.length; i += 1) {
    if (!Number.isNaN(given[i])) continue;
    const row = rows[i] as PushedSeries;
    row.arrival = Math.max(now, row.arrival + 1);
    given[i] = row.arrival;
  }
  return given;
}
