// Series seen at evenly spaced times.

import type { Slice } from '../storage/contract.ts';

/** `count` times from `start` on, `step` apart; Unix milliseconds. */
export interface Steps {
  readonly start: number;
  /** What was asked for, which the last step may fall short of; `@ end()` means this one. */
  readonly end: number;
  readonly step: number;
  readonly count: number;
}

/** Parallel columns. */
export interface Points {
  readonly times: Float64Array;
  readonly values: Float64Array;
}

export interface Stepped {
  /** The next samples of the series. */
  take(slice: Pick<Slice, 'times' | 'values' | 'stale'>): void;
  /** The steps at which the series has a value. What is taken next is another series. */
  end(): Points;
}

/** The times of the steps. */
export function timesOf({ start, step, count }: Steps): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => start + i * step);
}

/**
 * At each step stands the newest sample of `(time − lookback, time]`, nothing when that is a stale marker; `time` is
 * `offsetMs` before the step. A series with a value at every step shares its times with the others of that kind.
 */
export function createStepped(steps: Steps, offsetMs: number, lookbackMs: number): Stepped {
  const { step, count } = steps;
  const start = steps.start - offsetMs;
  const all = timesOf(steps);
  const [times, values] = [new Float64Array(count), new Float64Array(count)];
  let [next, at, filled] = [0, start, 0];
  // What is stale is as far away as what never was.
  let [newest, value] = [Number.NEGATIVE_INFINITY, Number.NaN];

  // Every step before `time` sees what is newest now.
  function fillTo(time: number): void {
    for (; next < count && at < time; at = start + ++next * step) {
      if (newest <= at - lookbackMs) continue;
      times[filled] = all[next] as number;
      values[filled++] = value;
    }
  }

  return {
    take({ times: moments, values: seen, stale }) {
      for (let i = 0; i < moments.length; i++) {
        const time = moments[i] as number;
        if (at < time) fillTo(time);
        newest = stale[i] === 1 ? Number.NEGATIVE_INFINITY : time;
        value = seen[i] as number;
      }
    },
    end() {
      fillTo(Number.POSITIVE_INFINITY);
      const points = {
        times: filled === count ? all : times.slice(0, filled),
        values: values.slice(0, filled),
      };
      [next, at, filled, newest] = [0, start, 0, Number.NEGATIVE_INFINITY];
      return points;
    },
  };
}
