// Any doubles, each as what differs from the one before (Pelkonen et al., Gorilla, VLDB 2015, 4.1.2).

import type { BitReader, BitWriter } from './bits.ts';

/** @param words values to the bit, the lower word first. */
export function encodeXor(words: Uint32Array, count: number, writer: BitWriter): void {
  writer.write(words[1] as number, 32);
  writer.write(words[0] as number, 32);
  let leading = 64;
  let trailing = 0;
  for (let i = 1; i < count; i += 1) {
    const low = ((words[2 * i] as number) ^ (words[2 * i - 2] as number)) >>> 0;
    const high = ((words[2 * i + 1] as number) ^ (words[2 * i - 1] as number)) >>> 0;
    if (low === 0 && high === 0) {
      writer.write(0, 1);
      continue;
    }
    const ahead = Math.min(31, high === 0 ? 32 + Math.clz32(low) : Math.clz32(high));
    const behind = low === 0 ? 32 + trailingZeros(high) : trailingZeros(low);
    if (ahead >= leading && behind >= trailing) writer.write(0b10, 2);
    else {
      leading = ahead;
      trailing = behind;
      writer.write(0b11, 2);
      writer.write((leading << 6) | (63 - leading - trailing), 11);
    }
    writeMiddle(low, high, leading, trailing, writer);
  }
}

/** Reads what `encodeXor` wrote into places `at` and on, counted in doubles. */
export function decodeXor(reader: BitReader, count: number, into: Uint32Array, at: number): void {
  let high = reader.read(32);
  let low = reader.read(32);
  let length = 0;
  let trailing = 0;
  into[2 * at] = low;
  into[2 * at + 1] = high;
  for (let i = 1; i < count; i += 1) {
    if (reader.read(1) === 1) {
      if (reader.read(1) === 1) {
        const window = reader.read(11);
        length = (window & 63) + 1;
        trailing = 64 - (window >>> 6) - length;
      }
      const upper = length > 32 ? reader.read(length - 32) : 0;
      const lower = reader.read(Math.min(32, length));
      low ^= trailing >= 32 ? 0 : lower << trailing;
      high ^= highPart(upper, lower, trailing);
    }
    into[2 * (at + i)] = low;
    into[2 * (at + i) + 1] = high;
  }
}

function writeMiddle(low: number, high: number, leading: number, trailing: number, writer: BitWriter): void {
  const length = 64 - leading - trailing;
  const shifted = trailing >= 32 ? high >>> (trailing - 32) : joined(high, low, trailing);
  if (length > 32) writer.write(high >>> trailing, length - 32);
  writer.write(length >= 32 ? shifted : shifted & (2 ** length - 1), Math.min(32, length));
}

/** The lower word of the two, moved right by less than 32 bits. */
function joined(high: number, low: number, by: number): number {
  return by === 0 ? low : (low >>> by) | (high << (32 - by));
}

function highPart(upper: number, lower: number, trailing: number): number {
  if (trailing >= 32) return lower << (trailing - 32);
  return trailing === 0 ? upper : (upper << trailing) | (lower >>> (32 - trailing));
}

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word);
}
