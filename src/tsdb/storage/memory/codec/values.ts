// The values of a chunk in whichever of four ways takes least; what comes out is what went in, to the bit.

import { type Columns, STALE_HIGH, STALE_LOW } from '../columns.ts';
import type { BitReader, BitWriter } from './bits.ts';
import { decodeIntegers, IntegerEncoder, LARGEST_INTEGER } from './integers.ts';
import { decodeXor, encodeXor } from './xor.ts';

const SAME = 0;
const INTEGERS = 1;
const XOR = 2;
const RAW = 3;

/** Most of what is measured has a few decimals: a whole number divided by one of these is exactly it. */
const POWERS = Array.from({ length: 16 }, (_, i) => 10 ** i);
const COUNT_BITS = 8;
const INDEX_BITS = 7;

/** Encodes one chunk at a time, with scratch memory of its own. */
export class ValueEncoder {
  readonly #integers: Float64Array;
  readonly #encoder: IntegerEncoder;
  readonly #stale: number[] = [];

  /** @param most samples of a chunk, no more than 128. */
  constructor(most: number) {
    this.#integers = new Float64Array(most);
    this.#encoder = new IntegerEncoder(most);
  }

  /** Changes what stands beside stale markers. */
  encode(samples: Columns, writer: BitWriter): void {
    this.#writeStale(samples, writer);
    const { words, length } = samples;
    if (isSame(words, length)) {
      writer.write(SAME, 2);
      writer.write(words[1] as number, 32);
      writer.write(words[0] as number, 32);
      return;
    }
    const power = this.#scale(samples);
    if (power >= 0) this.#writeIntegers(power, length, writer);
    else writeDoubles(words, length, writer);
  }

  // Stale markers are written apart and take the value before them (or after, at the beginning), which costs a bit.
  #writeStale(samples: Columns, writer: BitWriter): void {
    const stale = this.#stale;
    stale.length = 0;
    for (let i = 0; i < samples.length; i += 1) if (samples.isStale(i)) stale.push(i);
    writer.write(stale.length === 0 ? 0 : 1, 1);
    if (stale.length === 0) return;
    writer.write(stale.length, COUNT_BITS);
    for (const i of stale) writer.write(i, INDEX_BITS);
    if (stale.length === samples.length) return;
    let from = 0;
    while (samples.isStale(from)) from += 1;
    for (const i of stale) copyValue(samples.words, i < from ? from : i - 1, i);
  }

  /** Fills `#integers`. @returns the power of ten that makes all values whole, -1 when none does. */
  #scale(samples: Columns): number {
    const { values, length } = samples;
    let power = 0;
    for (let i = 0; i < length && power >= 0; i += 1) power = powerOf(values[i] as number, power);
    if (power < 0) return -1;
    const factor = POWERS[power] as number;
    for (let i = 0; i < length; i += 1) {
      const integer = Math.round((values[i] as number) * factor);
      if (Math.abs(integer) > LARGEST_INTEGER || integer / factor !== values[i]) return -1;
      this.#integers[i] = integer;
    }
    return power;
  }

  #writeIntegers(power: number, length: number, writer: BitWriter): void {
    writer.write((INTEGERS << 4) | power, 6);
    writer.writeLong((this.#integers[0] as number) + LARGEST_INTEGER, 52);
    this.#encoder.encode(this.#integers, length, writer);
  }
}

/** Adds `count` values to columns; their times are added by others. */
export function decodeValues(reader: BitReader, count: number, into: Columns): void {
  const at = into.length;
  const stale = readStale(reader);
  const way = reader.read(2);
  if (way === SAME) readSame(reader, count, into.words, at);
  else if (way === INTEGERS) readIntegers(reader, count, into.values, at);
  else if (way === XOR) decodeXor(reader, count, into.words, at);
  else readRaw(reader, count, into.words, at);
  for (const i of stale) {
    into.words[2 * (at + i)] = STALE_LOW;
    into.words[2 * (at + i) + 1] = STALE_HIGH;
  }
}

const NONE: readonly number[] = [];

function readStale(reader: BitReader): readonly number[] {
  if (reader.read(1) === 0) return NONE;
  return Array.from({ length: reader.read(COUNT_BITS) }, () => reader.read(INDEX_BITS));
}

function readSame(reader: BitReader, count: number, words: Uint32Array, at: number): void {
  const high = reader.read(32);
  const low = reader.read(32);
  for (let i = at; i < at + count; i += 1) {
    words[2 * i] = low;
    words[2 * i + 1] = high;
  }
}

function readIntegers(reader: BitReader, count: number, values: Float64Array, at: number): void {
  const factor = POWERS[reader.read(4)] as number;
  decodeIntegers(reader, count, reader.readLong(52) - LARGEST_INTEGER, values, at);
  if (factor === 1) return;
  for (let i = at; i < at + count; i += 1) values[i] = (values[i] as number) / factor;
}

function readRaw(reader: BitReader, count: number, words: Uint32Array, at: number): void {
  for (let i = 2 * at; i < 2 * (at + count); i += 1) words[i] = reader.read(32);
}

function writeDoubles(words: Uint32Array, count: number, writer: BitWriter): void {
  const begin = writer.length;
  writer.write(XOR, 2);
  encodeXor(words, count, writer);
  if (writer.length - begin <= 64 * count + 2) return;
  writer.cut(begin);
  writer.write(RAW, 2);
  for (let i = 0; i < 2 * count; i += 1) writer.write(words[i] as number, 32);
}

/** The least power, no less than `least`, that makes a value whole; -1 when there is none. */
function powerOf(value: number, least: number): number {
  if (!Number.isFinite(value) || Object.is(value, -0)) return -1;
  for (let power = least; power < POWERS.length; power += 1) {
    const factor = POWERS[power] as number;
    if (Math.round(value * factor) / factor === value) return power;
  }
  return -1;
}

function isSame(words: Uint32Array, count: number): boolean {
  for (let i = 2; i < 2 * count; i += 1) if (words[i] !== words[i - 2]) return false;
  return true;
}

function copyValue(words: Uint32Array, from: number, to: number): void {
  words[2 * to] = words[2 * from] as number;
  words[2 * to + 1] = words[2 * from + 1] as number;
}
