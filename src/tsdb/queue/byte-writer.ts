// Bytes that grow while they are written: numbers of variable length, texts, and columns as they lie in memory.

const FIRST_BYTES = 4096;

export class ByteWriter {
  #buffer = Buffer.allocUnsafe(FIRST_BYTES);
  #length = 0;

  /** What was written; valid until more is. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = value;
  }

  /** @param value a whole number from 0 to 2^53 − 1, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    // Bitwise operators would cut what is above 32 bits.
    for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) this.#buffer[this.#length++] = (rest % 128) | 128;
    for (; rest >= 128; rest >>>= 7) this.#buffer[this.#length++] = (rest & 127) | 128;
    this.#buffer[this.#length++] = rest;
  }

  /** UTF-8; a text that has none (half of a surrogate pair) is written in UTF-16. */
  text(text: string): void {
    const isUtf8 = text.isWellFormed();
    const bytes = isUtf8 ? Buffer.byteLength(text) : text.length * 2;
    this.varint(bytes * 2 + (isUtf8 ? 0 : 1));
    this.#reserve(bytes);
    this.#length += this.#buffer.write(text, this.#length, isUtf8 ? 'utf8' : 'utf16le');
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    larger.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = larger;
  }
}
