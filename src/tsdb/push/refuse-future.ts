// The times that pushers give: none may be far ahead of the clock.

import { Refusal } from './refusal.ts';

/** As far as stores let samples be ahead. */
const MOST_AHEAD_MS = 10 * 60_000;

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
