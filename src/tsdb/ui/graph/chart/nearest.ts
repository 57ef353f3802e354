// The sample that somebody points at.

import { placeOf, type SeriesData } from '../chart-data.ts';
import type { Line } from '../lines.ts';

export interface Pointed {
  readonly line: Line;
  /** The place in its series. */
  readonly at: number;
}

export interface Pointer {
  /** Where it is, in pixels. */
  readonly left: number;
  readonly top: number;
  /** The time under it. */
  readonly time: number;
  /** Milliseconds a pixel. */
  readonly scale: number;
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
}

/** So far aside of the pointer, in pixels, each sample is looked at; beyond, only the next on either side. */
const NEAR = 10;

/** @returns undefined when there is nothing to point at. */
export function nearest(lines: readonly Line[], pointer: Pointer): Pointed | undefined {
  let best: Pointed | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const line of lines) {
    for (const at of placesNear(line.data, pointer)) {
      const distance = distanceTo(line.data, at, pointer);
      if (distance < least) {
        least = distance;
        best = { line, at };
      }
    }
  }
  return best;
}

function* placesNear(data: SeriesData, { time, scale }: Pointer): Generator<number> {
  const { times } = data;
  const last = placeOf(times, time + NEAR * scale);
  const first = Math.max(0, placeOf(times, time - NEAR * scale) - 1);
  for (let at = first; at <= last && at < times.length; at++) yield at;
}

// What is above or below counts more than what is aside, for a line goes on to both sides.
function distanceTo(data: SeriesData, at: number, { left, top, time, x, y }: Pointer): number {
  const value = data.values[at] as number;
  const up = Number.isFinite(value) ? y(value) - top : 0;
  const begin = data.times[at] as number;
  const isInside = data.kind === 'bucket' && time >= begin && time < (data.ends[at] as number);
  const aside = isInside ? 0 : (x(begin) - left) / 2;
  const odd = Number.isFinite(value) ? 0 : 5;
  return Math.hypot(aside, up) + odd;
}
