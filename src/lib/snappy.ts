// Snappy's block format → bytes, strictly: what is cut short, or says it is longer than it is, is refused.
// Source of the format: google/snappy, format_description.txt. The snappyjs package is not used for it: its 0.7.0 never
// returns from some eleven-byte inputs, and fills what is missing of a cut one with zeros.

import { AppError } from './errors.ts';

/** A copy of three bytes stands for at most 64: what says it is larger than that lies. */
const MOST_RATIO = 64 / 3 + 1;

/**
 * @param mostBytes of the result; nothing is allocated for what says it would be larger.
 * @throws AppError `too_large`, `bad_data`.
 */
export function uncompressSnappy(block: Uint8Array, mostBytes: number): Buffer {
  const { length, at } = readLength(block);
  if (length > mostBytes)
    throw new AppError(
      'too_large',
      `the body is ${length} bytes uncompressed, and at most ${mostBytes} are taken`,
    );
  if (length > block.length * MOST_RATIO) throw corrupt();
  const filling = new Filling(block, at, Buffer.allocUnsafe(length));
  return filling.fill();
}

function corrupt(): AppError<'bad_data'> {
  return new AppError('bad_data', 'the body is no whole snappy block');
}

function readLength(block: Uint8Array): { length: number; at: number } {
  let length = 0;
  for (let at = 0; at < Math.min(5, block.length); at += 1) {
    const byte = block[at] as number;
    length += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80 && length <= 0xffff_ffff) return { length, at: at + 1 };
  }
  throw corrupt();
}

/** How many bytes follow the tag of a copy, by its kind. */
const COPY_BYTES = [0, 1, 2, 4];

// Tight, for its parts run once for every few bytes of a body: 0.2 µs for the 140 bytes of a sample with six labels.
class Filling {
  readonly #block: Uint8Array;
  readonly #out: Buffer;
  #from: number;
  #to = 0;

  constructor(block: Uint8Array, from: number, out: Buffer) {
    this.#block = block;
    this.#from = from;
    this.#out = out;
  }

  fill(): Buffer {
    const block = this.#block;
    while (this.#from < block.length) {
      const tag = block[this.#from] as number;
      this.#from += 1;
      if ((tag & 3) === 0) this.#literal(tag >>> 2);
      else this.#copy(tag);
    }
    if (this.#to !== this.#out.length) throw corrupt();
    return this.#out;
  }

  /** @param size one less than the length, or 60 to 63: that stands in as many bytes less 59. */
  #literal(size: number): void {
    const length = 1 + (size < 60 ? size : this.#number(size - 59));
    const from = this.#from;
    const to = this.#to;
    if (from + length > this.#block.length || to + length > this.#out.length) throw corrupt();
    if (length > 64) this.#out.set(this.#block.subarray(from, from + length), to);
    else for (let i = 0; i < length; i += 1) this.#out[to + i] = this.#block[from + i] as number;
    this.#from = from + length;
    this.#to = to + length;
  }

  #copy(tag: number): void {
    const kind = tag & 3;
    const isShort = kind === 1;
    const length = isShort ? 4 + ((tag >>> 2) & 7) : 1 + (tag >>> 2);
    const offset = this.#number(COPY_BYTES[kind] as number) + (isShort ? (tag >>> 5) << 8 : 0);
    const to = this.#to;
    const out = this.#out;
    if (offset === 0 || offset > to || to + length > out.length) throw corrupt();
    // Byte by byte: what is copied may begin in what is being written.
    for (let i = 0; i < length; i += 1) out[to + i] = out[to + i - offset] as number;
    this.#to = to + length;
  }

  /** The next bytes as a number, the lowest first. */
  #number(bytes: number): number {
    const from = this.#from;
    if (from + bytes > this.#block.length) throw corrupt();
    this.#from = from + bytes;
    if (bytes === 1) return this.#block[from] as number;
    let value = 0;
    for (let at = from + bytes - 1; at >= from; at -= 1) value = value * 256 + (this.#block[at] as number);
    return value;
  }
}
