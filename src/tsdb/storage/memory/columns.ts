// Samples as columns that are filled one after the other, with values held to the bit.

/** Prometheus' stale marker and its normal NaN (value.StaleNaN, value.NormalNaN of its model), as two words each. */
export const STALE_HIGH = 0x7ff00000;
export const STALE_LOW = 2;
export const NAN_HIGH = 0x7ff80000;
export const NAN_LOW = 1;

/** Values are written and copied as words, lower first: as numbers the stale marker would lose its bits. */
export class Columns {
  readonly capacity: number;
  readonly times: Float64Array;
  readonly values: Float64Array;
  readonly words: Uint32Array;
  length = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.times = new Float64Array(capacity);
    this.values = new Float64Array(capacity);
    this.words = new Uint32Array(this.values.buffer);
  }

  get room(): number {
    return this.capacity - this.length;
  }

  push(time: number, low: number, high: number): void {
    const at = this.length;
    this.times[at] = time;
    this.words[2 * at] = low;
    this.words[2 * at + 1] = high;
    this.length = at + 1;
  }

  isStale(at: number): boolean {
    return this.words[2 * at + 1] === STALE_HIGH && this.words[2 * at] === STALE_LOW;
  }

  /** Takes rows `from` to `to` of others, which must have room here. */
  pushAll(others: Columns, from: number, to: number): void {
    this.times.set(others.times.subarray(from, to), this.length);
    this.words.set(others.words.subarray(2 * from, 2 * to), 2 * this.length);
    this.length += to - from;
  }
}

/** The same samples, oldest first. */
export function sortColumns(columns: Columns): Columns {
  const order = Array.from({ length: columns.length }, (_, i) => i);
  order.sort((a, b) => (columns.times[a] as number) - (columns.times[b] as number));
  const sorted = new Columns(columns.length);
  for (const i of order) sorted.pushAll(columns, i, i + 1);
  return sorted;
}

/** The first row of the first `length` whose time is at least `time`. */
export function lowerBound(times: Float64Array, length: number, time: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
