// Whole numbers as their differences, or as the differences of those, in Rice codes fitted to each chunk.

import type { BitReader, BitWriter } from './bits.ts';

/** Up to here differences of differences, with a sign, are exact in a double. */
export const LARGEST_INTEGER = 2 ** 50;

/** So many ones say that a number follows as it is: its length in 6 bits, then its bits. */
const ESCAPE_ONES = 12;
const LENGTH_BITS = 6;
const LENGTHS = 55;

/** Encodes one list at a time, with scratch memory of its own. */
export class IntegerEncoder {
  readonly #codes: [Float64Array, Float64Array];
  readonly #lengths = new Uint16Array(LENGTHS);

  constructor(most: number) {
    this.#codes = [new Float64Array(most), new Float64Array(most)];
  }

  /** Writes all but the first of `count` numbers, none beyond LARGEST_INTEGER. */
  encode(numbers: Float64Array, count: number, writer: BitWriter): void {
    const [once, twice] = this.#codes;
    const shift = this.#differences(numbers, count);
    const first = this.#fit(once, count);
    const second = this.#fit(twice, count);
    const order = second.cost < first.cost ? 1 : 0;
    const { bits } = order === 1 ? second : first;
    writer.write((order << 11) | (shift << 6) | bits, 12);
    const codes = this.#codes[order];
    for (let i = 1; i < count; i += 1) writeRice(codes[i] as number, bits, writer);
  }

  // Differences are often multiples of a power of two: pages of memory, seconds in milliseconds.
  #differences(numbers: Float64Array, count: number): number {
    let seen = 0;
    for (let i = 1; i < count; i += 1) seen |= (numbers[i] as number) - (numbers[i - 1] as number);
    const shift = seen === 0 ? 0 : 31 - Math.clz32(seen & -seen);
    const unit = 2 ** shift;
    const [once, twice] = this.#codes;
    let before = 0;
    for (let i = 1; i < count; i += 1) {
      const difference = ((numbers[i] as number) - (numbers[i - 1] as number)) / unit;
      once[i] = zigzag(difference);
      twice[i] = zigzag(difference - before);
      before = difference;
    }
    return shift;
  }

  /** How many low bits to write as they are, and about how many bits all take then. */
  #fit(codes: Float64Array, count: number): { bits: number; cost: number } {
    const lengths = this.#lengths.fill(0);
    let longest = 0;
    for (let i = 1; i < count; i += 1) {
      const length = bitLength(codes[i] as number);
      (lengths[length] as number) += 1;
      if (length > longest) longest = length;
    }
    let best = { bits: 0, cost: costOf(lengths, longest, 0) };
    for (let bits = 1; bits < longest; bits += 1) {
      const cost = costOf(lengths, longest, bits);
      if (cost < best.cost) best = { bits, cost };
    }
    return best;
  }
}

/** Reads what `encode` wrote into places `at` and on; the first number is known. Hot. */
export function decodeIntegers(
  reader: BitReader,
  count: number,
  first: number,
  into: Float64Array,
  at: number,
): void {
  const head = reader.read(12);
  const isTwice = head >>> 11 === 1;
  const unit = 2 ** ((head >>> 6) & 31);
  const bits = head & 63;
  let number = first;
  let difference = 0;
  into[at] = first;
  for (let i = 1; i < count; i += 1) {
    const code = readRice(reader, bits);
    const step = code % 2 === 0 ? code / 2 : -(code + 1) / 2;
    difference = isTwice ? difference + step : step;
    number += difference * unit;
    into[at + i] = number;
  }
}

function zigzag(number: number): number {
  return number < 0 ? -2 * number - 1 : 2 * number;
}

function bitLength(number: number): number {
  return number < 0x100000000 ? 32 - Math.clz32(number) : 64 - Math.clz32(number / 0x100000000);
}

function costOf(lengths: Uint16Array, longest: number, bits: number): number {
  let cost = 0;
  for (let length = 0; length <= longest; length += 1) {
    // The middle of all numbers of that length, less the low bits.
    const ones = length <= bits ? 0 : 1.5 * 2 ** (length - 1 - bits);
    const each = ones < ESCAPE_ONES ? ones + 1 + bits : ESCAPE_ONES + LENGTH_BITS + length;
    cost += (lengths[length] as number) * each;
  }
  return cost;
}

function writeRice(code: number, bits: number, writer: BitWriter): void {
  const ones = Math.floor(code / 2 ** bits);
  if (ones < ESCAPE_ONES) {
    writer.write(2 ** (ones + 1) - 2, ones + 1);
    writer.writeLong(code % 2 ** bits, bits);
    return;
  }
  const length = bitLength(code);
  writer.write(2 ** ESCAPE_ONES - 1, ESCAPE_ONES);
  writer.write(length, LENGTH_BITS);
  writer.writeLong(code, length);
}

function readRice(reader: BitReader, bits: number): number {
  const ones = reader.readOnes(ESCAPE_ONES);
  if (ones === ESCAPE_ONES) return reader.readLong(reader.read(LENGTH_BITS));
  return ones * 2 ** bits + reader.readLong(bits);
}
