// The times of a chunk as whole milliseconds after the first: nothing when they are regular, else their differences.

import type { Columns } from '../columns.ts';
import type { BitReader, BitWriter } from './bits.ts';
import { decodeIntegers, IntegerEncoder } from './integers.ts';

/** Encodes one chunk at a time, with scratch memory of its own. */
export class TimeEncoder {
  readonly #encoder: IntegerEncoder;
  readonly #offsets: Float64Array;

  constructor(most: number) {
    this.#encoder = new IntegerEncoder(most);
    this.#offsets = new Float64Array(most);
  }

  /** Writes nothing when the times are equally far apart. */
  encode({ times, length }: Columns, writer: BitWriter): void {
    if (isRegular(times, length)) return;
    for (let i = 0; i < length; i += 1) this.#offsets[i] = (times[i] as number) - (times[0] as number);
    this.#encoder.encode(this.#offsets, length, writer);
  }
}

/** Adds `count` times to columns; their values are added by others. */
export function decodeTimes(reader: BitReader, first: number, count: number, into: Columns): void {
  decodeIntegers(reader, count, first, into.times, into.length);
}

/** Adds `count` times, equally far apart over `span`. */
export function fillTimes(first: number, span: number, count: number, into: Columns): void {
  const step = count === 1 ? 0 : span / (count - 1);
  for (let i = 0; i < count; i += 1) into.times[into.length + i] = first + i * step;
}

function isRegular(times: Float64Array, length: number): boolean {
  for (let i = 2; i < length; i += 1) {
    const step = (times[i] as number) - (times[i - 1] as number);
    if (step !== (times[i - 1] as number) - (times[i - 2] as number)) return false;
  }
  return true;
}
