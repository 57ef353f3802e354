// Whole numbers as their differences, or as the differences of those, in Rice codes fitted to each chunk.

import type { BitReader, BitWriter } from './bits.ts';

/** Up to here differences of differences, with a sign, are exact in a double. */
export const LARGEST_INTEGER = 2 ** 50;

/** So many ones say that a number follows as it is: its length in 6 bits, then its bits. */
const ESCAPE_ONES = 12;
const LENGTH_BITS = 6;
const LENGTHS = 55;
const POWERS = Array.from({ length: 64 }, (_, i) => 2 ** i);

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
    const unit = POWERS[shift] as number;
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
  const unit = POWERS[(head >>> 6) & 31] as number;
  const bits = head & 63;
  let number = first;
  let difference = 0;
  into[at] = first;
  for (let i = at + 1; i < at + count; i += 1) {
    const step = readSigned(reader, bits);
    difference = isTwice ? difference + step : step;
    number += difference * unit;
    into[i] = number;
  }
}

function zigzag(number: number): number {
  return number < 0 ? -2 * number - 1 : 2 * number;
}

function unzigzag(code: number): number {
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2;
}

function bitLength(number: number): number {
  return number < 0x100000000 ? 32 - Math.clz32(number) : 64 - Math.clz32(number / 0x100000000);
}

function costOf(lengths: Uint16Array, longest: number, bits: number): number {
  let cost = 0;
  for (let length = 0; length <= longest; length += 1) {
    // The middle of all numbers of that length, less the low bits.
    const ones = length <= bits ? 0 : 1.5 * (POWERS[length - 1 - bits] as number);
    const each = ones < ESCAPE_ONES ? ones + 1 + bits : ESCAPE_ONES + LENGTH_BITS + length;
    cost += (lengths[length] as number) * each;
  }
  return cost;
}

// Nearly all numbers take few bits; those go without arithmetic of doubles, which costs five times as much.
function writeRice(code: number, bits: number, writer: BitWriter): void {
  const ones = code < 0x80000000 && bits < 32 ? code >>> bits : Math.floor(code / (POWERS[bits] as number));
  if (ones >= ESCAPE_ONES) {
    const length = bitLength(code);
    writer.write(2 ** ESCAPE_ONES - 1, ESCAPE_ONES);
    writer.write(length, LENGTH_BITS);
    writer.writeLong(code, length);
  } else if (ones + 1 + bits <= 32) {
    const low = code & ((1 << bits) - 1);
    writer.write((((2 << ones) - 2) << bits) | low, ones + 1 + bits);
  } else {
    writer.write((2 << ones) - 2, ones + 1);
    writer.writeLong(code % (POWERS[bits] as number), bits);
  }
}

function readSigned(reader: BitReader, bits: number): number {
  const window = reader.peek();
  const ones = Math.clz32(~window);
  const length = ones + 1 + bits;
  if (ones < ESCAPE_ONES && length <= 31) {
    reader.at += length;
    const code = (ones << bits) | ((window >>> (32 - length)) & ((1 << bits) - 1));
    return (code >>> 1) ^ -(code & 1);
  }
  return unzigzag(readRice(reader, bits));
}

function readRice(reader: BitReader, bits: number): number {
  const ones = reader.readOnes(ESCAPE_ONES);
  if (ones === ESCAPE_ONES) return reader.readLong(reader.read(LENGTH_BITS));
  return ones * (POWERS[bits] as number) + reader.readLong(bits);
}
