// The times that samples without one of their own get: those of their arrival, strictly rising within each series.

import { formatAge } from '../../lib/duration.ts';
import { Refusal } from './refusal.ts';
import type { PushedSeries } from './series-table.ts';

/** How far these times may run ahead of the clock when a series gets more than one sample a millisecond. */
const MOST_AHEAD_MS = 60_000;
/** Nobody knows when a clock that went back is set right. */
const MOST_WAIT_MS = 60_000;

export class Arrivals {
  /** The latest that the clock has shown. */
  #latest = Number.NEGATIVE_INFINITY;

  /**
   * To be called before times are given out.
   * @param now Unix milliseconds.
   * @throws Refusal `limited` when a series has had more samples than there were milliseconds, `overloaded` while the
   *   clock shows much less than it did: of that time series have samples already.
   */
  refuseAhead(times: Float64Array, rows: readonly PushedSeries[], now: number): void {
    this.#latest = Math.max(this.#latest, now);
    for (let i = 0; i < times.length; i += 1) {
      if (!Number.isNaN(times[i])) continue;
      const { arrival } = rows[i] as PushedSeries;
      if (arrival - now <= MOST_AHEAD_MS) continue;
      const hurryMs = arrival - this.#latest - MOST_AHEAD_MS;
      throw hurryMs > 0 ? hurried(i, hurryMs) : wentBack(i, this.#latest - now);
    }
  }

  /** The times of a batch, where it has none that of its arrival. */
  timesOf(times: Float64Array, rows: readonly PushedSeries[], now: number): Float64Array {
    const given = times.slice();
    for (let i = 0; i < given.length; i += 1) {
      if (!Number.isNaN(given[i])) continue;
      const row = rows[i] as PushedSeries;
      row.arrival = Math.max(now, row.arrival + 1);
      given[i] = row.arrival;
    }
    return given;
  }
}

function hurried(row: number, retryAfterMs: number): Refusal {
  return new Refusal(
    'limited',
    `metric ${row}: a series without times of its own may have 1000 samples a second; nothing was taken`,
    { retryAfterMs },
  );
}

function wentBack(row: number, backMs: number): Refusal {
  return new Refusal(
    'overloaded',
    `metric ${row}: it has no time, and the clock here went back by ${formatAge(backMs)}; nothing was taken`,
    { retryAfterMs: Math.min(backMs, MOST_WAIT_MS) },
  );
}
