// Reduces the samples of a series to the width of a picture: of each pixel the least and the greatest, in their order.

import type { Slice } from '../../storage/contract.ts';

/** What a picture shows. */
export interface Frame {
  /** Both included, Unix milliseconds. */
  readonly start: number;
  readonly end: number;
  /** Pixels. */
  readonly width: number;
  /** Samples further apart than this, in milliseconds, have a gap between them. */
  readonly lookbackMs: number;
}

/** Parallel columns, times rising. */
export interface ChartPoints {
  readonly times: Float64Array;
  readonly values: Float64Array;
  /** 1: nothing stood at that time, and the value means nothing. */
  readonly gaps: Uint8Array;
}

/** A pixel gives two samples, and a gap before it. */
export const POINTS_A_PIXEL = 3;
const NEVER = Number.NEGATIVE_INFINITY;

/**
 * Takes the samples of one series after the other. Every sample that is left is one that was taken; a NaN is left where
 * its pixel has nothing else. A gap is told between two pixels when a stale marker or more than the lookback is between
 * the last sample of one and the first of the other; within a pixel nobody could see it.
 */
export class MinMax {
  readonly #frame: Frame;
  readonly #times: Float64Array;
  readonly #values: Float64Array;
  readonly #gaps: Uint8Array;
  #length = 0;
  /** Where the next pixel begins. */
  #edge = NEVER;
  #least = Number.NaN;
  #leastTime = NEVER;
  #greatest = Number.NaN;
  #greatestTime = NEVER;
  #lastTime = NEVER;
  /** The first marker after the last sample. */
  #staleTime = NEVER;

  constructor(frame: Frame) {
    this.#frame = frame;
    const most = POINTS_A_PIXEL * frame.width;
    this.#times = new Float64Array(most);
    this.#values = new Float64Array(most);
    this.#gaps = new Uint8Array(most);
  }

  /** The next samples of the series, all of them in the frame. */
  take({ times, values, stale }: Pick<Slice, 'times' | 'values' | 'stale'>): void {
    for (let i = 0; i < times.length; i++) {
      const time = times[i] as number;
      if (stale[i] === 1) {
        if (this.#staleTime === NEVER) this.#staleTime = time;
        continue;
      }
      if (time >= this.#edge) this.#turn(time);
      this.#look(time, values[i] as number);
      this.#lastTime = time;
      this.#staleTime = NEVER;
    }
  }

  /** What is left of the series. What is taken next is another one. */
  end(): ChartPoints {
    this.#close();
    const points = {
      times: this.#times.slice(0, this.#length),
      values: this.#values.slice(0, this.#length),
      gaps: this.#gaps.slice(0, this.#length),
    };
    this.#length = 0;
    this.#edge = NEVER;
    this.#lastTime = NEVER;
    this.#staleTime = NEVER;
    return points;
  }

  #look(time: number, value: number): void {
    if (this.#leastTime === NEVER) {
      this.#least = this.#greatest = value;
      this.#leastTime = this.#greatestTime = time;
      return;
    }
    // A NaN gives way to any number.
    if (value < this.#least || (Number.isNaN(this.#least) && !Number.isNaN(value))) {
      this.#least = value;
      this.#leastTime = time;
    }
    if (value > this.#greatest || (Number.isNaN(this.#greatest) && !Number.isNaN(value))) {
      this.#greatest = value;
      this.#greatestTime = time;
    }
  }

  // `time` is the first in another pixel.
  #turn(time: number): void {
    const { lookbackMs } = this.#frame;
    this.#close();
    if (this.#lastTime !== NEVER) {
      if (this.#staleTime !== NEVER) this.#push(this.#staleTime, Number.NaN, 1);
      else if (time - this.#lastTime > lookbackMs) this.#push(this.#lastTime + lookbackMs, Number.NaN, 1);
    }
    this.#edge = edgeAfter(this.#frame, time);
  }

  #close(): void {
    if (this.#leastTime === NEVER) return;
    const isRising = this.#leastTime < this.#greatestTime;
    if (isRising) this.#push(this.#leastTime, this.#least, 0);
    this.#push(this.#greatestTime, this.#greatest, 0);
    if (this.#greatestTime < this.#leastTime) this.#push(this.#leastTime, this.#least, 0);
    this.#leastTime = this.#greatestTime = NEVER;
  }

  #push(time: number, value: number, gap: 0 | 1): void {
    this.#times[this.#length] = time;
    this.#values[this.#length] = value;
    this.#gaps[this.#length++] = gap;
  }
}

// The first whole millisecond in the pixel.
function edgeOf({ start, end, width }: Frame, pixel: number): number {
  return start + Math.ceil((pixel * (end - start + 1)) / width);
}

// Division alone would be wrong by a pixel where it rounds.
function edgeAfter(frame: Frame, time: number): number {
  let pixel = Math.floor(((time - frame.start) * frame.width) / (frame.end - frame.start + 1));
  while (edgeOf(frame, pixel) > time) pixel--;
  while (edgeOf(frame, pixel + 1) <= time) pixel++;
  return edgeOf(frame, pixel + 1);
}
