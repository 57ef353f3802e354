// Reads what a ByteWriter has written, and never beyond its end.

import { AppError } from '../../lib/errors.ts';

/** Of bytes that are no batch. */
export function undecodable(why: string): AppError {
  return new AppError('undecodable', `cannot read the batch: ${why}`);
}

export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Bytes that have not been read. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at++];
    if (value === undefined) throw undecodable('it ends too early');
    return value;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (value > Number.MAX_SAFE_INTEGER) throw undecodable('a number in it is too large');
      if (byte < 128) return value;
    }
  }

  /** How many things follow, each of at least `bytesEach`: so no length read from it reserves more than its own size. */
  count(bytesEach: number): number {
    const count = this.varint();
    if (count * bytesEach > this.left) throw undecodable('it ends too early');
    return count;
  }

  text(): string {
    const head = this.varint();
    return this.raw(Math.floor(head / 2)).toString(head % 2 === 0 ? 'utf8' : 'utf16le');
  }

  /** A view of the next bytes. */
  raw(bytes: number): Buffer {
    if (bytes > this.left) throw undecodable('it ends too early');
    this.#at += bytes;
    return this.#bytes.subarray(this.#at - bytes, this.#at);
  }
}
