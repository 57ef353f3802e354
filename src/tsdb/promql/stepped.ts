// One series seen at evenly spaced times.

import type { Slice } from '../storage/contract.ts';

/** `count` times from `start` on, `step` apart; Unix milliseconds. */
export interface Steps {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

export interface Stepped {
  /** The next samples of the series. */
  take(slice: Slice): void;
  /** The steps that have a value, each `shift` milliseconds later than it was looked at. */
  end(shift: number): { readonly times: Float64Array; readonly values: Float64Array };
}

/** At each step stands the newest sample of `(time − lookback, time]`, nothing when that is a stale marker. */
export function createStepped({ start, step, count }: Steps, lookbackMs: number): Stepped {
  const steps = new Float64Array(count);
  const values = new Float64Array(count);
  let [next, filled] = [0, 0];
  let newest = { time: Number.NEGATIVE_INFINITY, value: Number.NaN };

  // Every step before `time` sees what is newest now.
  function fillTo(time: number): void {
    for (let at = start + next * step; next < count && at < time; at = start + ++next * step) {
      if (newest.time <= at - lookbackMs) continue;
      steps[filled] = at;
      values[filled++] = newest.value;
    }
  }

  return {
    take(slice) {
      for (let i = 0; i < slice.times.length; i++) {
        const time = slice.times[i] as number;
        fillTo(time);
        // What has ended is as far away as what never was.
        newest = {
          time: slice.stale[i] === 1 ? Number.NEGATIVE_INFINITY : time,
          value: slice.values[i] as number,
        };
      }
    },
    end(shift) {
      fillTo(Number.POSITIVE_INFINITY);
      const times = steps.slice(0, filled).map((time) => time + shift);
      return { times, values: values.slice(0, filled) };
    },
  };
}
